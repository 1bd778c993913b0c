/*
 * Copyright 2026 the Macula for Spring authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */
package io.macula.cli;

import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import io.macula.Realm;
import io.macula.node.NodeSettings;
import io.macula.node.RealmNode;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;
import reactor.core.publisher.Flux;

/**
 * Goes through what the other commands do, against a realm of its own in this very
 * process, so that the virtual machine can write down which classes that takes: later
 * starts find them in an archive. Reaches nobody else.
 */
@Command(name = "rehearse", hidden = true, description = "For the archive of classes.")
final class RehearseCommand implements Callable<Integer> {

	private static final String REALM = "rehearsal";

	private static final String SERVICE = "rehearsal.service";

	private static final String LOOPBACK = "127.0.0.1";

	@ParentCommand
	private @Nullable MaculaCommand root;

	@Override
	public Integer call() {
		byte[] random = new byte[32];
		new SecureRandom().nextBytes(random);
		String secret = Base64.getEncoder().encodeToString(random);
		ProviderSettings usual = ProviderSettings.defaults();
		try (RealmNode node = RealmNode
			.builder(new NodeSettings(new Realm(REALM), "node", null, List.of(), Duration.ofSeconds(15)))
			.secret(RealmSecret.of(secret, "the rehearsal"))
			.provider(new ProviderSettings(LOOPBACK, 0, LOOPBACK, 0, usual.weight(), Map.of(), 2, usual.queueCapacity(),
					usual.maxInFlight(), Duration.ZERO))
			.service(SERVICE, Rehearsed.class, new Rehearser())
			.build()) {
			node.start();
			node.advertise();
			Map<String, String> variables = Map.of("MACULA_REALM_NAME", REALM, "MACULA_REALM_SECRET", secret,
					"MACULA_REALM_SEEDS", LOOPBACK + ":" + node.port());
			int worst = 0;
			for (String[] each : new String[][] { { "nodes" }, { "services", "-o", "json" }, { "instances", SERVICE },
					{ "describe", SERVICE }, { "call", SERVICE + "/echo", "text" },
					{ "call", SERVICE + "/count", "3", "--trace" }, { "call", SERVICE + "/missing" }, { "--help" } }) {
				worst = Math.max(worst, run(variables, each));
			}
			return (worst == ExitCode.NOT_FOUND.number()) ? ExitCode.OK.number() : ExitCode.BUG.number();
		}
	}

	private int run(Map<String, String> variables, String... arguments) {
		Surroundings own = (this.root != null) ? this.root.surroundings() : Surroundings.ofProcess();
		StringWriter said = new StringWriter();
		CommandLine line = MaculaCommand.commandLine(new Surroundings(variables, own.home().resolve("nowhere"),
				own.directory(), InputStream.nullInputStream(), false, false));
		return line.setOut(new PrintWriter(said)).setErr(new PrintWriter(said)).execute(arguments);
	}

	/** A service with methods of some kinds. */
	interface Rehearsed {

		Echo echo(String text);

		Flux<Integer> count(int to);

		record Echo(String text, double number, List<String> more) {
		}

	}

	private static final class Rehearser implements Rehearsed {

		@Override
		public Echo echo(String text) {
			return new Echo(text, 1.5, List.of(text));
		}

		@Override
		public Flux<Integer> count(int to) {
			return Flux.range(1, to);
		}

	}

}
