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

package io.macula.node;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import io.macula.Code;
import io.macula.MaculaMethod;
import io.macula.RpcException;
import io.macula.contract.ServiceContract;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Contracts of all shapes that Java has for interfaces, each called over the wire.
 */
@Timeout(60)
class ContractShapesTests {

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"the test");

	/** Serves two services by one object. */
	private static final Shelf SHELF = new Shelf();

	private static final RealmNode NODE = RealmNode.builder("test")
		.nodeId("node1")
		.secret(SECRET)
		.provider(new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 20, 1000, 1000, Duration.ofSeconds(2)))
		.service("test.diamond", Diamond.class, new DiamondBean())
		.service("test.items", Items.class, SHELF)
		.service("test.counted", Counted.class, SHELF)
		.service("test.overloads", Overloads.class, new OverloadsBean())
		.build();

	@BeforeAll
	static void start() {
		NODE.start();
		NODE.advertise();
	}

	@AfterAll
	static void close() {
		NODE.close();
	}

	@Test
	void methodThatTwoInterfacesInheritIsOne() {
		Diamond diamond = NODE.client().proxy(Diamond.class, "test.diamond");
		assertThat(diamond.name()).isEqualTo("name");
		assertThat(((Left) diamond).name()).isEqualTo("name");
		assertThat(((Right) diamond).name()).isEqualTo("name");
		assertThat(((Named) diamond).name()).isEqualTo("name");
		assertThat(ServiceContract.of(Diamond.class).methods()).extracting(Object::toString)
			.containsExactly("Diamond.left()", "Diamond.name()", "Diamond.right()");
		assertThat(ServiceContract.of(Diamond.class).method("name").idempotent())
			.as("declared by one of the interfaces")
			.isTrue();
	}

	@Test
	void providerOfASubInterfaceServesClientsOfEachInterfaceAbove() {
		assertThat(NODE.client().proxy(Named.class, "test.diamond").name()).isEqualTo("name");
		assertThat(NODE.client().proxy(Right.class, "test.diamond").right()).isEqualTo("right");
	}

	@Test
	void defaultMethodsRunInTheirCallerAndCallTheOthers() {
		Diamond diamond = NODE.client().proxy(Diamond.class, "test.diamond");
		assertThat(diamond.both()).isEqualTo("[left, right]");
		assertThat(diamond.shout()).as("of a super-interface, overridden").isEqualTo("NAME");
	}

	@Test
	void staticPrivateAndObjectMethodsAreNoPartOfAContract() {
		Diamond diamond = NODE.client().proxy(Diamond.class, "test.diamond");
		assertThat(Diamond.joined("a", "b")).isEqualTo("[a, b]");
		assertThat(diamond).isEqualTo(diamond).isNotEqualTo(NODE.client().proxy(Left.class, "test.diamond"));
		assertThat(diamond.hashCode()).isEqualTo(diamond.hashCode());
		assertThat(diamond).hasToString("client of service 'test.diamond' (" + Diamond.class.getName() + ")");
	}

	@Test
	void typeVariablesOfASuperInterfaceAreBound() {
		Items items = NODE.client().proxy(Items.class, "test.items");
		assertThat(items.save(new Item("pen", 2))).isEqualTo(1);
		assertThat(items.load(1L)).isEqualTo(new Item("pen", 2));
		assertThat(items.all()).containsExactly(new Item("pen", 2));
		assertThat(items.later(1L).block()).isEqualTo(new Item("pen", 2));
		assertThat(items.first()).contains(new Item("pen", 2));
		assertThat(throughBase(items, new Item("ink", 1))).isEqualTo(new Item("ink", 1));
		assertThat(SHELF.items).hasSize(2);
	}

	/** Calls what javac calls bridges, with erased parameters. */
	private static <K, T> T throughBase(Base<K, T> base, T value) {
		return base.load(base.save(value));
	}

	@Test
	void annotationOfASuperInterfaceHoldsForOverriddenMethods() throws NoSuchMethodException {
		ServiceContract contract = ServiceContract.of(Items.class);
		assertThat(contract.method("store").idempotent()).isTrue();
		assertThat(contract.method("store").method().getDeclaringClass()).isEqualTo(Items.class);
		Method bridged = Base.class.getMethod("save", Object.class);
		assertThat(contract.method(bridged)).isSameAs(contract.method("store"));
	}

	@Test
	void genericInterfaceWithoutBindingsIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> ServiceContract.of(Base.class))
			.withMessageContaining("nothing says what the type variable")
			.withMessageContaining("declare an interface that binds it");
	}

	@Test
	void oneObjectServesSeveralContracts() {
		assertThat(NODE.client().proxy(Counted.class, "test.counted").count()).isEqualTo(7);
		assertThatExceptionOfType(RpcException.class)
			.isThrownBy(() -> NODE.client().proxy(Items.class, "test.counted").all())
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(Code.UNIMPLEMENTED));
	}

	@Test
	void overloadsGoByTheirNamesOnTheWire() {
		Overloads overloads = NODE.client().proxy(Overloads.class, "test.overloads");
		assertThat(overloads.of(1)).isEqualTo("int 1");
		assertThat(overloads.of("1")).isEqualTo("text 1");
		assertThat(overloads.of("1", "2")).isEqualTo("texts [1, 2]");
	}

	interface Named {

		String name();

		default String shout() {
			return name();
		}

	}

	interface Left extends Named {

		@Override
		@MaculaMethod(idempotent = true)
		String name();

		String left();

	}

	interface Right extends Named {

		String right();

		@Override
		default String shout() {
			return name().toUpperCase();
		}

	}

	interface Diamond extends Left, Right {

		default String both() {
			return bracketed(left(), right());
		}

		private String bracketed(String... texts) {
			return joined(texts);
		}

		static String joined(String... texts) {
			return List.of(texts).toString();
		}

		@Override
		boolean equals(Object other);

		@Override
		int hashCode();

		@Override
		String toString();

	}

	static class DiamondBean implements Diamond {

		@Override
		public String name() {
			return "name";
		}

		@Override
		public String left() {
			return "left";
		}

		@Override
		public String right() {
			return "right";
		}

	}

	record Item(String name, int count) {

	}

	interface Base<K, T> {

		T load(K id);

		@MaculaMethod(name = "store", idempotent = true)
		K save(T value);

		List<T> all();

		Mono<T> later(K id);

		default Optional<T> first() {
			return all().stream().findFirst();
		}

	}

	interface Items extends Base<Long, Item> {

		@Override
		Long save(Item value);

	}

	interface Counted {

		Integer count();

	}

	abstract static class AbstractShelf<T> implements Base<Long, T> {

		final Map<Long, T> items = new TreeMap<>();

		@Override
		public T load(Long id) {
			return this.items.get(id);
		}

		@Override
		public Long save(T value) {
			long id = this.items.size() + 1;
			this.items.put(id, value);
			return id;
		}

		@Override
		public List<T> all() {
			return List.copyOf(this.items.values());
		}

		@Override
		public Mono<T> later(Long id) {
			return Mono.just(load(id));
		}

	}

	static class Shelf extends AbstractShelf<Item> implements Items, Counted {

		@Override
		public Integer count() {
			return 7;
		}

	}

	interface Overloads {

		@MaculaMethod(name = "ofInt")
		String of(int value);

		String of(String value);

		@MaculaMethod(name = "ofAll")
		String of(String... values);

	}

	static class OverloadsBean implements Overloads {

		@Override
		public String of(int value) {
			return "int " + value;
		}

		@Override
		public String of(String value) {
			return "text " + value;
		}

		@Override
		public String of(String... values) {
			return "texts " + List.of(values);
		}

	}

}
