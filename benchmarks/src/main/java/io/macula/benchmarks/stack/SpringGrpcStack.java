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

import java.util.Set;

import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.macula.benchmarks.stack.Payloads.CalculatorMethod;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;
import org.springframework.grpc.server.service.GrpcService;

/**
 * Spring gRPC with the starters of Boot: a server and a channel of their
 * auto-configuration, SSL bundles at both ends, the starters' transport (grpc-netty),
 * everything else at its default. The messages are those of {@link GrpcStack}.
 */
final class SpringGrpcStack implements Stack {

	private static final String CHANNEL = "bench";

	private static final String BUNDLE = "spring.ssl.bundle.pem.bench.";

	/**
	 * Whether a jar is there for this stack alone.
	 */
	static boolean owns(String jar) {
		return jar.startsWith("spring-boot-grpc-") || jar.startsWith("spring-grpc-") || jar.matches("grpc-netty-\\d.*");
	}

	@Override
	public String name() {
		return "spring-grpc";
	}

	@Override
	public String description() {
		return "Spring gRPC with Boot's starters (grpc-netty), SSL bundles, blocking calls, Observations on, "
				+ "everything at its default; messages of protobuf, bytes as they are";
	}

	@Override
	public Set<Mode> modes() {
		return Set.of(Mode.ASYNC, Mode.BLOCKING);
	}

	/** Its auto-configuration prefers the shaded transport, which the starters lack. */
	@Override
	public boolean excludes(String jar) {
		return jar.startsWith("grpc-netty-shaded") || jar.startsWith("macula-spring-");
	}

	@Override
	public ServerEnd startServer(String address, Tls tls) {
		ConfigurableApplicationContext context = BootApplication.run(Provider.class,
				"--spring.grpc.server.address=" + address, "--spring.grpc.server.port=0",
				"--spring.grpc.server.ssl.bundle=bench",
				"--" + BUNDLE + "keystore.certificate=" + tls.certificateFile().toUri(),
				"--" + BUNDLE + "keystore.private-key=" + tls.keyFile().toUri());
		return new ServerEnd(context.getBean(GrpcServerLifecycle.class).getPort(), context::close);
	}

	@Override
	public CalculatorClient connect(String address, int port, Tls tls) {
		String channel = "--spring.grpc.client.channel." + CHANNEL;
		ConfigurableApplicationContext context = BootApplication.run(Caller.class, "--spring.grpc.server.enabled=false",
				channel + ".target=static://" + address + ":" + port, channel + ".ssl.bundle=bench",
				"--" + BUNDLE + "truststore.certificate=" + tls.certificateFile().toUri());
		return new GrpcStack.Client(context.getBean(CalculatorStub.class).channel(), PayloadForm.PROTOBUF,
				context::close);
	}

	/**
	 * The server's application.
	 */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Handler.class)
	static class Provider {

	}

	/**
	 * The server's service.
	 */
	@GrpcService
	static class Handler implements BindableService {

		@Override
		public ServerServiceDefinition bindService() {
			return ServerServiceDefinition.builder(GrpcStack.SERVICE)
				.addMethod(GrpcStack.method(CalculatorMethod.MULTIPLY), answering(CalculatorMethod.MULTIPLY))
				.addMethod(GrpcStack.method(CalculatorMethod.ECHO), answering(CalculatorMethod.ECHO))
				.build();
		}

		private static ServerCallHandler<byte[], byte[]> answering(CalculatorMethod method) {
			return ServerCalls.asyncUnaryCall((request, observer) -> {
				observer.onNext(PayloadForm.PROTOBUF.handle(method, request));
				observer.onCompleted();
			});
		}

	}

	/**
	 * The client's application.
	 */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Caller {

		@Bean
		CalculatorStub calculator(GrpcChannelFactory channels) {
			return new CalculatorStub(channels.createChannel(CHANNEL));
		}

	}

	/**
	 * The calls that a generated stub makes.
	 */
	record CalculatorStub(Channel channel) {

	}

}
