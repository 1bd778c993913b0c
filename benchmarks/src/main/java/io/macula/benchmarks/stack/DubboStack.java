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
import java.util.concurrent.CompletableFuture;

import io.macula.benchmarks.stack.Payloads.CalculatorMethod;
import io.macula.harness.FreePorts;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.config.SslConfig;
import org.apache.dubbo.config.bootstrap.DubboBootstrap;

/**
 * Dubbo with one of its protocols, over TLS, without a registry.
 */
final class DubboStack implements Stack {

	private static final int TIMEOUT_MILLIS = 20_000;

	private static final int QUEUES = 10_000;

	private final String name;

	private final String protocol;

	private final String description;

	private DubboStack(String name, String protocol, String description) {
		this.name = name;
		this.protocol = protocol;
		this.description = description;
	}

	static Stack dubbo() {
		return new DubboStack("dubbo", "dubbo",
				"Dubbo 3.3, dubbo protocol over TLS, Hessian around the bytes, its 200 threads with a queue");
	}

	static Stack triple() {
		return new DubboStack("dubbo-triple", "tri",
				"Dubbo 3.3, Triple protocol (HTTP/2) over TLS with a plain interface, its default threads");
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public String description() {
		return this.description;
	}

	@Override
	public Set<Mode> modes() {
		return Set.of(Mode.ASYNC, Mode.BLOCKING);
	}

	/** Its Triple protocol looks for Spring and fails on finding version 7. */
	@Override
	public boolean excludes(String jar) {
		return jar.startsWith("spring-") || SpringGrpcStack.owns(jar);
	}

	@Override
	public ServerEnd startServer(String address, Tls tls) {
		int port = FreePorts.tcp();
		ServiceConfig<BytesService> service = new ServiceConfig<>();
		service.setInterface(BytesService.class);
		service.setRef(new Handler());
		ProtocolConfig protocolConfig = new ProtocolConfig(this.protocol, port);
		protocolConfig.setHost("127.0.0.1");
		protocolConfig.setSslEnabled(true);
		// Without a queue, more calls at once than its 200 threads are refused.
		protocolConfig.setQueues(QUEUES);
		DubboBootstrap bootstrap = bootstrap(tls).protocol(protocolConfig).service(service).start();
		return new ServerEnd(port, bootstrap::stop);
	}

	@Override
	public CalculatorClient connect(String address, int port, Tls tls) {
		ReferenceConfig<BytesService> reference = new ReferenceConfig<>();
		reference.setInterface(BytesService.class);
		reference.setUrl(this.protocol + "://127.0.0.1:" + port + "?ssl-enabled=true");
		reference.setTimeout(TIMEOUT_MILLIS);
		reference.setRetries(0);
		reference.setCheck(false);
		DubboBootstrap bootstrap = bootstrap(tls).reference(reference).start();
		return new Client(reference.get(), bootstrap);
	}

	private static DubboBootstrap bootstrap(Tls tls) {
		// Otherwise it takes an address of the network for 127.0.0.1.
		System.setProperty("dubbo.network.interface.ignored", ".*");
		System.setProperty("io.netty.handler.ssl.defaultEndpointVerificationAlgorithm", "NONE");
		ApplicationConfig application = new ApplicationConfig("benchmark");
		application.setQosEnable(false);
		application.setLogger("slf4j");
		SslConfig ssl = new SslConfig();
		ssl.setServerKeyCertChainPath(tls.certificateFile().toString());
		ssl.setServerPrivateKeyPath(tls.keyFile().toString());
		// Without a key of its own a client does not use TLS at all.
		ssl.setClientKeyCertChainPath(tls.certificateFile().toString());
		ssl.setClientPrivateKeyPath(tls.keyFile().toString());
		ssl.setClientTrustCertCollectionPath(tls.certificateFile().toString());
		return DubboBootstrap.getInstance()
			.application(application)
			.registry(new RegistryConfig(RegistryConfig.NO_AVAILABLE))
			.ssl(ssl);
	}

	/**
	 * The interface that Dubbo exports.
	 */
	public interface BytesService {

		byte[] multiply(byte[] request);

		CompletableFuture<byte[]> multiplyLater(byte[] request);

		byte[] echo(byte[] request);

		CompletableFuture<byte[]> echoLater(byte[] request);

	}

	private static final class Handler implements BytesService {

		@Override
		public byte[] multiply(byte[] request) {
			return PayloadForm.CBOR.handle(CalculatorMethod.MULTIPLY, request);
		}

		@Override
		public CompletableFuture<byte[]> multiplyLater(byte[] request) {
			return CompletableFuture.completedFuture(multiply(request));
		}

		@Override
		public byte[] echo(byte[] request) {
			return PayloadForm.CBOR.handle(CalculatorMethod.ECHO, request);
		}

		@Override
		public CompletableFuture<byte[]> echoLater(byte[] request) {
			return CompletableFuture.completedFuture(echo(request));
		}

	}

	private static final class Client extends BytesClient {

		private final BytesService service;

		private final DubboBootstrap bootstrap;

		Client(BytesService service, DubboBootstrap bootstrap) {
			super(PayloadForm.CBOR);
			this.service = service;
			this.bootstrap = bootstrap;
		}

		@Override
		void call(CalculatorMethod method, byte[] request, Completion<byte[]> completion) {
			CompletableFuture<byte[]> result = (method == CalculatorMethod.MULTIPLY)
					? this.service.multiplyLater(request) : this.service.echoLater(request);
			result.whenComplete((bytes, failure) -> {
				if (failure != null) {
					completion.failed(failure);
				}
				else {
					completion.done(bytes);
				}
			});
		}

		@Override
		byte[] callAndWait(CalculatorMethod method, byte[] request) {
			return (method == CalculatorMethod.MULTIPLY) ? this.service.multiply(request) : this.service.echo(request);
		}

		@Override
		public void close() {
			this.bootstrap.stop();
		}

	}

}
