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

package io.macula;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link Route} and the further addresses of an {@link Instance}.
 */
class RouteTests {

	private static final Endpoint INSIDE = new Endpoint("10.0.0.1", 9443);

	private static final Endpoint NODE = new Endpoint("192.0.2.1", 30443);

	private static final Endpoint OUTSIDE = new Endpoint("2001:db8::1", 443);

	@Test
	void addressesKeepTheirOrder() {
		Route route = new Route(INSIDE, List.of(NODE, OUTSIDE));
		assertThat(route.endpoints()).containsExactly(INSIDE, NODE, OUTSIDE);
		assertThat(route.endpoints(OUTSIDE)).containsExactly(OUTSIDE, INSIDE, NODE);
		assertThat(route.endpoints(INSIDE)).containsExactly(INSIDE, NODE, OUTSIDE);
		assertThat(route).hasToString("10.0.0.1:9443 (or 192.0.2.1:30443,[2001:db8::1]:443)");
		assertThat(Route.of(INSIDE)).hasToString("10.0.0.1:9443");
		assertThat(Route.of(INSIDE).endpoints(NODE)).containsExactly(INSIDE);
	}

	@Test
	void textIsReadAsItWasWritten() {
		assertThat(Route.parseFurther(Route.text(List.of(NODE, OUTSIDE)))).containsExactly(NODE, OUTSIDE);
		assertThat(Route.parseFurther("")).isEmpty();
		assertThatIllegalArgumentException().isThrownBy(() -> Route.parseFurther("h:1,h"))
			.withMessageContaining("Endpoint 'h' is not valid");
	}

	@Test
	void whatCannotBeDialledOnceIsRefused() {
		List<Endpoint> five = IntStream.rangeClosed(1, 5).mapToObj((port) -> new Endpoint("h", port)).toList();
		assertThatIllegalArgumentException().isThrownBy(() -> new Route(INSIDE, five))
			.withMessage("5 further addresses of 10.0.0.1:9443 are not valid: expected at most 4");
		assertThatIllegalArgumentException().isThrownBy(() -> new Route(INSIDE, List.of(NODE, INSIDE)))
			.withMessageContaining("further address 10.0.0.1:9443 of 10.0.0.1:9443")
			.withMessageContaining("expected each address once");
		assertThatIllegalArgumentException().isThrownBy(() -> Instance.of("a", INSIDE).withFurther(List.of(NODE, NODE)))
			.withMessageContaining("expected each address once");
	}

	@Test
	void instanceKeepsItsAddressesWithAnotherWeight() {
		Instance instance = Instance.of("a", INSIDE).withFurther(List.of(NODE)).withWeight(7);
		assertThat(instance.further()).containsExactly(NODE);
		assertThat(instance.route()).isEqualTo(new Route(INSIDE, List.of(NODE)));
		assertThat(new Instance("a", 1, INSIDE, null, 0, 100, Map.of(), null).further()).isEmpty();
	}

}
