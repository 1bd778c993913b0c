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
import java.security.Principal;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.ReflectionException;

import io.macula.RpcException;
import io.macula.node.NodeReport;
import io.macula.node.RealmNode;
import io.macula.spring.MaculaService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What an operator is answered by {@link MaculaEndpointWebExtension}, through a web
 * server.
 */
@ExtendWith(OutputCaptureExtension.class)
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

	private static ConfigurableApplicationContext start(Class<?> application, String... more) {
		return start(application, "node1", more);
	}

	private static ConfigurableApplicationContext start(Class<?> application, String nodeId, String[] more) {
		String[] arguments = Stream.concat(
				Stream.of("--server.port=0", "--server.address=127.0.0.1", "--macula.realm.name=test",
						"--macula.realm.secret=Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
						"--macula.node.id=" + nodeId, "--macula.provider.port=0", "--macula.provider.address=127.0.0.1",
						"--macula.provider.grace=1s", "--management.endpoints.web.exposure.include=macula"),
				Stream.of(more))
			.toArray(String[]::new);
		return new SpringApplicationBuilder(application).web(WebApplicationType.SERVLET).run(arguments);
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
		assertThat(refused("{\"wait\": 5}")).isEqualTo("weight or action is missing: expected one of them, such as"
				+ " {\"weight\": 100} or {\"action\": \"drain\"}");
	}

	@Test
	void whoIsNoProviderIsTold() throws Exception {
		try (ConfigurableApplicationContext client = start(Client.class)) {
			HttpResponse<String> answer = post(client, "{\"weight\": 5}");
			assertThat(answer.statusCode()).isEqualTo(400);
			assertThat(reason(answer))
				.isEqualTo("The weight of node 'node1' cannot be set to 5: it is no provider: give"
						+ " the application a @MaculaService bean, or set macula.provider.enabled=true");
			assertThat(reason(post(client, setting("macula.provider.max-in-flight", "5"))))
				.isEqualTo("The setting macula.provider.max-in-flight has no effect: node 'node1' is no provider: give"
						+ " the application a @MaculaService bean, or set macula.provider.enabled=true");
			assertThat(reason(post(client, "{\"action\": \"drain\"}"))).startsWith(
					"Node 'node1' cannot be drained: it is no provider: give the application a @MaculaService bean");
		}
	}

	@Test
	void whatIsDrainedIsWithdrawnAndRefusesUntilItIsResumed() throws Exception {
		Echo echo = this.context.getBean(RealmNode.class).client().proxy(Echo.class, "test.echo");
		assertThat(echo.echo("a")).isEqualTo("a");
		assertThat(refused("{\"action\": \"resume\"}")).isEqualTo("node 'node1' is not drained by an operator");
		assertThat(post(this.context, "{\"action\": \"drain\"}").statusCode()).isEqualTo(204);
		assertThat(get()).contains("\"draining\":true", "\"suspended\":true");
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> echo.echo("a"))
			.withMessageContaining("is drained by its operator until it is resumed");
		assertThat(post(this.context, "{\"action\": \"resume\"}").statusCode()).isEqualTo(204);
		assertThat(get()).contains("\"draining\":false", "\"suspended\":false");
		assertThat(echo.echo("b")).isEqualTo("b");
	}

	@Test
	void thereIsOneWeightHoweverItIsSet() throws Exception {
		String five = setting("macula.provider.weight", "5");
		assertThat(post(this.context, five).statusCode()).isEqualTo(204);
		assertThat(post(this.context, "{\"weight\": 7}").statusCode()).isEqualTo(204);
		assertThat(weight()).isEqualTo(7);
		assertThat(get()).contains("\"key\":\"macula.provider.weight\",\"before\":\"100\",\"value\":\"7\"");
		assertThat(post(this.context, five).statusCode()).isEqualTo(204);
		assertThat(weight()).isEqualTo(5);
		this.context.getBean(RealmNode.class).weight(9);
		assertThat(post(this.context, five).statusCode()).isEqualTo(204);
		assertThat(weight()).isEqualTo(5);
		assertThat(post(this.context, "{\"weight\": 7}").statusCode()).isEqualTo(204);
		assertThat(post(this.context, "{\"action\": \"reset\", \"setting\": \"macula.provider.weight\"}").statusCode())
			.isEqualTo(204);
		assertThat(weight()).isEqualTo(100);
		assertThat(get()).contains("\"changed\":[]");
	}

	private int weight() {
		return this.context.getBean(RealmNode.class).report().provider().weight();
	}

	@Test
	void whatIsNotValidIsToldWhy() throws Exception {
		assertThat(refused("{\"action\": \"stop\\u001b[31m\"}"))
			.isEqualTo("action 'stop\\u001b[31m' is not valid: expected drain, resume, eject or restore");
		assertThat(refused("{\"action\": \"\"}"))
			.isEqualTo("action is missing: expected drain, resume, eject or restore, such as {\"action\": \"drain\"}");
		assertThat(refused("{\"action\": \"drain\", \"weight\": 5}"))
			.isEqualTo("weight and action are two requests: send one of them");
		assertThat(refused("{\"action\": \"eject\"}")).isEqualTo("instance is missing: expected the id of a node, such"
				+ " as {\"action\": \"eject\", \"instance\": \"node1\"}");
		assertThat(refused("{\"action\": \"eject\", \"instance\": \"node7\"}"))
			.isEqualTo("no client service has an instance 'node7'");
		assertThat(reason(post(this.context, "/test.echo", "{\"action\": \"drain\"}")))
			.isEqualTo("action 'drain' of a client service is not valid: expected eject or restore");
		assertThat(reason(post(this.context, "/test.other", "{\"action\": \"eject\", \"instance\": \"node1\"}")))
			.isEqualTo("there is no client service 'test.other'");
	}

	@Test
	void aClientServiceThatIsNotThereIsNamed() throws Exception {
		HttpResponse<String> answer = send(request(this.context, "/test.other"));
		assertThat(answer.statusCode()).isEqualTo(404);
		assertThat(reason(answer)).isEqualTo("there is no client service 'test.other'");
		this.context.getBean(RealmNode.class).client().proxy(Echo.class, "test.echo").echo("a");
		assertThat(send(request(this.context, "/test.echo")).body()).contains("\"name\":\"test.echo\"");
	}

	@Test
	void anInstanceIsEjectedAndRestored() throws Exception {
		Echo echo = this.context.getBean(RealmNode.class).client().proxy(Echo.class, "test.echo");
		assertThat(echo.echo("a")).isEqualTo("a");
		String eject = "{\"action\": \"eject\", \"instance\": \"node1\", \"reason\": \"a new disk\"}";
		assertThat(refused(eject)).isEqualTo("cannot eject in client service 'test.echo': instance 'node1' is its last"
				+ " usable one, which is never ejected, since its calls would have nowhere to go");
		try (ConfigurableApplicationContext second = start(Provider.class, "node2",
				new String[] { "--macula.realm.seeds=127.0.0.1:" + this.context.getBean(RealmNode.class).port() })) {
			await().untilAsserted(
					() -> assertThat(this.context.getBean(RealmNode.class).report("test.echo").instances()).hasSize(2));
			assertThat(post(this.context, "/test.echo", eject).statusCode()).isEqualTo(204);
			assertThat(states()).containsEntry("node1", "ejected").doesNotContainEntry("node2", "ejected");
			assertThat(get()).contains("by hand: a new disk");
			String restore = "{\"action\": \"restore\", \"instance\": \"node1\"}";
			assertThat(post(this.context, restore).statusCode()).isEqualTo(204);
			assertThat(states()).doesNotContainEntry("node1", "ejected");
			assertThat(refused(restore))
				.isEqualTo("cannot restore in client service 'test.echo': instance 'node1' is not ejected");
		}
	}

	@Test
	void whoIsEjectedAndGoneIsRestoredForItsReturn() throws Exception {
		RealmNode node = this.context.getBean(RealmNode.class);
		Echo echo = node.client().proxy(Echo.class, "test.echo");
		assertThat(echo.echo("a")).isEqualTo("a");
		String[] seeds = { "--macula.realm.seeds=127.0.0.1:" + node.port() };
		String restore = "{\"action\": \"restore\", \"instance\": \"node2\"}";
		try (ConfigurableApplicationContext second = start(Provider.class, "node2", seeds)) {
			await().untilAsserted(() -> assertThat(node.report("test.echo").instances()).hasSize(2));
			assertThat(post(this.context, "{\"action\": \"eject\", \"instance\": \"node2\"}").statusCode())
				.isEqualTo(204);
		}
		await().untilAsserted(() -> assertThat(node.report("test.echo").instances()).hasSize(1));
		assertThat(post(this.context, restore).statusCode()).isEqualTo(204);
		assertThat(refused(restore)).isEqualTo("no client service has an instance 'node2'");
		try (ConfigurableApplicationContext second = start(Provider.class, "node2", seeds)) {
			await().untilAsserted(() -> assertThat(states()).hasSize(2).doesNotContainEntry("node2", "ejected"));
		}
	}

	private Map<String, String> states() {
		return this.context.getBean(RealmNode.class)
			.report("test.echo")
			.instances()
			.stream()
			.collect(Collectors.toMap(NodeReport.InstanceState::nodeId, NodeReport.InstanceState::state));
	}

	@Test
	void whereAccessIsReadOnlyNothingIsDone() throws Exception {
		try (ConfigurableApplicationContext readOnly = start(Provider.class,
				"--management.endpoint.macula.access=read-only")) {
			assertThat(send(request(readOnly, "")).statusCode()).isEqualTo(200);
			assertThat(post(readOnly, "{\"action\": \"drain\"}").statusCode()).isEqualTo(405);
			assertThat(post(readOnly, "{\"weight\": 5}").statusCode()).isEqualTo(405);
			assertThat(post(readOnly, setting("macula.client.deadline", "5s")).statusCode()).isEqualTo(405);
			assertThat(post(readOnly, "/test.echo", "{\"action\": \"eject\"}").statusCode()).isEqualTo(405);
		}
	}

	@Test
	void whoWantsItIsWrittenIntoTheLog(CapturedOutput output) {
		MaculaEndpointWebExtension extension = this.context.getBean(MaculaEndpointWebExtension.class);
		extension.change(null, "drain", null, null, null, null, new Alice());
		extension.change(null, "resume", null, null, null, null, SecurityContext.NONE);
		assertThat(output).contains(
				"Operator alice\\u001b drained node node1: it withdraws its services and refuses new calls until it is"
						+ " resumed",
				"An operator resumed node node1");
	}

	private record Alice() implements SecurityContext {

		@Override
		public Principal getPrincipal() {
			return () -> "alice\u001b";
		}

		@Override
		public boolean isUserInRole(String role) {
			return true;
		}

	}

	@Test
	void theSameIsThereOverJmx() throws Exception {
		try (ConfigurableApplicationContext jmx = start(Provider.class, "--spring.jmx.enabled=true",
				"--spring.jmx.unique-names=true", "--management.endpoints.jmx.exposure.include=macula",
				"--spring.jmx.default-domain=obs")) {
			MBeanServer server = jmx.getBean(MBeanServer.class);
			ObjectName name = server.queryNames(new ObjectName("obs:type=Endpoint,name=Macula,*"), null)
				.iterator()
				.next();
			assertThat(server.getMBeanInfo(name).getOperations()).extracting((operation) -> operation.getName())
				.containsExactlyInAnyOrder("node", "clientService", "weight", "drain", "resume", "eject", "restore",
						"changeSetting", "resetSetting");
			server.invoke(name, "drain", new Object[0], new String[0]);
			assertThat(jmx.getBean(RealmNode.class).report().provider().suspended()).isTrue();
			server.invoke(name, "resume", new Object[0], new String[0]);
			assertThat(jmx.getBean(RealmNode.class).report().provider().suspended()).isFalse();
			String[] texts = { String.class.getName(), String.class.getName() };
			server.invoke(name, "changeSetting", new Object[] { "macula.client.deadline", "7s" }, texts);
			assertThat(String.valueOf(server.invoke(name, "node", new Object[0], new String[0])))
				.contains("macula.client.deadline=7s");
			server.invoke(name, "resetSetting", new Object[] { "macula.client.deadline" },
					new String[] { String.class.getName() });
			assertThatExceptionOfType(ReflectionException.class).isThrownBy(
					() -> server.invoke(name, "changeSetting", new Object[] { "macula.client.deadlin", "7s" }, texts))
				.withStackTraceContaining("Did you mean macula.client.deadline?");
			assertThatExceptionOfType(ReflectionException.class)
				.isThrownBy(() -> server.invoke(name, "eject", new Object[] { "node7", null, null },
						new String[] { String.class.getName(), String.class.getName(), String.class.getName() }))
				.withStackTraceContaining("no client service has an instance 'node7'");
		}
	}

	@Test
	void aSettingChangesAtRunTimeAndIsReset(CapturedOutput output) throws Exception {
		RealmNode node = this.context.getBean(RealmNode.class);
		Echo echo = node.client().proxy(Echo.class, "test.echo");
		assertThat(get()).contains("\"macula.client.deadline\":\"30s\"", "\"changed\":[]")
			.doesNotContain("\"macula.realm.secret\"", "\"macula.provider.port\"");
		assertThat(post(this.context, setting("macula.client.deadline", "5s")).statusCode()).isEqualTo(204);
		assertThat(post(this.context, setting("macula.provider.maxInFlight", "77")).statusCode()).isEqualTo(204);
		assertThat(node.client().clients().get(0).settings().deadline()).hasSeconds(5);
		assertThat(node.limits().maxInFlight()).isEqualTo(77);
		assertThat(echo.echo("a")).isEqualTo("a");
		assertThat(get()).contains("\"macula.client.deadline\":\"5s\"", "\"key\":\"macula.client.deadline\"",
				"\"before\":\"30s\"", "\"value\":\"5s\"", "\"by\":\"An operator\"");
		assertThat(post(this.context, "{\"action\": \"reset\", \"setting\": \"macula.client.deadline\"}").statusCode())
			.isEqualTo(204);
		assertThat(node.client().clients().get(0).settings().deadline()).hasSeconds(30);
		assertThat(node.limits().maxInFlight()).isEqualTo(77);
		assertThat(output).contains("An operator set macula.client.deadline: 30s -> 5s",
				"An operator set macula.provider.max-in-flight: 100000 -> 77",
				"An operator set macula.client.deadline: 5s -> 30s");
	}

	@Test
	void aSettingThatCannotBeIsToldWhy() throws Exception {
		String possible = "What can change at run time: macula.client.attempt-timeout, macula.client.deadline, ";
		assertThat(refused(setting("macula.client.deadlin", "5s"))).startsWith(
				"There is no setting 'macula.client.deadlin'. Did you mean macula.client.deadline? " + possible);
		assertThat(refused(setting("macula.provider.port", "5"))).startsWith(
				"The setting macula.provider.port cannot change at run time: set it where it is configured, and restart"
						+ " the application. " + possible);
		assertThat(refused(setting("macula.realm.secret", "5"))).doesNotContain("Vq3k");
		assertThat(refused(setting("macula.provider.max-in-flight", "0"))).isEqualTo(
				"The setting macula.provider.max-in-flight = '0', set in the actuator, is not valid. Allowed: at least 1. Change"
						+ " macula.provider.max-in-flight to what is allowed: at least 1.");
		assertThat(refused(setting("macula.provider.max-in-flight", "many"))).isEqualTo(
				"The setting macula.provider.max-in-flight = 'many', set in the actuator, is not valid. Allowed: a whole number of at"
						+ " most 2147483647. Change macula.provider.max-in-flight to what is allowed: a whole number of at"
						+ " most 2147483647.");
		assertThat(refused(setting("macula.client.selection", "round-robbin"))).startsWith(
				"The setting macula.client.selection = 'round-robbin', set in the actuator, is not valid. Allowed: one of ")
			.contains("Did you mean round_robin?");
		assertThat(refused(setting("macula.client.services.test.other.deadline", "5s"))).startsWith(
				"The settings macula.client.services.test.other.* are for a client service that no proxy uses.");
		assertThat(refused(setting("macula.client.selection", "${macula.realm.secret}")))
			.isEqualTo("value '${macula.realm.secret}' of macula.client.selection is not valid: expected a value, not a"
					+ " placeholder");
		assertThat(refused("{\"setting\": \"macula.client.deadline\"}"))
			.isEqualTo("value of setting 'macula.client.deadline' is missing: expected one as in a configuration file,"
					+ " such as \"5s\", or the action reset");
		assertThat(refused("{\"value\": \"5s\"}")).isEqualTo("setting is missing: expected its key, such as"
				+ " {\"setting\": \"macula.client.deadline\", \"value\": \"5s\"}");
		assertThat(refused("{\"action\": \"reset\", \"setting\": \"macula.client.deadline\"}"))
			.isEqualTo("The setting macula.client.deadline was not set at run time");
		assertThat(refused("{\"action\": \"drain\", \"setting\": \"macula.client.deadline\"}"))
			.isEqualTo("setting and action are two requests: send one of them");
		assertThat(get()).contains("\"changed\":[]");
	}

	private static String setting(String key, String value) {
		return "{\"setting\": \"" + key + "\", \"value\": \"" + value + "\"}";
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
		return post(context, "", body);
	}

	private static HttpResponse<String> post(ConfigurableApplicationContext context, String path, String body)
			throws Exception {
		return send(request(context, path).header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(body)));
	}

	private String get() throws Exception {
		return send(request(this.context, "")).body();
	}

	private static HttpRequest.Builder request(ConfigurableApplicationContext context, String path) {
		return HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
				+ context.getEnvironment().getProperty("local.server.port") + "/actuator/macula" + path));
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
