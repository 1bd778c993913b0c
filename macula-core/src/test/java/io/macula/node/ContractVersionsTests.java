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

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import javax.tools.ToolProvider;

import io.macula.Code;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests of nodes with two versions of one contract, each in a class loader of its own.
 */
class ContractVersionsTests {

	private static final String ONE = "String p(String a);";

	private static final String TWO = "String p(String a, String b); String added(String a);";

	private final List<RealmNode> nodes = new ArrayList<>();

	@TempDir
	Path directory;

	@AfterEach
	void closeNodes() {
		for (int i = this.nodes.size() - 1; i >= 0; i--) {
			this.nodes.get(i).close();
		}
	}

	@Test
	void whenAParameterWasAddedThenCallsOfBothVersionsReachTheirOwn() throws Throwable {
		Class<?> one = version("one", ONE);
		Class<?> two = version("two", TWO);
		RealmNode first = provider("node1", one);
		provider("node2", two, seed(first));
		Object older = client("older", one, 2, seed(first));
		Object newer = client("newer", two, 2, seed(first));
		for (int i = 0; i < 20; i++) {
			assertThat(call(older, one, "p", "a")).isEqualTo("node1");
			assertThat(call(newer, two, "p", "a", "b")).isEqualTo("node2");
			assertThat(call(newer, two, "added", "a")).isEqualTo("node2");
		}
	}

	@Test
	void whenNoInstanceHasTheVersionThenEachIsAskedOnceAndNoneProcessedTheCall() throws Exception {
		RealmNode first = provider("node1", version("one", ONE));
		Class<?> two = version("two", TWO);
		Object newer = client("newer", two, 1, seed(first));
		misfit(() -> call(newer, two, "p", "a", "b"), Code.INVALID_ARGUMENT);
		misfit(() -> call(newer, two, "added", "a"), Code.UNIMPLEMENTED);
	}

	private static void misfit(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, Code code) {
		assertThatThrownBy(call).isInstanceOfSatisfying(RpcException.class, (ex) -> {
			assertThat(ex.code()).isEqualTo(code);
			assertThat(ex.status().processed()).isEqualTo(Processed.NO);
			assertThat(ex.getSuppressed()).isEmpty();
		});
	}

	private static Object call(Object client, Class<?> contract, String name, Object... arguments) throws Throwable {
		for (Method method : contract.getMethods()) {
			if (method.getName().equals(name)) {
				try {
					return method.invoke(client, arguments);
				}
				catch (InvocationTargetException ex) {
					throw ex.getCause();
				}
			}
		}
		throw new AssertionError(name);
	}

	private Class<?> version(String name, String methods) throws Exception {
		Path out = Files.createDirectories(this.directory.resolve(name));
		Path source = out.resolve("Contract.java");
		Files.writeString(source, "package versions; public interface Contract { " + methods + " }");
		int result = ToolProvider.getSystemJavaCompiler()
			.run(null, null, null, "-parameters", "-proc:none", "-d", out.toString(), source.toString());
		assertThat(result).isZero();
		return new URLClassLoader(new URL[] { out.toUri().toURL() }, getClass().getClassLoader())
			.loadClass("versions.Contract");
	}

	private <T> RealmNode provider(String nodeId, Class<T> contract, String... seeds) {
		T handler = contract.cast(Proxy.newProxyInstance(contract.getClassLoader(), new Class<?>[] { contract }, (proxy,
				method, arguments) -> (method.getDeclaringClass() == Object.class) ? nodeId.hashCode() : nodeId));
		RealmNode node = RealmNode.builder("test")
			.nodeId(nodeId)
			.secret(RealmSecret.of("a secret for tests only", "the test"))
			.seeds(seeds)
			.provider(
					new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
			.service("test.versions", contract, handler)
			.build();
		this.nodes.add(node);
		node.start();
		node.advertise();
		return node;
	}

	private Object client(String nodeId, Class<?> contract, int instances, String... seeds) {
		RealmNode node = RealmNode.builder("test")
			.nodeId(nodeId)
			.secret(RealmSecret.of("a secret for tests only", "the test"))
			.seeds(seeds)
			.build();
		this.nodes.add(node);
		node.start();
		Object proxy = node.client().proxy(contract, "test.versions");
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.until(() -> node.report().clients().get(0).instances().size() == instances);
		return proxy;
	}

	private static String seed(RealmNode node) {
		return "127.0.0.1:" + node.port();
	}

}
