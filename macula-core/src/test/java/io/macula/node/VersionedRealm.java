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

package io.macula.node;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

import io.macula.RpcException;
import io.macula.client.ServiceSettings;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;

/**
 * A realm in which two versions of one contract meet, each compiled into a class loader
 * of its own: a provider of each, a client of each, over real nodes. The old provider
 * serves {@code only.old} and {@code both}, the new one {@code only.new} and
 * {@code both}.
 *
 * <p>
 * A version is the body of {@code interface Contract}: its methods and types, a class
 * {@code Handler} that implements it, and a class {@code Caller} with static methods that
 * take the contract, make a call and tell its result as text.
 */
final class VersionedRealm implements AutoCloseable {

	private static final String SOURCE = """
			package versions;
			import java.util.*;
			import java.util.concurrent.*;
			import java.util.concurrent.atomic.*;
			import com.fasterxml.jackson.annotation.*;
			import io.macula.*;
			import reactor.core.publisher.*;
			public interface Contract { %s }
			""";

	private final List<RealmNode> nodes = new ArrayList<>();

	private final Class<?> older;

	private final Class<?> newer;

	private final RealmNode client;

	VersionedRealm(Path directory, String older, String newer) {
		this.older = compile(directory.resolve("older"), older);
		this.newer = compile(directory.resolve("newer"), newer);
		RealmNode first = provider("old", this.older);
		provider("new", this.newer, "127.0.0.1:" + first.port());
		this.client = builder("client", "127.0.0.1:" + first.port()).build();
		this.nodes.add(this.client);
		this.client.start();
	}

	/** The outcome of a call of the old client at the new provider. */
	Outcome oldAtNew(String call) {
		return outcome(proxy(this.older, "only.new", 1), this.older, call);
	}

	/** The outcome of a call of the new client at the old provider. */
	Outcome newAtOld(String call) {
		return outcome(proxy(this.newer, "only.old", 1), this.newer, call);
	}

	/** The different outcomes of calls of the old client where both serve. */
	Set<Outcome> oldInBoth(String call) {
		return outcomes(this.older, call);
	}

	/** The different outcomes of calls of the new client where both serve. */
	Set<Outcome> newInBoth(String call) {
		return outcomes(this.newer, call);
	}

	/** What a node reports of the instances of the service that both serve. */
	NodeReport.ClientService report(String client) {
		return this.client.report()
			.clients()
			.stream()
			.filter((service) -> service.name().equals(client))
			.findFirst()
			.orElseThrow();
	}

	private Set<Outcome> outcomes(Class<?> version, String call) {
		Object proxy = proxy(version, "both", 2);
		Set<Outcome> outcomes = new LinkedHashSet<>();
		for (int i = 0; i < 10; i++) {
			outcomes.add(outcome(proxy, version, call));
		}
		return outcomes;
	}

	private Object proxy(Class<?> version, String service, int instances) {
		String name = ((version == this.older) ? "older" : "newer") + " of " + service;
		Object proxy = this.client.client().proxy(version, service, name, ServiceSettings.defaults());
		Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> report(name).instances().size() == instances);
		return proxy;
	}

	private static Outcome outcome(Object proxy, Class<?> version, String call) {
		try {
			Class<?> caller = version.getClassLoader().loadClass(version.getName() + "$Caller");
			return new Outcome(String.valueOf(caller.getMethod(call, version).invoke(null, proxy)), "", 0);
		}
		catch (InvocationTargetException ex) {
			if (ex.getCause() instanceof RpcException failure) {
				return new Outcome(failure.code() + " " + failure.status().processed(), failure.status().message(),
						(int) Stream.of(failure.getSuppressed()).filter(RpcException.class::isInstance).count());
			}
			throw new AssertionError(call + " failed", ex.getCause());
		}
		catch (ReflectiveOperationException ex) {
			throw new AssertionError(ex);
		}
	}

	private <T> RealmNode provider(String nodeId, Class<T> version, String... seeds) {
		T handler = handler(version);
		RealmNode node = builder(nodeId, seeds)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("only." + nodeId, version, handler)
			.service("both", version, handler)
			.build();
		this.nodes.add(node);
		node.start();
		node.advertise();
		return node;
	}

	private static <T> T handler(Class<T> version) {
		try {
			Class<?> handler = version.getClassLoader().loadClass(version.getName() + "$Handler");
			return version.cast(handler.getConstructor().newInstance());
		}
		catch (ReflectiveOperationException ex) {
			throw new AssertionError(ex);
		}
	}

	private static RealmNodeBuilder builder(String nodeId, String... seeds) {
		return RealmNode.builder("test")
			.nodeId(nodeId)
			.secret(RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "the test"))
			.seeds(seeds);
	}

	/** Everything inside of the interface is public, and of its version. */
	private static Class<?> compile(Path directory, String body) {
		try {
			Path source = Files.createDirectories(directory).resolve("Contract.java");
			Files.writeString(source, SOURCE.formatted(body));
			int result = ToolProvider.getSystemJavaCompiler()
				.run(null, null, null, "-parameters", "-proc:none", "-d", directory.toString(), source.toString());
			if (result != 0) {
				throw new AssertionError("does not compile: " + body);
			}
			URL[] path = { directory.toUri().toURL() };
			return new URLClassLoader(path, VersionedRealm.class.getClassLoader()).loadClass("versions.Contract");
		}
		catch (IOException | ClassNotFoundException ex) {
			throw new AssertionError(ex);
		}
	}

	@Override
	public void close() {
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	/**
	 * How a call ended.
	 *
	 * @param told the text of its result, or code and fate of its failure
	 * @param message of the failure, or empty
	 * @param others how many further attempts failed
	 */
	record Outcome(String told, String message, int others) {

	}

}
