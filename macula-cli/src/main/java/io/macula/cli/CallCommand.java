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

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.macula.CallOptions;
import io.macula.MaculaCall;
import io.macula.RpcException;
import io.macula.client.DescribedMethod;
import io.macula.client.ServiceSettings;
import io.macula.log.Printable;
import io.macula.node.RealmNodeBuilder;
import io.macula.observation.AttemptTrace;
import io.macula.operations.ServiceDescriptions.MethodDescription;
import io.macula.operations.ServiceDescriptions.ServiceDescription;
import io.macula.selection.SelectionStrategies;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * Calls a method with JSON.
 */
@Command(name = "call", description = "Call a method with JSON; results are JSON, streams one a line.",
		footer = { "",
				"An argument is JSON, @FILE or - (standard input). Several stand one behind the other, or all in one",
				"array, or in an object by their names. A text needs no quotation marks." })
final class CallCommand extends RealmCommand {

	private static final Duration LONGEST = Duration.ofDays(365);

	private static final int AHEAD = 32;

	/** For the end of a cancelled call to reach the instance. */
	private static final long PARTING_MILLIS = 200;

	@Parameters(index = "0", paramLabel = "SERVICE/METHOD", description = "What to call.")
	private @Nullable String name;

	@Parameters(index = "1..*", paramLabel = "JSON", description = "Its arguments.")
	private List<String> arguments = new ArrayList<>();

	@Option(names = "--elements", paramLabel = "@FILE|-",
			description = "Where the stream comes from that the method takes, one JSON a line; - by default.")
	private String elements = "-";

	@Option(names = "--instance", paramLabel = "NODE", description = "Call no other instance than this.")
	private @Nullable String instance;

	@Option(names = "--deadline", paramLabel = "DURATION",
			description = "Bound of the whole call; that of the contract, or 30s, by default.")
	private @Nullable String deadline;

	@Option(names = "--metadata", paramLabel = "KEY=VALUE",
			description = "Travels with the call; several are possible.")
	private List<String> metadata = new ArrayList<>();

	@Option(names = "--codec", paramLabel = "NAME", defaultValue = "json",
			description = "Payload codec of the service, one of JSON: json, or json-... of the application's own.")
	private String codec = "json";

	@Option(names = "--trace", description = "Tell each attempt on the standard error: instance, time, outcome.")
	private boolean trace;

	@Option(names = "--unchecked", description = "Send what does not fit the contract, too.")
	private boolean unchecked;

	private @Nullable AttemptTrace attempts;

	/** Of an element, for which the call fails. */
	private volatile @Nullable CommandException misfit;

	@Override
	void prepare(RealmNodeBuilder node, Output output) {
		// Whoever makes one call after another must not meet the first instance each
		// time.
		node.defaults(
				ServiceSettings.defaults().withStrategy(SelectionStrategies.RANDOM, SelectionStrategies.random()));
		if (this.trace) {
			AttemptTrace present = new AttemptTrace(new CallTrace(output));
			this.attempts = present;
			node.observations(present.registry());
		}
	}

	@Override
	ExitCode run(RealmConnection realm, Output output) {
		MethodName wanted = MethodName.parseWhole(Objects.requireNonNull(this.name));
		CallOptions options = options();
		ServedService served = realm.serving(wanted.service());
		served = (this.instance != null) ? chosen(realm, served, this.instance) : served;
		ServiceDescription contract = realm.describe(served);
		MethodDescription method = wanted.in(contract);
		CallArguments given = new CallArguments(method, command().surroundings(), !this.unchecked);
		DescribedMethod described = CallShape.described(wanted.service(), method, requireJson());
		byte[] payload = given.encode(this.arguments);
		realm.instances().found(wanted.service(), served.instances());
		Flux<byte[]> results = realm.node()
			.client()
			.results(described, payload, described.elements()
					? given.elements(this.elements).doOnError(CommandException.class, (ex) -> this.misfit = ex) : null)
			.contextWrite(options.context());
		return wait(results, described.stream(), method.result() != null, output);
	}

