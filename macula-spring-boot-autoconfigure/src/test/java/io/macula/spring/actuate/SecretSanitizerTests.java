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

import io.macula.spring.autoconfigure.MaculaAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.autoconfigure.context.properties.ConfigurationPropertiesReportEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.env.EnvironmentEndpointAutoConfiguration;
import org.springframework.boot.actuate.context.properties.ConfigurationPropertiesReportEndpoint;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.env.EnvironmentEndpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.mock.env.MockEnvironment;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What Boot's own endpoints show of the realm's secrets, when they show all values.
 */
class SecretSanitizerTests {

	private static final String SHOWN = "Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=";

	private static final String ACCEPTED = "m7Zt2Xc9Lq4WvRb1Ny8Kd5Gs0Pj3Hf6Ta+Ue2Io7Yx4=";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MaculaAutoConfiguration.class, MaculaSanitizingAutoConfiguration.class,
				EnvironmentEndpointAutoConfiguration.class,
				ConfigurationPropertiesReportEndpointAutoConfiguration.class))
		.withPropertyValues("management.endpoints.web.exposure.include=*",
				"management.endpoints.jmx.exposure.include=*", "management.endpoint.env.show-values=always",
				"management.endpoint.configprops.show-values=always", "macula.realm.name=shown-as-it-is");

	@Test
	void noEndpointShowsASecretWhereverItStands() {
		this.runner
			.withPropertyValues("REALM_SECRET=" + SHOWN, "macula.realm.secret=${REALM_SECRET}",
					"macula.realm.accepted-secrets[0]=" + ACCEPTED)
			.withSystemProperties("some.command=java -jar shop.jar --macula.realm.secret=" + SHOWN,
					"some.json={\"macula\":{\"realm\":{\"secret\":\"" + ACCEPTED + "\"}}}")
			.run((context) -> {
				JsonMapper mapper = JsonMapper.builder().build();
				EnvironmentEndpoint environment = context.getBean(EnvironmentEndpoint.class);
				String all = mapper.writeValueAsString(environment.environment(null));
				assertThat(all).contains("shown-as-it-is", "REALM_SECRET", "some.command", "some.json", "******")
					.doesNotContain(SHOWN)
					.doesNotContain(ACCEPTED);
				for (String name : new String[] { "macula.realm.secret", "REALM_SECRET", "some.command",
						"macula.realm.accepted-secrets[0]" }) {
					assertThat(mapper.writeValueAsString(environment.environmentEntry(name))).as(name)
						.contains("******")
						.doesNotContain(SHOWN)
						.doesNotContain(ACCEPTED);
				}
				ConfigurationPropertiesReportEndpoint properties = context
					.getBean(ConfigurationPropertiesReportEndpoint.class);
				assertThat(mapper.writeValueAsString(properties.configurationProperties())).contains("shown-as-it-is")
					.doesNotContain(SHOWN)
					.doesNotContain(ACCEPTED);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "macula.realm.secret", "MACULA_REALM_SECRET", "MACULA_REALMSECRET", "macula.realmSecret",
			"macula.realm.accepted-secrets[1]", "macula.realm.acceptedSecrets", "MACULA_REALM_ACCEPTEDSECRETS_0",
			"MACULA_REALM_ACCEPTED_SECRETS", "macula_realm_secret", "spring.application.macula.realm.secret" })
	void aSecretIsMaskedByEachSpellingOfItsSetting(String key) {
		SecretSanitizer sanitizer = SecretSanitizer.of(new MockEnvironment());
		assertThat(sanitizer.apply(new SanitizableData(null, key, "something")).getValue()).isEqualTo("******");
		assertThat(sanitizer.apply(new SanitizableData(null, "macula.realm.name", "something")).getValue())
			.isEqualTo("something");
		assertThat(sanitizer.apply(new SanitizableData(null, "other", null)).getValue()).isNull();
	}

	@Test
	void whenTheSecretIsInAFileThenItsPathIsNoSecretElsewhere() {
		SecretSanitizer sanitizer = SecretSanitizer
			.of(new MockEnvironment().withProperty("macula.realm.secret", "file:/etc/macula/secret"));
		assertThat(sanitizer.apply(new SanitizableData(null, "mount", "file:/etc/macula/secret")).getValue())
			.isEqualTo("file:/etc/macula/secret");
	}

	@Test
	void whenASecretCannotBeReadThenThatIsTheNodesToSay() {
		SecretSanitizer sanitizer = SecretSanitizer
			.of(new MockEnvironment().withProperty("macula.realm.secret", "${NOT_SET"));
		assertThat(sanitizer.apply(new SanitizableData(null, "a", "b")).getValue()).isEqualTo("b");
	}

}
