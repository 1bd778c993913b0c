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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link EngineRefusal}.
 */
class EngineRefusalTests {

	private final MockEnvironment environment = new MockEnvironment();

	@Test
	void aValueThatIsRefusedIsToldWithItsPlace() {
		this.environment.setProperty("macula.directory.etcd.prefix", "macula/");
		FailureAnalysis analysis = explain("macula.directory.etcd.prefix 'macula/' is not valid: expected a path");
		assertThat(analysis.getDescription()).isEqualTo("The setting macula.directory.etcd.prefix = 'macula/', set in "
				+ "\"macula.directory.etcd.prefix\" from property source \"mockProperties\", is not valid. Allowed: a "
				+ "path.");
		assertThat(analysis.getAction()).isEqualTo("Change macula.directory.etcd.prefix to what is allowed: a path.");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			etcd.endpoints      | a,ftp://x | etcd.endpoints 'ftp://x'
			etcd.endpoints[1]   | ftp://x   | etcd.endpoints 'ftp://x'
			dns.services.a.b    | '?'       | dns.services.a.b '?'
			dns.services[a.b]   | '?'       | dns.services.a.b '?'
			dns.services[A_b]   | '?'       | dns.services[A_b] '?'
			dns.timeout         | PT0.001S  | dns.timeout '1ms'
			etcd.prefix         | ${x:a}/   | etcd.prefix 'a/'
			""")
	void itIsFoundInWhateverFormItIsWritten(String key, String value, String refused) {
		this.environment.setProperty("macula.directory.etcd.endpoints[0]", "http://a:1");
		this.environment.setProperty("macula.directory." + key, value);
		assertThat(explain("macula.directory." + refused + " is not valid: expected another").getDescription())
			.startsWith("The setting macula.directory." + refused.replaceFirst(" ", " = "))
			.contains(", set in \"macula.directory." + key + "\" from");
	}

	@Test
	void whatABeanOfTheApplicationSaysHasNoPlace() {
		this.environment.setProperty("macula.directory.etcd.endpoints", "http://unused:1");
		assertThat(explain("macula.directory.etcd.endpoints 'ftp://x' is not valid: expected a URL").getDescription())
			.isEqualTo("The setting macula.directory.etcd.endpoints = 'ftp://x' is not valid. Allowed: a URL.");
	}

	@Test
	void aSentenceNamesThePlaceOfTheSettingThatIsThere() {
		this.environment.setProperty("macula.directory.etcd.username", "me");
		String sentence = "macula.directory.etcd.password is missing: expected it beside macula.directory.etcd.username";
		FailureAnalysis analysis = explain(sentence);
		assertThat(analysis.getDescription()).isEqualTo("The directory 'etcd' cannot be used: " + sentence
				+ ", set in \"macula.directory.etcd.username\" from property source \"mockProperties\".");
		assertThat(analysis.getAction())
			.isEqualTo("Correct its settings under macula.directory.etcd, or change macula.directory.type.");
	}

	@Test
	void aSentenceWithoutASettingStaysAsItIs() {
		assertThat(explain("there is no bean").getDescription())
			.isEqualTo("The directory 'etcd' cannot be used: there is no bean.");
	}

	private FailureAnalysis explain(String message) {
		return new EngineRefusal(new InvalidSettings(this.environment))
			.explain("etcd", new IllegalArgumentException(message))
			.analysis();
	}

}