	/** One that a seed does not know may be there all the same. */
	private static ServedService chosen(RealmConnection realm, ServedService found, String nodeId) {
		return found.addresses().containsKey(nodeId) ? found.only(nodeId)
				: ServedService.of(realm.crawl(), found.name()).only(nodeId);
	}

	private String requireJson() {
		if (!this.codec.startsWith("json")) {
			throw CommandException.usage("codec '" + Printable.text(this.codec)
					+ "' from --codec is not valid: expected json, or the name of one of the application's own that"
					+ " begins with json-");
		}
		return this.codec;
	}

	private CallOptions options() {
		CallOptions options = MaculaCall.current();
		if (this.deadline != null) {
			Given given = new Given(this.deadline, "--deadline", Path.of(""), Given.OPTION);
			options = options.deadline(Settings.duration(given, "deadline", LONGEST));
		}
		for (String entry : this.metadata) {
			int equals = entry.indexOf('=');
			if (equals < 1) {
				throw CommandException
					.usage("metadata '" + Printable.text(entry) + "' from --metadata is not valid: expected KEY=VALUE");
			}
			try {
				options = options.with(entry.substring(0, equals), entry.substring(equals + 1));
			}
			catch (IllegalArgumentException ex) {
				throw CommandException.usage("--metadata " + Printable.text(entry) + ": " + ex.getMessage());
			}
		}
		return options;
	}

	private ExitCode wait(Flux<byte[]> results, boolean stream, boolean told, Output output) {
		CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
		Disposable call = results.publishOn(Schedulers.boundedElastic(), AHEAD)
			.subscribe((result) -> tell(result, stream, told, output, done), done::completeExceptionally,
					() -> done.complete(null));
		CompletableFuture<@Nullable Void> parted = new CompletableFuture<>();
		Thread hook = new Thread(() -> {
			call.dispose();
			done.cancel(false);
			part(parted);
		}, "macula-cancel");
		Runtime.getRuntime().addShutdownHook(hook);
		try {
			done.join();
			return ExitCode.OK;
		}
		catch (CancellationException ex) {
			return output.gone() ? ExitCode.OK : ExitCode.INTERRUPTED;
		}
		catch (CompletionException ex) {
			throw failed(ex.getCause());
		}
		finally {
			call.dispose();
			unhook(hook);
		}
	}

	private static void tell(byte[] result, boolean stream, boolean told, Output output,
			CompletableFuture<@Nullable Void> done) {
		if (told && result.length > 0) {
			Object value = Json.tree(result);
			if (stream) {
				output.line(value);
			}
			else {
				output.value(value);
			}
		}
		if (output.gone()) {
			done.cancel(false);
		}
	}

	/** The cancellation of the call leaves this process in the meantime. */
	private static void part(CompletableFuture<@Nullable Void> never) {
		try {
			never.get(PARTING_MILLIS, TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException ex) {
			// As it should be.
		}
		catch (Exception ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void unhook(Thread hook) {
		try {
			Runtime.getRuntime().removeShutdownHook(hook);
		}
		catch (IllegalStateException ex) {
			// It runs.
		}
	}

	private RuntimeException failed(@Nullable Throwable thrown) {
		CommandException own = this.misfit;
		if (own != null) {
			return own;
		}
		if (!(thrown instanceof RpcException rpc)) {
			return new IllegalStateException("the call failed", thrown);
		}
		AttemptTrace present = this.attempts;
		if (present != null) {
			present.failed(rpc.attempts());
		}
		StringBuilder message = new StringBuilder(rpc.status().toString());
		if (rpc.remoteType() != null) {
			message.append(" [").append(rpc.remoteType()).append(']');
		}
		rpc.detail().forEach((key, value) -> message.append("; ").append(key).append(": ").append(value));
		return new CommandException(ExitCode.of(rpc.code()), message.toString(), rpc);
	}

}
