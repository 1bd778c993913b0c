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

package io.macula.contract;

import java.io.IOException;
import java.lang.reflect.Proxy;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Exceptions of a contract that its proxy, which is in another package, cannot name.
 */
class HiddenExceptionTests {

	@Test
	void anExceptionThatAProxyCannotSeeIsRefused() {
		refused(HiddenThrown.class, "Method HiddenThrown.find(String)", "it throws HiddenProblem, which is not public",
				"so that the proxy cannot throw it", "make HiddenProblem public");
		refused(HiddenThrownLocally.class, "it throws HiddenProblem, which is not public", "make HiddenProblem public");
	}

	@Test
	void anExceptionThatNoProxyHasToNameMayBeHidden() throws Throwable {
		assertThat(ServiceContract.of(HiddenUnchecked.class).methods()).hasSize(1);
		HiddenUnchecked unchecked = throwing(HiddenUnchecked.class, new HiddenUncheckedProblem());
		assertThatExceptionOfType(HiddenUncheckedProblem.class).isThrownBy(unchecked::run);
		assertThat(ServiceContract.of(HiddenThrownTogether.class).methods()).hasSize(1);
		HiddenThrownTogether together = throwing(HiddenThrownTogether.class, new HiddenProblem());
		assertThatExceptionOfType(HiddenProblem.class).isThrownBy(together::run);
	}

	private static <T> T throwing(Class<T> contract, Throwable thrown) {
		return contract.cast(Proxy.newProxyInstance(HiddenExceptionTests.class.getClassLoader(),
				new Class<?>[] { contract }, (self, method, arguments) -> {
					throw thrown;
				}));
	}

	private static void refused(Class<?> contract, String... parts) {
		assertThatIllegalArgumentException().isThrownBy(() -> ServiceContract.of(contract))
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(parts).contains(contract.getName()));
	}

	static class HiddenProblem extends Exception {

	}

	static class HiddenUncheckedProblem extends RuntimeException {

	}

	public interface HiddenThrown {

		String find(String id) throws IOException, HiddenProblem;

	}

	public interface HiddenThrownLocally {

		void run();

		default void local() throws HiddenProblem {
			run();
		}

	}

	public interface HiddenUnchecked {

		void run() throws HiddenUncheckedProblem;

	}

	interface HiddenThrownTogether {

		void run() throws HiddenProblem;

	}

}
