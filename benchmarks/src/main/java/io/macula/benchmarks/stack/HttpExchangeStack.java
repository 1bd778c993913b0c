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

import java.time.Duration;
import java.util.Set;

import io.macula.benchmarks.stack.Payloads.CalculatorMethod;
import org.apache.coyote.http2.Http2Protocol;
import reactor.core.publisher.Mono;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.tomcat.TomcatConnectorCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientAdapter;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

/**
 * Spring's HTTP interface clients against a Boot application on Tomcat.
 */
final class HttpExchangeStack implements Stack {

	private static final int MAX_CONNECTIONS = 512;

	private static final int MAX_BODY_BYTES = 1 << 20;

	private final boolean http2;

	private HttpExchangeStack(boolean http2) {
		this.http2 = http2;
	}

	static Stack http2() {
		return new HttpExchangeStack(true);
	}

	static Stack http1() {
		return new HttpExchangeStack(false);
	}

	@Override
	public String name() {
		return this.http2 ? "http-exchange-h2" : "http-exchange-h1";
	}

	@Override
	public String description() {
		return "Spring @HttpExchange over " + (this.http2 ? "HTTP/2" : "HTTP/1.1")
				+ " with TLS to Boot's Tomcat: RestClient on the JDK's client when blocking, WebClient on Reactor Netty when not"
				+ (this.http2 ? "; Tomcat's limits of concurrent streams raised to 1,000" : "; up to 512 connections");
	}

	@Override
	public Set<Mode> modes() {
		return Set.of(Mode.ASYNC, Mode.BLOCKING);
	}

	@Override
	public ServerEnd startServer(String address, Tls tls) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.SERVLET);
		application.setLogStartupInfo(false);
		ConfigurableApplicationContext context = application.run("--server.port=0", "--server.address=127.0.0.1",
				"--spring.main.banner-mode=off", "--logging.level.root=warn", "--spring.config.location=optional:none",
				"--server.http2.enabled=" + this.http2, "--server.tomcat.max-keep-alive-requests=-1",
				"--server.ssl.certificate=file:" + tls.certificateFile().toAbsolutePath(),
				"--server.ssl.certificate-private-key=file:" + tls.keyFile().toAbsolutePath());
		return new ServerEnd(context.getEnvironment().getRequiredProperty("local.server.port", Integer.class), context);
	}

	@Override
	public CalculatorClient connect(String address, int port, Tls tls) throws Exception {
		String url = "https://" + Tls.HOST + ":" + port;
		java.net.http.HttpClient jdk = java.net.http.HttpClient.newBuilder()
			.sslContext(tls.trustingContext())
			.version(this.http2 ? java.net.http.HttpClient.Version.HTTP_2 : java.net.http.HttpClient.Version.HTTP_1_1)
			.build();
		RestClient blocking = RestClient.builder()
			.baseUrl(url)
			.requestFactory(new JdkClientHttpRequestFactory(jdk))
			.build();
		WebClient reactive = WebClient.builder()
			.baseUrl(url)
			.codecs((codecs) -> codecs.defaultCodecs().maxInMemorySize(MAX_BODY_BYTES))
			.clientConnector(new ReactorClientHttpConnector(reactorClient(tls)))
			.build();
		return new Client(
				HttpServiceProxyFactory.builderFor(RestClientAdapter.create(blocking))
					.build()
					.createClient(BytesExchange.class),
				HttpServiceProxyFactory.builderFor(WebClientAdapter.create(reactive))
					.build()
					.createClient(ReactiveBytesExchange.class));
	}

	private HttpClient reactorClient(Tls tls) {
		if (!this.http2) {
			ConnectionProvider pool = ConnectionProvider.builder("h1")
				.maxConnections(MAX_CONNECTIONS)
				.pendingAcquireMaxCount(-1)
				.build();
			return HttpClient.create(pool)
				.protocol(HttpProtocol.HTTP11)
				.secure((ssl) -> ssl.sslContext(Http11SslContextSpec.forClient()
					.configure((builder) -> builder.trustManager(tls.certificateFile().toFile()))));
		}
		ConnectionProvider pool = ConnectionProvider.builder("h2").maxConnections(1).pendingAcquireMaxCount(-1).build();
		return HttpClient.create(pool)
			.protocol(HttpProtocol.H2)
			.responseTimeout(Duration.ofSeconds(20))
			.secure((ssl) -> ssl.sslContext(Http2SslContextSpec.forClient()
				.configure((builder) -> builder.trustManager(tls.certificateFile().toFile()))));
	}

	/**
	 * The client's blocking interface.
	 */
	@HttpExchange(contentType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
			accept = MediaType.APPLICATION_OCTET_STREAM_VALUE)
	public interface BytesExchange {

		@PostExchange("/multiply")
		byte[] multiply(@RequestBody byte[] request);

		@PostExchange("/echo")
		byte[] echo(@RequestBody byte[] request);

	}

	/**
	 * The client's reactive interface.
	 */
	@HttpExchange(contentType = MediaType.APPLICATION_OCTET_STREAM_VALUE,
			accept = MediaType.APPLICATION_OCTET_STREAM_VALUE)
	public interface ReactiveBytesExchange {

		@PostExchange("/multiply")
		Mono<byte[]> multiply(@RequestBody byte[] request);

		@PostExchange("/echo")
		Mono<byte[]> echo(@RequestBody byte[] request);

	}

	/**
	 * The server's application.
	 */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration(excludeName = "io.macula.spring.autoconfigure.MaculaAutoConfiguration")
	@Import(Controller.class)
	static class Application {

		/**
		 * Tomcat runs 20 of 100 streams of a connection at once unless told otherwise.
		 */
		@Bean
		TomcatConnectorCustomizer moreStreams() {
			return (connector) -> {
				for (var protocol : connector.findUpgradeProtocols()) {
					if (protocol instanceof Http2Protocol http2) {
						http2.setMaxConcurrentStreams(1000);
						http2.setMaxConcurrentStreamExecution(1000);
						http2.setOverheadCountFactor(0);
					}
				}
			};
		}

	}

	/**
	 * The server's controller.
	 */
	@RestController
	static class Controller {

		@PostMapping("/multiply")
		byte[] multiply(@RequestBody byte[] request) {
			return PayloadForm.CBOR.handle(CalculatorMethod.MULTIPLY, request);
		}

		@PostMapping("/echo")
		byte[] echo(@RequestBody byte[] request) {
			return PayloadForm.CBOR.handle(CalculatorMethod.ECHO, request);
		}

	}

	private static final class Client extends BytesClient {

		private final BytesExchange blocking;

		private final ReactiveBytesExchange reactive;

		Client(BytesExchange blocking, ReactiveBytesExchange reactive) {
			super(PayloadForm.CBOR);
			this.blocking = blocking;
			this.reactive = reactive;
		}

		@Override
		void call(CalculatorMethod method, byte[] request, Completion<byte[]> completion) {
			Mono<byte[]> result = (method == CalculatorMethod.MULTIPLY) ? this.reactive.multiply(request)
					: this.reactive.echo(request);
			result.subscribe(completion::done, completion::failed);
		}

		@Override
		byte[] callAndWait(CalculatorMethod method, byte[] request) {
			return (method == CalculatorMethod.MULTIPLY) ? this.blocking.multiply(request)
					: this.blocking.echo(request);
		}

		@Override
		public void close() {
			// Its connections end with the process.
		}

	}

}
