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

package io.macula.benchmarks.stack;

import java.util.Arrays;
import java.util.stream.Stream;
import java.util.Set;

import io.macula.node.RealmNode;
import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaService;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * The product through its starter: proxies as beans, a blocking handler on the default
 * executor, Observations on, everything at its default.
 */
final class MaculaSpringStack implements Stack {

	private final String name;

	private final Mode mode;

	private final boolean warmUp;

	private MaculaSpringStack(String name, Mode mode, boolean warmUp) {
		this.name = name;
		this.mode = mode;
		this.warmUp = warmUp;
	}

	static Stack futures() {
		return new MaculaSpringStack("macula-proxy-future", Mode.ASYNC, true);
	}

	static Stack blocking() {
		return new MaculaSpringStack("macula-proxy-sync", Mode.BLOCKING, true);
	}

	static Stack cold() {
		return new MaculaSpringStack("macula-proxy-cold", Mode.BLOCKING, false);
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public String description() {
		return "Macula's starter: " + ((this.mode == Mode.ASYNC) ? "a proxy that returns futures" : "a blocking proxy")
				+ ", blocking handler on the default executor, Observations on, everything at its default"
				+ (this.warmUp ? "" : " but the warm-up at start, which is off");
	}

	@Override
	public Set<Mode> modes() {
		return Set.of(this.mode);
	}

	@Override
	public ServerEnd startServer(String address, Tls tls) {
		// A seed of its own: a client that is ready has a connection to it, and with the
		// provider as seed the first call would find the handshake done.
		RealmNode seed = MaculaCoreStack.seed();
		ConfigurableApplicationContext context = run(Provider.class, "--macula.provider.port=0",
				"--macula.provider.address=127.0.0.1", "--macula.provider.advertised-host=127.0.0.1",
				"--macula.node.id=server", "--macula.realm.seeds=127.0.0.1:" + seed.port());
		return new ServerEnd(seed.port(), () -> {
			context.close();
			seed.close();
		});
	}

	@Override
	public CalculatorClient connect(String address, int port, Tls tls) {
		ConfigurableApplicationContext context = run(
				(this.mode == Mode.ASYNC) ? AsyncClient.class : BlockingClient.class,
				"--macula.realm.seeds=127.0.0.1:" + port, "--macula.node.id=client",
				"--macula.client.warm-up=" + this.warmUp);
		return context.getBean(MaculaClientEnd.class);
	}

	private static ConfigurableApplicationContext run(Class<?> source, String... args) {
		return BootApplication
			.run(source,
					Stream
						.concat(Arrays.stream(args),
								Stream.of("--macula.realm.name=bench",
										"--macula.realm.secret=" + MaculaCoreStack.SECRET))
						.toArray(String[]::new));
	}

	/**
	 * The provider's application.
	 */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Handler.class)
	static class Provider {

	}

	/**
	 * The provider's service.
	 */
	@MaculaService(MaculaCoreStack.SERVICE)
	static class Handler implements BlockingCalculator {

		@Override
		public Answer multiply(Question question) {
			return Payloads.answer(question);
		}

		@Override
		public byte[] echo(byte[] body) {
			return body;
		}

	}

	/**
	 * The client's application, with futures.
	 */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class AsyncClient {

		@Bean
		MaculaClientEnd client(@MaculaClient(MaculaCoreStack.SERVICE) AsyncCalculator calculator) {
			return new MaculaClientEnd(calculator, null, () -> {
			});
		}

	}

	/**
	 * The client's application, with threads that wait.
	 */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class BlockingClient {

		@Bean
		MaculaClientEnd client(@MaculaClient(MaculaCoreStack.SERVICE) BlockingCalculator calculator) {
			return new MaculaClientEnd(null, calculator, () -> {
			});
		}

	}

}
