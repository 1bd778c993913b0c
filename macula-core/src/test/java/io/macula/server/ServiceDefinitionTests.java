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

package io.macula.server;

import java.lang.reflect.Proxy;
import java.util.List;

import io.macula.MaculaMethod;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link ServiceDefinition}: handlers that are taken and refused.
 */
class ServiceDefinitionTests {

	@Test
	void whenAHandlerOverridesADefaultMethodThatRunsInItsCallersThenItIsRefused() {
		for (Prices handler : List.of(new Overriding(), new Below(), (ByInterface) List::size)) {
			assertThatIllegalArgumentException().as(handler.getClass().getName())
				.isThrownBy(() -> definition(handler))
				.withMessageContaining("test.prices")
				.withMessageContaining(" overrides the default method one(String)")
				.withMessageContaining("@MaculaMethod");
		}
	}

	@Test
	void whenTheOverriddenMethodIsRemoteThenTheHandlerIsTaken() {
		assertThat(definition(new RemoteOnly()).handler()).isInstanceOf(RemoteOnly.class);
	}

	@Test
	void whenNothingIsOverriddenThenTheHandlerIsTaken() {
		assertThat(definition(new Plain()).handler()).isInstanceOf(Plain.class);
		Prices lambda = List::size;
		assertThat(definition(lambda).handler()).isSameAs(lambda);
	}

	@Test
	void whenAFrameworkGeneratedTheHandlerThenOnlyWhatIsWrittenCounts() {
		Prices mock = Mockito.mock(Prices.class);
		assertThat(definition(mock).handler()).isSameAs(mock);
		Prices proxy = (Prices) Proxy.newProxyInstance(Prices.class.getClassLoader(), new Class<?>[] { Prices.class },
				(self, method, arguments) -> 1);
		assertThat(definition(proxy).handler()).isSameAs(proxy);
		assertThatIllegalArgumentException().isThrownBy(() -> definition(new Overriding$$Generated()));
		assertThat(definition(new Plain$$Generated()).handler()).isInstanceOf(Plain.class);
	}

	@Test
	void whenAClassAnnotatesItsMethodThenItIsRefused() {
		for (Prices handler : List.of(new Annotated(), new BelowAnnotated(), new Annotated$$Generated(),
				Mockito.mock(Annotated.class))) {
			assertThatIllegalArgumentException().as(handler.getClass().getName())
				.isThrownBy(() -> definition(handler))
				.withMessage("Handler of service 'test.prices' is not valid: " + Annotated.class.getName()
						+ ".all(List) has a @MaculaMethod that nobody reads: it belongs on the method of the contract "
						+ Prices.class.getName());
		}
	}

	@Test
	void whenABaseClassAnnotatesItsMethodThenItIsRefused() {
		for (Prices handler : List.of(new OfAbstract(), new OfForeign())) {
			assertThatIllegalArgumentException().as(handler.getClass().getName())
				.isThrownBy(() -> definition(handler))
				.withMessageContaining(handler.getClass().getSuperclass().getName()
						+ ".all(List) has a @MaculaMethod that nobody reads");
		}
	}

	@Test
	void whenAMethodOfAGenericContractIsAnnotatedInTheClassThenItIsNamedAsItWasWritten() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> ServiceDefinition.of("test.named", Named.class, new AnnotatedOfGeneric()))
			.withMessageContaining(AnnotatedOfGeneric.class.getName() + ".price(String) has a @MaculaMethod")
			.withMessageContaining("of the contract " + Named.class.getName());
	}

	@Test
	void whenAnotherContractOfTheClassIsAnnotatedThenTheHandlerIsTaken() {
		Versions handler = new Versions();
		assertThat(definition(handler).handler()).isSameAs(handler);
		assertThat(ServiceDefinition.of("test.later", Later.class, handler).handler()).isSameAs(handler);
	}

	private static ServiceDefinition definition(Prices handler) {
		return ServiceDefinition.of("test.prices", Prices.class, handler);
	}

	/** A contract with a method that runs in its callers, and one that does not. */
	public interface Prices {

		int all(List<String> names);

		default int one(String name) {
			return all(List.of(name));
		}

		@MaculaMethod
		default int none() {
			return 0;
		}

	}

	/** As many handlers do. */
	public static class Plain implements Prices {

		@Override
		public int all(List<String> names) {
			return names.size();
		}

	}

	/** Overrides what is called at the provider. */
	public static class RemoteOnly extends Plain {

		@Override
		public int none() {
			return 1;
		}

	}

	/** Overrides what no caller reaches. */
	public static class Overriding extends Plain {

		@Override
		public int one(String name) {
			return 7;
		}

	}

	/** Inherits the override. */
	public static class Below extends Overriding {

	}

	/** Overrides it above the handler. */
	public interface ByInterface extends Prices {

		@Override
		default int one(String name) {
			return 7;
		}

	}

	/** As Spring names what it makes with CGLIB. */
	public static class Overriding$$Generated extends Overriding {

		@Override
		public int one(String name) {
			return super.one(name);
		}

	}

	/** As Spring names what it makes with CGLIB. */
	public static class Plain$$Generated extends Plain {

		@Override
		public int one(String name) {
			return super.one(name);
		}

	}

	/** As one who looks for the annotation where the code is. */
	public static class Annotated extends Plain {

		@Override
		@MaculaMethod(idempotent = true)
		public int all(List<String> names) {
			return names.size();
		}

	}

	/** Hides the annotation. */
	public static class BelowAnnotated extends Annotated {

		@Override
		public int all(List<String> names) {
			return 1;
		}

	}

	/** As Spring names what it makes with CGLIB. */
	public static class Annotated$$Generated extends Annotated {

		@Override
		public int all(List<String> names) {
			return super.all(names);
		}

	}

	/** Says of all its subclasses what nobody hears. */
	public abstract static class AbstractAnnotated implements Prices {

		@Override
		@MaculaMethod(nonBlocking = true)
		public abstract int all(List<String> names);

	}

	/** Implements what is annotated above. */
	public static class OfAbstract extends AbstractAnnotated {

		@Override
		public int all(List<String> names) {
			return 1;
		}

	}

	/** Does not even know the contract. */
	public static class Foreign {

		@MaculaMethod(deadline = "1s")
		public int all(List<String> names) {
			return 1;
		}

	}

	/** Implements the contract with a method of its base class. */
	public static class OfForeign extends Foreign implements Prices {

	}

	/** Is generic above. */
	public interface Priced<T> {

		int price(T of);

	}

	/** Resolves its type variable. */
	public interface Named extends Priced<String> {

	}

	/** Has a bridge, to which the compiler copies the annotation. */
	public static class AnnotatedOfGeneric implements Named {

		@Override
		@MaculaMethod(name = "p")
		public int price(String of) {
			return 1;
		}

	}

	/** A later version of the contract, as a service of its own. */
	public interface Later extends Prices {

		@Override
		@MaculaMethod(idempotent = true)
		int all(List<String> names);

	}

	/** Serves both. */
	public static class Versions implements Later {

		@Override
		public int all(List<String> names) {
			return 1;
		}

	}

}
