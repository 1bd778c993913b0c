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

package io.macula.test;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests of JUnit a {@link TestRealm} as a parameter: of a test method, or a method
 * that runs before each, one that lives as long as that test; of a constructor, or a
 * method that runs before all, one that lives as long as the class, and that its tests
 * get, too.
 *
 * <pre>
 * &#64;ExtendWith(TestRealmExtension.class)
 * class CalculatorClientTests {
 *
 *     &#64;Test
 *     void givesUpAtItsDeadline(TestRealm realm) { ... }
 *
 * }
 * </pre>
 */
public final class TestRealmExtension implements ParameterResolver {

	private static final Namespace NAMESPACE = Namespace.create(TestRealmExtension.class);

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		return parameter.getParameter().getType() == TestRealm.class;
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
		return context.getStore(NAMESPACE)
			.computeIfAbsent(TestRealm.class, (key) -> TestRealm.start(), TestRealm.class);
	}

}
