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

import java.util.Map;
import java.util.Set;

import javax.management.MBeanServer;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXAuthenticator;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXConnectorServerFactory;
import javax.management.remote.JMXPrincipal;
import javax.management.remote.JMXServiceURL;
import javax.security.auth.Subject;

import io.macula.spring.MaculaService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/** Over a real RMI connector, where one is meant. */
@ExtendWith(OutputCaptureExtension.class)
class JmxOperatorTests {

	private ConfigurableApplicationContext context;

	@BeforeEach
	void start() {
		this.context = new SpringApplicationBuilder(Provider.class).web(WebApplicationType.NONE)
			.run("--macula.realm.name=test", "--macula.realm.secret=Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
					"--macula.node.id=node1", "--macula.provider.port=0", "--macula.provider.address=127.0.0.1",
					"--macula.provider.grace=1s", "--spring.jmx.enabled=true", "--spring.jmx.unique-names=true",
					"--management.endpoints.jmx.exposure.include=macula", "--spring.jmx.default-domain=operators");
	}

	@AfterEach
	void stop() {
		SpringApplication.exit(this.context);
	}

	private static void drainAndMore(MBeanServerConnection server) throws Exception {
		ObjectName name = server.queryNames(new ObjectName("operators:type=Endpoint,name=Macula,*"), null)
			.iterator()
			.next();
		server.invoke(name, "weight", new Object[] { 7 }, new String[] { Integer.class.getName() });
		server.invoke(name, "drain", new Object[0], new String[0]);
		server.invoke(name, "resume", new Object[0], new String[0]);
	}

	private void overRmi(Map<String, Object> environment, Object credentials) throws Exception {
		JMXConnectorServer connector = JMXConnectorServerFactory.newJMXConnectorServer(
				new JMXServiceURL("service:jmx:rmi://127.0.0.1"), environment, this.context.getBean(MBeanServer.class));
		connector.start();
		try (JMXConnector client = JMXConnectorFactory.connect(connector.getAddress(),
				Map.of(JMXConnector.CREDENTIALS, credentials))) {
			drainAndMore(client.getMBeanServerConnection());
		}
		finally {
			connector.stop();
		}
	}

	@Test
	void whoIsAuthenticatedIsNamedWithItsHost(CapturedOutput output) throws Exception {
		JMXAuthenticator everybody = (credentials) -> new Subject(true,
				Set.of(new JMXPrincipal(((String[]) credentials)[0])), Set.of(), Set.of());
		overRmi(Map.of(JMXConnectorServer.AUTHENTICATOR, everybody), new String[] { "alice", "secret" });
		assertThat(output).containsPattern("Operator alice \\(JMX from [0-9.:a-f]+\\) gave node node1 the weight 7")
			.containsPattern("Operator alice \\(JMX from [0-9.:a-f]+\\) drained node node1")
			.containsPattern("Operator alice \\(JMX from [0-9.:a-f]+\\) resumed node node1");
	}

	@Test
	void withoutAuthenticationTheHostIsNamed(CapturedOutput output) throws Exception {
		overRmi(Map.of(), new String[] { "alice", "secret" });
		assertThat(output).containsPattern("Operator by JMX from [0-9.:a-f]+ drained node node1");
	}

	@Test
	void withinTheProcessTheWayIsNamed(CapturedOutput output) throws Exception {
		drainAndMore(this.context.getBean(MBeanServer.class));
		assertThat(output).contains("Operator by JMX gave node node1 the weight 7",
				"Operator by JMX drained node node1", "Operator by JMX resumed node node1");
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
