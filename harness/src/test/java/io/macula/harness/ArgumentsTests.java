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

package io.macula.harness;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ArgumentsTests {

	@Test
	void argumentsAreFoundByName() {
		Arguments arguments = Arguments.parse("--only=failover", "--compose=docker compose -f a=b.yaml");
		assertThat(arguments.required("only")).isEqualTo("failover");
		assertThat(arguments.required("compose")).isEqualTo("docker compose -f a=b.yaml");
		assertThat(arguments.has("only")).isTrue();
	}

	@Test
	void whenAnArgumentIsMissingThenItsDefaultCounts() {
		assertThat(Arguments.parse().optional("only", "all")).isEqualTo("all");
		assertThat(Arguments.parse().has("only")).isFalse();
	}

	@Test
	void whenARequiredArgumentIsMissingThenItIsNamed() {
		assertThatIllegalArgumentException().isThrownBy(() -> Arguments.parse("--a=1").required("directory"))
			.withMessageContaining("--directory=");
	}

	@Test
	void whenAnArgumentHasAnotherFormThenItIsNamed() {
		assertThatIllegalArgumentException().isThrownBy(() -> Arguments.parse("--only"))
			.withMessageContaining("'--only'")
			.withMessageContaining("--name=value");
		assertThatIllegalArgumentException().isThrownBy(() -> Arguments.parse("only=failover"));
		assertThatIllegalArgumentException().isThrownBy(() -> Arguments.parse("--=failover"));
	}

}
