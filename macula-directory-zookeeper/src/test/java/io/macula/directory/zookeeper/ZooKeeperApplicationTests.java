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

package io.macula.directory.zookeeper;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.macula.client.RealmClient;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.node.RealmNode;
import io.macula.spring.MaculaService;
import io.macula.spring.autoconfigure.MaculaAutoConfiguration;
import org.apache.curator.framework.CuratorFramework;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Applications whose directory is on ZooKeeper.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class ZooKeeperApplicationTests {

	private static final String SECRET = "macula.realm.secret="
			+ Base64.getEncoder().encodeToString("a secret of thirty-two characters".getBytes());

	private final List<ConfigurableApplicationContext> started = new ArrayList<>();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ZooKeeperDirectoryAutoConfiguration.class,
				MaculaAutoConfiguration.class, SslAutoConfiguration.class))
		.withPropertyValues("macula.realm.name=test", SECRET);

	@AfterEach
	void close() {
		for (int i = this.started.size() - 1; i >= 0; i--) {
			this.started.get(i).close();
		}
	}

	@Test
	void aClientCallsWhatItFindsThere() {
		try (TestServer server = new TestServer()) {
			String address = "macula.directory.zookeeper.connect-string=" + server.address();
			run(Provider.class, address);
			ConfigurableApplicationContext client = run(Empty.class, address);
			assertThat(echo(client)).isEqualTo("echo x");
		}
	}

	@Test
	void anApplicationStartsWhileTheEnsembleIsGoneAndGoesOnWhenItIsThere() {
		try (TestServer server = new TestServer()) {
			server.stop();
			String address = "macula.directory.zookeeper.connect-string=" + server.address();
			run(Provider.class, address);
			ConfigurableApplicationContext client = run(Empty.class, address);
			server.start();
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.ignoreExceptions()
				.until(() -> echo(client).equals("echo x"));
		}
	}

	@Test
	void itSpeaksTlsWithABundleAndLeavesNoFiles(@TempDir Path directory) throws Exception {
		TestKeys keys = TestKeys.create(directory, "ensemble");
		TestKeys others = TestKeys.create(directory, "others");
		try (TestServer server = new TestServer(keys.server())) {
			Set<Path> before = keyFiles();
			String[] settings = Stream.concat(Stream.of(keys.bundle("ensemble")),
					Stream.of("macula.directory.zookeeper.connect-string=localhost:" + server.port(),
							"macula.directory.zookeeper.ssl.bundle=ensemble",
							"macula.directory.zookeeper.username=shop",
							"macula.directory.zookeeper.password=opensesame"))
				.toArray(String[]::new);
			run(Provider.class, settings);
			ConfigurableApplicationContext client = run(Empty.class, settings);
			assertThat(echo(client)).isEqualTo("echo x");
			assertThat(keyFiles()).hasSize(before.size() + 2);
			String[] strangers = Stream
				.concat(Stream.of(others.bundle("ensemble")), Stream.of(settings).skip(keys.bundle("ensemble").length))
				.toArray(String[]::new);
			ConfigurableApplicationContext stranger = run(Empty.class, strangers);
			RealmNode node = stranger.getBean(RealmNode.class);
			Awaitility.await()
				.atMost(Duration.ofSeconds(15))
				.until(() -> String.valueOf(node.report().directory()).contains("answers over TLS: check"));
			close();
			assertThat(keyFiles()).isEqualTo(before);
		}
	}

	private static Set<Path> keyFiles() throws Exception {
		try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
			return files.filter((file) -> file.getFileName().toString().startsWith("macula-zookeeper"))
				.collect(Collectors.toSet());
		}
	}

	@Test
	void anotherTypeMakesNothingOfIt() {
		this.runner.withPropertyValues("macula.directory.zookeeper.prefix=/x").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean("maculaZooKeeperDirectory", DirectoryEngineFactory.class).type())
				.isEqualTo("zookeeper");
			assertThat(context).doesNotHaveBean(ZooKeeperConnectionDetails.class)
				.doesNotHaveBean(ZooKeeperKeyFiles.class);
		});
		this.runner.withClassLoader(new FilteredClassLoader(CuratorFramework.class))
			.run((context) -> assertThat(context).doesNotHaveBean("maculaZooKeeperDirectory"));
	}

	@Test
	void detailsOfTheApplicationComeFirst() {
		this.runner
			.withPropertyValues("macula.directory.type=zookeeper", "macula.directory.zookeeper.connect-string=a:1")
			.withBean(ZooKeeperConnectionDetails.class, () -> () -> "127.0.0.1:9")
			.run((context) -> assertThat(context.getBean(RealmNode.class).report().directory().toString())
				.contains("127.0.0.1:9"));
	}

	@Test
	void settingsThatCannotBeFailTheStartWithTheirNames() {
		assertThat(failure("connect-string=zk1:port")).contains(
				"macula.directory.zookeeper.connect-string 'zk1:port' is not valid: expected host:port with commas");
		assertThat(failure("prefix=macula")).contains("macula.directory.zookeeper.prefix 'macula' is not valid",
				"The setting macula.directory.zookeeper.prefix = 'macula', set in \"macula.directory.zookeeper.prefix\"");
		assertThat(failure("username=shop")).contains("macula.directory.zookeeper.password is missing: expected it "
				+ "beside macula.directory.zookeeper.username, set in \"macula.directory.zookeeper.username\"");
		assertThat(failure("access=private")).contains("macula.directory.zookeeper.access 'private', set in ");
		assertThat(failure("ssl.bundle=none"))
			.contains("macula.directory.zookeeper.ssl.bundle 'none' is not valid: expected the name of a bundle");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			zookeeper.access | public | one of open, readable, private.
			zookeeper.ssl.verify-hostname | perhaps | true or false.
			""")
	void whatIsOfAnotherTypeIsExplained(String setting, String value, String allowed, CapturedOutput output) {
		String key = "macula.directory." + setting;
		assertThatException().isThrownBy(() -> run(Empty.class, key + "=" + value));
		assertThat(output)
			.contains("The setting " + key + " = '" + value + "', set in \"" + key
					+ "\" from property source \"commandLineArgs\", is not valid. Allowed: " + allowed)
			.contains("Change " + key + " to what is allowed: " + allowed)
			.doesNotContain("Reason: ");
	}

	private String failure(String setting) {
		List<String> messages = new ArrayList<>();
		this.runner.withPropertyValues("macula.directory.type=zookeeper", "macula.directory.zookeeper." + setting)
			.run((context) -> {
				assertThat(context).hasFailed();
				for (Throwable cause = context.getStartupFailure(); cause != null; cause = cause.getCause()) {
					messages.add(String.valueOf(cause.getMessage()));
				}
			});
		return String.join("\n", messages);
	}

	private static String echo(ConfigurableApplicationContext client) {
		return client.getBean(RealmClient.class).proxy(Echo.class, "test.echo").echo("x");
	}

	private ConfigurableApplicationContext run(Class<?> configuration, String... settings) {
		String[] arguments = Stream.of(settings).map((setting) -> "--" + setting).toArray(String[]::new);
		ConfigurableApplicationContext context = new SpringApplicationBuilder(configuration)
			.web(WebApplicationType.NONE)
			.properties("macula.realm.name=test", SECRET, "macula.provider.port=0", "macula.provider.address=127.0.0.1",
					"macula.provider.grace=2s", "macula.directory.type=zookeeper", "spring.main.banner-mode=off",
					"spring.jmx.enabled=false")
			.run(arguments);
		this.started.add(context);
		return context;
	}

	/** A contract. */
	interface Echo {

		String echo(String text);

	}

	/** Answers at once. */
	@MaculaService("test.echo")
	static class EchoBean implements Echo {

		@Override
		public String echo(String text) {
			return "echo " + text;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ ZooKeeperDirectoryAutoConfiguration.class, MaculaAutoConfiguration.class,
			SslAutoConfiguration.class, LifecycleAutoConfiguration.class })
	static class Empty {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Empty.class, EchoBean.class })
	static class Provider {

	}

}
