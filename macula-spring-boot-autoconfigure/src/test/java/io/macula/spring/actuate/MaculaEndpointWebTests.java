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

package io.macula.spring.actuate;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import io.macula.spring.MaculaService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an operator is answered by {@link MaculaEndpointWebExtension}, through a web
 * server.
 */
class MaculaEndpointWebTests {

	private ConfigurableApplicationContext context;

	@BeforeEach
	void start() {
		this.context = start(Provider.class);
	}

	@AfterEach
	void stop() {
		SpringApplication.exit(this.context);
	}

	private static ConfigurableApplicationContext start(Class<?> application) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.SERVLET)
			.run("--server.port=0", "--server.address=127.0.0.1", "--macula.realm.name=test",
					"--macula.realm.secret=Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "--macula.node.id=node1",
					"--macula.provider.port=0", "--macula.provider.address=127.0.0.1", "--macula.provider.grace=1s",
					"--management.endpoints.web.exposure.include=macula");
	}

	@Test
	void aWeightThatIsTakenIsAnsweredWithoutABody() throws Exception {
		HttpResponse<String> answer = post(this.context, "{\"weight\": 5}");
		assertThat(answer.statusCode()).isEqualTo(204);
		assertThat(answer.body()).isEmpty();
		assertThat(this.context.getBean(MaculaEndpoint.class).node().report().provider().weight()).isEqualTo(5);
		assertThat(get()).contains("\"weight\":5");
	}

	@Test
	void aWeightThatIsRefusedIsToldWhy() throws Exception {
		assertThat(refused("{\"weight\": 0}")).isEqualTo("weight 0 of node 'node1' is not valid: expected 1 to 10000;"
				+ " to get no calls at all, let the node withdraw its services");
		assertThat(refused("{\"weight\": 20000}")).contains("weight 20000 of node 'node1'", "expected 1 to 10000");
		assertThat(refused("{\"weight\": \"x\"}"))
			.isEqualTo("weight 'x' is not valid: expected a whole number from 1 to 10000, such as {\"weight\": 100}");
		assertThat(refused("{\"wait\": 5}")).startsWith("weight is missing: expected a whole number");
	}

	@Test
	void whoIsNoProviderIsTold() throws Exception {
		try (ConfigurableApplicationContext client = start(Client.class)) {
			HttpResponse<String> answer = post(client, "{\"weight\": 5}");
			assertThat(answer.statusCode()).isEqualTo(400);
			assertThat(reason(answer)).contains("cannot be set to 5", "it is no provider");
		}
	}

	private String refused(String body) throws Exception {
		HttpResponse<String> answer = post(this.context, body);
		assertThat(answer.statusCode()).isEqualTo(400);
		return reason(answer);
	}

	private static String reason(HttpResponse<String> answer) {
		return JsonMapper.shared().readTree(answer.body()).path("reason").asString();
	}

	private static HttpResponse<String> post(ConfigurableApplicationContext context, String body) throws Exception {
		return send(request(context).header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(body)));
	}

	private String get() throws Exception {
		return send(request(this.context)).body();
	}

	private static HttpRequest.Builder request(ConfigurableApplicationContext context) {
		return HttpRequest.newBuilder(URI.create(
				"http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + "/actuator/macula"));
	}

	private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
		return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Client {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Provider {

		@Bean
		@MaculaService("test.echo")
		Echo echo() {
			return (text) -> text;
		}

	}

	/** A contract. */
	interface Echo {

		String echo(String text);

	}

}
