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

package io.macula.spring.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.macula.client.ServiceSettings;
import io.macula.node.RealmNode;
import io.macula.spring.MaculaClient;
import io.macula.spring.autoconfigure.Applications.Echo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.WebApplicationType;
import org.springframework.cloud.autoconfigure.ConfigurationPropertiesRebinderAutoConfiguration;
import org.springframework.cloud.autoconfigure.RefreshAutoConfiguration;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.cloud.context.refresh.ContextRefresher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.MapPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Settings that change at run time, with Spring Cloud and without.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class RuntimeSettingsTests {

	private final Applications applications = new Applications();

	@AfterEach
	void close() {
		this.applications.close();
	}

	private static void change(ConfigurableApplicationContext context, Map<String, Object> values) {
		context.getEnvironment().getPropertySources().remove("changed");
		context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("changed", values));
		context.publishEvent(new EnvironmentChangeEvent(context, values.keySet()));
	}

	private static ServiceSettings settings(ConfigurableApplicationContext context, String client) {
		return context.getBean(RealmNode.class)
			.client()
			.clients()
			.stream()
			.filter((each) -> each.name().equals(client))
			.findFirst()
			.orElseThrow()
			.settings();
	}

	@Test
	void whatChangesInTheEnvironmentIsTakenOver(CapturedOutput output) {
		ConfigurableApplicationContext context = this.applications.run(Both.class,
				"macula.client.services.test.echo.failover.max-attempts=4");
		Echo echo = context.getBean(Caller.class).echo;
		assertThat(echo.echo("a")).isEqualTo("echo a");
		change(context,
				Map.of("macula.client.deadline", "5s", "macula.client.services.test.echo.failover.max-attempts", "2",
						"macula.client.services.test.echo.methods.echo.deadline", "3s", "macula.client.selection",
						"least_loaded", "macula.provider.max-in-flight", "50", "macula.provider.weight", "7",
						"macula.provider.grace", "1s"));
		ServiceSettings settings = settings(context, "test.echo");
		assertThat(settings.deadline()).hasSeconds(5);
		assertThat(settings.failover().maxAttempts()).isEqualTo(2);
		assertThat(settings.methods().get("echo").deadline()).hasSeconds(3);
		assertThat(settings.strategyName()).isEqualTo("least_loaded");
		RealmNode node = context.getBean(RealmNode.class);
		assertThat(node.client().defaults().deadline()).hasSeconds(5);
		assertThat(node.limits().maxInFlight()).isEqualTo(50);
		assertThat(node.limits().grace()).hasSeconds(1);
		assertThat(node.report().provider().weight()).isEqualTo(7);
		assertThat(context.getBean(RuntimeSettings.class).grace()).hasSeconds(1);
		assertThat(echo.echo("b")).isEqualTo("echo b");
		assertThat(output).contains("The environment set macula.client.deadline: 30s -> 5s, macula.client.selection:"
				+ " round_robin -> least_loaded, macula.client.services.test.echo.failover.max-attempts: 4 -> 2,"
				+ " macula.client.services.test.echo.methods.echo.deadline: not set -> 3s, macula.provider.grace: 2s ->"
				+ " 1s, macula.provider.max-in-flight: 100000 -> 50, macula.provider.weight: 100 -> 7");
		change(context, Map.of());
		assertThat(settings(context, "test.echo").deadline()).hasSeconds(30);
		assertThat(settings(context, "test.echo").methods()).isEmpty();
		assertThat(node.limits().maxInFlight()).isEqualTo(100_000);
	}

	@Test
	void aRefreshOfSpringCloudReadsTheFilesAgain(@TempDir Path directory) throws IOException {
		Path file = directory.resolve("application.properties");
		Files.writeString(file, "macula.client.deadline=20s\n");
		ConfigurableApplicationContext context = this.applications.run(Both.class,
				"spring.config.additional-location=file:" + directory + "/");
		assertThat(settings(context, "test.echo").deadline()).hasSeconds(20);
		Files.writeString(file, "macula.client.deadline=10s\nmacula.client.ejection.enabled=false\n");
		assertThat(context.getBean(ContextRefresher.class).refresh()).contains("macula.client.deadline");
		assertThat(settings(context, "test.echo").deadline()).hasSeconds(10);
		assertThat(settings(context, "test.echo").ejection().enabled()).isFalse();
		assertThat(context.getBean(Caller.class).echo.echo("a")).isEqualTo("echo a");
	}

	private static String origin(String key) {
		return ", set in \"" + key + "\" from property source \"changed\",";
	}

	@Test
	void oneBadValueLeavesEverythingAsItWasAndIsReported(CapturedOutput output) {
		ConfigurableApplicationContext context = this.applications.run(Both.class);
		String as = "Settings changed in the environment, but cannot be taken over, so that all stay as they are. ";
		change(context, Map.of("macula.client.deadline", "5s", "macula.client.failover.max-attempts", "21"));
		assertThat(output).contains(as + "The setting macula.client.failover.max-attempts = '21'"
				+ origin("macula.client.failover.max-attempts")
				+ " is not valid. Allowed: 1 to 20. Change macula.client.failover.max-attempts to what is allowed: 1 to 20.");
		change(context, Map.of("macula.client.deadline", "5s", "macula.client.selection", "fastest"));
		assertThat(output).contains(as + "The setting macula.client.selection = 'fastest'"
				+ origin("macula.client.selection") + " is not valid. Allowed: one of ");
		change(context, Map.of("macula.client.deadline", "soon"));
		assertThat(output).contains(as + "The setting macula.client.deadline = 'soon'"
				+ origin("macula.client.deadline")
				+ " is not valid. Allowed: a duration such as 500ms, 30s or 5m. Change macula.client.deadline to what is allowed: a duration such as 500ms,"
				+ " 30s or 5m.");
		change(context, Map.of("macula.client.deadline", "5s", "macula.client.deadlines", "5s"));
		assertThat(output).contains(as + "There is no setting macula.client.deadlines"
				+ origin("macula.client.deadlines") + " so that its value would have no"
				+ " effect. Did you mean macula.client.deadline? Correct or remove it.");
		change(context, Map.of("macula.client.deadline", "5s", "macula.client.services.test.other.deadline", "5s"));
		assertThat(output).contains(as
				+ "The settings macula.client.services.test.other.* are for a client service that" + " no proxy uses.");
		change(context,
				Map.of("macula.client.deadline", "5s", "macula.client.services.test.echo.methods.ecko.deadline", "5s"));
		assertThat(output)
			.contains(as + "The settings macula.client.services.test.echo.methods.ecko.* are for a method" + " that ");
		change(context,
				Map.of("macula.client.deadline", "5s", "macula.client.services.test.echo.methods.echo.hedge", "50ms"));
		assertThat(output).contains("echo(String) have a hedge, but it is not idempotent");
		assertThat(settings(context, "test.echo").deadline()).hasSeconds(30);
		assertThat(context.getBean(RuntimeSettings.class).changed()).isEmpty();
		assertThat(output).doesNotContain("The environment set");
		change(context, Map.of("macula.client.deadline", "5s"));
		assertThat(settings(context, "test.echo").deadline()).hasSeconds(5);
	}

	@Test
	void whatNeedsARestartIsToldOnceAndMasked(CapturedOutput output) {
		ConfigurableApplicationContext context = this.applications.run(Both.class);
		String secret = Applications.randomSecret();
		Map<String, Object> values = Map.of("macula.realm.secret", secret, "macula.client.codec", "json",
				"macula.transport.keep-alive", "5s", "macula.client.deadline", "5s");
		change(context, values);
		change(context, values);
		String end = ", which has no effect before a restart of the application";
		assertThat(output).containsOnlyOnce("The setting macula.realm.secret changed from '******' to '******'" + end)
			.containsOnlyOnce("The setting macula.client.codec changed from 'cbor' to 'json'" + end)
			.containsOnlyOnce("The setting macula.transport.keep-alive changed from '10s' to '5s'" + end)
			.doesNotContain(secret);
		assertThat(settings(context, "test.echo").deadline()).hasSeconds(5);
		assertThat(settings(context, "test.echo").codec()).isEqualTo("cbor");
		assertThat(context.getBean(Caller.class).echo.echo("a")).isEqualTo("echo a");
	}

	@Test
	void whatAnOperatorSetGoesBeforeTheEnvironmentUntilItIsReset() {
		ConfigurableApplicationContext context = this.applications.run(Both.class);
		RuntimeSettings settings = context.getBean(RuntimeSettings.class);
		settings.set("macula.client.services[test.echo].methods[ECHO].deadline", "4s", "Operator a");
		settings.set("MACULA.CLIENT.DEADLINE", "6s", "Operator a");
		change(context, Map.of("macula.client.deadline", "7s", "macula.client.patience", "1s"));
		assertThat(settings(context, "test.echo").deadline()).hasSeconds(6);
		assertThat(settings(context, "test.echo").patience()).hasSeconds(1);
		assertThat(settings(context, "test.echo").methodName("echo")
			.map(settings(context, "test.echo").methods()::get)
			.orElseThrow()
			.deadline()).hasSeconds(4);
		assertThat(settings.changed()).extracting((each) -> each.key() + " " + each.before() + " " + each.value())
			.contains("macula.client.deadline 30s 6s", "macula.client.patience 10s 1s");
		settings.reset("macula.client.deadline", "Operator b");
		assertThat(settings(context, "test.echo").deadline()).hasSeconds(7);
	}

	@Test
	void aChildContextStartsAgainAfterSettingsChanged() {
		ConfigurableApplicationContext parent = this.applications.run(Both.class);
		RuntimeSettings settings = parent.getBean(RuntimeSettings.class);
		child(parent, "macula.client.services.child.deadline=4s").close();
		settings.set("macula.client.patience", "3s", "Operator a");
		child(parent, "macula.client.services.child.deadline=4s");
		assertThat(settings(parent, "child").deadline()).hasSeconds(4);
		assertThat(settings(parent, "child").patience()).hasSeconds(3);
	}

	@Test
	void aRefreshSaysNothingOfWhatNobodyChanged(CapturedOutput output) {
		ConfigurableApplicationContext context = this.applications.run(Both.class, "macula.node.id=n-${random.uuid}");
		change(context, Map.of());
		change(context, Map.of("macula.realm.seeds", "localhost:1"));
		assertThat(output).contains("The setting macula.realm.seeds changed from '' to 'localhost:1'")
			.doesNotContain("macula.node.id changed")
			.doesNotContain("Cannot create default instance of");
	}

	@Test
	void afterTheEndNothingChangesAndNothingIsBlamed(CapturedOutput output) {
		ConfigurableApplicationContext context = this.applications.run(Both.class);
		RuntimeSettings settings = context.getBean(RuntimeSettings.class);
		context.close();
		settings.reload();
		assertThat(output).doesNotContain("Settings changed in the environment");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> settings.set("macula.client.deadline", "5s", "Operator a"))
			.withMessage("The application has been closed, so that no setting can change");
	}

	@Test
	void whoeverIsRefusedIsToldWhatIsWrong() {
		ConfigurableApplicationContext context = this.applications.run(Both.class,
				"macula.client.services.test.echo.selection=first");
		RuntimeSettings settings = context.getBean(RuntimeSettings.class);
		assertThatIllegalArgumentException()
			.isThrownBy(() -> settings.set("macula.client.failover.max-attempts", "0", "Operator a"))
			.withMessageStartingWith("The setting macula.client.failover.max-attempts = '0', set in the actuator,");
		settings.set("MACULA_CLIENT_SERVICES_TEST_ECHO_ATTEMPTTIMEOUT", "1s", "Operator a");
		assertThat(settings(context, "test.echo").attemptTimeout()).hasSeconds(1);
		change(context, Map.of("macula.client.deadline", "soon"));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> settings.set("macula.client.patience", "1s", "Operator a"))
			.withMessageStartingWith("The environment has settings that cannot be taken over, so that nothing can"
					+ " change before it is corrected. The setting macula.client.deadline = 'soon'");
		settings.set("macula.client.deadline", "5s", "Operator a");
		assertThat(settings(context, "test.echo").deadline()).hasSeconds(5);
	}

	@Test
	void theWeightStaysThatOfWhoeverSetItAlsoWithAChildContext(CapturedOutput output) {
		ConfigurableApplicationContext parent = this.applications.run(Both.class);
		child(parent);
		RuntimeSettings settings = parent.getBean(RuntimeSettings.class);
		settings.weight(7, "Operator a");
		settings.set("macula.client.patience", "3s", "Operator b");
		assertThat(settings.changed()).filteredOn((changed) -> changed.key().equals("macula.provider.weight"))
			.singleElement()
			.extracting(RuntimeSettings.Changed::by)
			.isEqualTo("Operator a");
		assertThat(output).doesNotContain("Operator b set macula.provider.weight")
			.doesNotContain("macula.provider.weight: 100 -> 7");
	}

	@Test
	void settingsChangeWhileAChildContextMakesItsBeans() {
		ConfigurableApplicationContext parent = this.applications.run(Both.class);
		SpringApplicationBuilder builder = new SpringApplicationBuilder(ChangingChild.class).parent(parent)
			.web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.jmx.enabled=false");
		this.applications.run(builder);
		assertThat(settings(parent, "test.echo").patience()).hasSeconds(3);
	}

	private ConfigurableApplicationContext child(ConfigurableApplicationContext parent, String... settings) {
		SpringApplicationBuilder builder = new SpringApplicationBuilder(Child.class).parent(parent)
			.web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.jmx.enabled=false");
		return this.applications.run(builder, settings);
	}

	@Test
	void clientsOfAChildContextSeeTheChanges() {
		ConfigurableApplicationContext parent = this.applications.run(Both.class);
		SpringApplicationBuilder builder = new SpringApplicationBuilder(Child.class).parent(parent)
			.web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.jmx.enabled=false");
		ConfigurableApplicationContext child = this.applications.run(builder,
				"macula.client.allow-unused-settings=true");
		child.getBean(ChildCaller.class).echo.echo("a");
		change(parent, Map.of("macula.client.deadline", "5s"));
		assertThat(settings(parent, "test.echo").deadline()).hasSeconds(5);
		assertThat(settings(parent, "child").deadline()).hasSeconds(5);
		parent.getBean(RuntimeSettings.class).set("macula.client.services.child.deadline", "3s", "Operator a");
		assertThat(settings(parent, "child").deadline()).hasSeconds(3);
		assertThat(settings(parent, "test.echo").deadline()).hasSeconds(5);
		child.close();
		parent.getBean(RuntimeSettings.class).set("macula.client.deadline", "8s", "Operator a");
		assertThat(settings(parent, "test.echo").deadline()).hasSeconds(8);
	}

	@Test
	void callsAreAnsweredOnceWhileSettingsChange() {
		ConfigurableApplicationContext context = this.applications.run(Both.class);
		Echo echo = context.getBean(Caller.class).echo;
		RuntimeSettings settings = context.getBean(RuntimeSettings.class);
		CompletableFuture<Integer> calls = CompletableFuture.supplyAsync(() -> {
			int answered = 0;
			long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
			while (System.nanoTime() < end) {
				assertThat(echo.echo("x" + answered)).isEqualTo("echo x" + answered);
				answered++;
			}
			return answered;
		});
		for (int i = 0; !calls.isDone(); i++) {
			settings.set("macula.client.deadline", (5 + i % 20) + "s", "Operator a");
			settings.set("macula.provider.max-threads", String.valueOf(5 + i % 20), "Operator a");
		}
		assertThat(calls.join()).isPositive();
	}

	@Test
	void eachKeyThatCanChangeIsKnown() {
		assertThat(RunTimeKeys.all()).allSatisfy((key) -> {
			assertThat(KnownKeys.ofProperties()
				.contains(org.springframework.boot.context.properties.source.ConfigurationPropertyName.of(key)))
				.isTrue();
		});
		assertThat(Set.copyOf(RunTimeKeys.all())).hasSize(26);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ RefreshAutoConfiguration.class, ConfigurationPropertiesRebinderAutoConfiguration.class,
			MaculaRebindingAutoConfiguration.class })
	@Import({ Applications.Provider.class })
	static class Both {

		@Bean
		Caller caller(@MaculaClient("test.echo") Echo echo) {
			return new Caller(echo);
		}

	}

	record Caller(Echo echo) {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Applications.Empty.class)
	static class Child {

		@Bean
		ChildCaller childCaller(@MaculaClient(value = "test.echo", name = "child") Echo echo) {
			return new ChildCaller(echo);
		}

	}

	/** Made before other beans, under the lock of all. */
	@Configuration(proxyBeanMethods = false)
	@Import(Applications.Empty.class)
	static class ChangingChild {

		@Bean
		static BeanPostProcessor changing(RuntimeSettings settings) throws Exception {
			CompletableFuture.runAsync(() -> settings.set("macula.client.patience", "3s", "Operator a"))
				.get(20, TimeUnit.SECONDS);
			return new BeanPostProcessor() {
			};
		}

	}

	record ChildCaller(Echo echo) {

	}

}
