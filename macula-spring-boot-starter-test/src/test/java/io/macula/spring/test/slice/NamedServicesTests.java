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
import io.macula.spring.test.elsewhere.Distant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestContextManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Slices that name what cannot be a service of theirs.
 */
class NamedServicesTests {

	private static ApplicationContext start(Class<?> slice) {
		return new TestContextManager(slice).getTestContext().getApplicationContext();
	}

	@ParameterizedTest
	@ValueSource(classes = { Component.class, NoBean.class })
	void aClassThatIsNoServiceStopsTheStart(Class<?> slice) {
		Class<?> named = slice.getAnnotation(MaculaServiceTest.class).value()[0];
		assertThatIllegalStateException().isThrownBy(() -> start(slice))
			.havingRootCause()
			.isInstanceOf(IllegalStateException.class)
			.withMessage("@MaculaServiceTest of " + slice.getName() + " names " + named.getName()
					+ ", which is no service: put @MaculaService on it, or name the class that has it");
	}

	@Test
	void aServiceThatIsNotScannedStopsTheStart() {
		assertThatIllegalStateException().isThrownBy(() -> start(Unscanned.class))
			.havingRootCause()
			.withMessage("@MaculaServiceTest of " + Unscanned.class.getName() + " names " + Distant.class.getName()
					+ ", which is not among the beans: component scan does not find it; add @Import(Distant.class)"
					+ " to the test");
		assertThat(start(Imported.class).getBeanNamesForType(Distant.class)).hasSize(1);
	}

	/** Without the annotation. */
	static class Forgotten implements Greeter {

		@Override
		public String greet(String name) {
			return name;
		}

	}

	@MaculaServiceTest(Plain.class)
	static class Component {

	}

	@MaculaServiceTest(Forgotten.class)
	static class NoBean {

	}

	@MaculaServiceTest(Distant.class)
	static class Unscanned {

	}

	@MaculaServiceTest(Distant.class)
	@Import(Distant.class)
	static class Imported {

	}

}
