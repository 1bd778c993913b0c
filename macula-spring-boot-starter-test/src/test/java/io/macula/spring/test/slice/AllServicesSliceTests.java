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

package io.macula.spring.test.slice;

import io.macula.spring.test.MaculaServiceTest;
import io.macula.spring.test.MaculaTestRealm;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A slice with all services of the application.
 */
@MaculaServiceTest
class AllServicesSliceTests {

	@Autowired
	private MaculaTestRealm realm;

	@MockitoBean
	private Phrases phrases;

	@Test
	void allServicesAreThere() {
		assertThat(this.realm.client("test.echo", Greeter.class).greet("you")).isEqualTo("you");
		assertThat(this.realm.client("test.greeter", Greeter.class).greet("you")).isEqualTo("null you");
	}

}
