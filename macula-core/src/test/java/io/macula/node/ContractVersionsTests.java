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

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.macula.client.ContractSkew;
import io.macula.node.VersionedRealm.Outcome;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of contracts that change: the rows of "What may change" in docs/contracts.md,
 * each with two versions of one contract in class loaders of their own.
 */
class ContractVersionsTests {

	/** A record of each version, sent and received. */
	private static final String ORDERS = """
			String place(Order order);
			Order find();
			Flux<Order> all();
			class Handler implements Contract {
				public String place(Order order) { return order.toString(); }
				public Order find() { return Order.of(); }
				public Flux<Order> all() { return Flux.just(Order.of()); }
			}
			class Caller {
				public static String place(Contract c) { return c.place(Order.of()); }
				public static String find(Contract c) { return c.find().toString(); }
				public static String all(Contract c) { return c.all().single().block().toString(); }
			}
			""";

	private static final String ORDER = """
			record Order(String id) {
				static Order of() { return new Order("a"); }
			}
			""" + ORDERS;

	@TempDir
	Path directory;

	private @Nullable VersionedRealm realm;

	@AfterEach
	void closeRealm() {
		if (this.realm != null) {
			this.realm.close();
		}
	}

	private VersionedRealm realm(String older, String newer) {
		VersionedRealm made = new VersionedRealm(this.directory, older, newer);
		this.realm = made;
		return made;
	}

	@Test
	void whenComponentsAreAddedThenTheyAreNullZeroOrEmptyWhereTheyDidNotCome() {
		VersionedRealm realm = realm(ORDER, """
				record Order(int count, String id, String note, boolean fast, Optional<String> tag, OptionalInt size,
						Integer boxed, List<String> lines) {
					static Order of() {
						return new Order(1, "a", "n", true, Optional.of("t"), OptionalInt.of(2), 3, List.of("l"));
					}
				}
				""" + ORDERS);
		String older = "Order[id=a]";
		String newer = "Order[count=1, id=a, note=n, fast=true, tag=Optional[t], size=OptionalInt[2], boxed=3, lines=[l]]";
		String missing = "Order[count=0, id=a, note=null, fast=false, tag=Optional.empty, size=OptionalInt.empty, "
				+ "boxed=null, lines=null]";
		assertThat(realm.oldAtNew("place").told()).isEqualTo(missing);
		assertThat(realm.newAtOld("place").told()).isEqualTo(older);
		for (String call : Set.of("find", "all")) {
			assertThat(realm.oldAtNew(call).told()).isEqualTo(older);
			assertThat(realm.newAtOld(call).told()).isEqualTo(missing);
			assertThat(told(realm.oldInBoth(call))).containsExactly(older);
			assertThat(told(realm.newInBoth(call))).containsExactlyInAnyOrder(newer, missing);
		}
		assertThat(told(realm.oldInBoth("place"))).containsExactlyInAnyOrder(older, missing);
		assertThat(told(realm.newInBoth("place"))).containsExactlyInAnyOrder(older, newer);
		assertOtherVersionWithTheSameMethods(realm);
	}

	@Test
	void whenARequiredComponentIsAddedThenItIsRefusedWhereItDidNotCome() {
		VersionedRealm realm = realm(ORDER, """
				record Order(String id, @JsonProperty(required = true) String note) {
					static Order of() { return new Order("a", "n"); }
				}
				""" + ORDERS);
		assertMisfit(realm.oldAtNew("place"), "INVALID_ARGUMENT", "$.note");
		assertUndecodable(realm.newAtOld("find"), "$.note");
		assertThat(realm.newAtOld("place").told()).isEqualTo("Order[id=a]");
		assertThat(realm.oldAtNew("find").told()).isEqualTo("Order[id=a]");
		assertThat(told(realm.oldInBoth("place"))).containsExactly("Order[id=a]");
		assertThat(told(realm.newInBoth("place"))).containsExactlyInAnyOrder("Order[id=a]", "Order[id=a, note=n]");
	}

	@Test
	void whenAConstructorRefusesWhatDidNotComeThenTheCallTellsSo() {
		VersionedRealm realm = realm(ORDER, """
				record Order(String id, String note) {
					public Order { Objects.requireNonNull(note, "note is needed"); }
					static Order of() { return new Order("a", "n"); }
				}
				""" + ORDERS);
		assertMisfit(realm.oldAtNew("place"), "INVALID_ARGUMENT", "note is needed");
		assertUndecodable(realm.newAtOld("find"), "note is needed");
		assertThat(told(realm.oldInBoth("place"))).containsExactly("Order[id=a]");
	}

	@Test
	void whenComponentsAreReorderedThenEachStaysWhatItIs() {
		VersionedRealm realm = realm("""
				record Order(String id, String note, int count) {
					static Order of() { return new Order("a", "n", 1); }
				}
				""" + ORDERS, """
				record Order(int count, String note, String id) {
					static Order of() { return new Order(1, "n", "a"); }
				}
				""" + ORDERS);
		String older = "Order[id=a, note=n, count=1]";
		String newer = "Order[count=1, note=n, id=a]";
		assertThat(realm.oldAtNew("place").told()).isEqualTo(newer);
		assertThat(realm.newAtOld("place").told()).isEqualTo(older);
		assertThat(realm.oldAtNew("find").told()).isEqualTo(older);
		assertThat(realm.newAtOld("find").told()).isEqualTo(newer);
		assertThat(told(realm.oldInBoth("find"))).containsExactly(older);
		assertThat(told(realm.newInBoth("find"))).containsExactly(newer);
	}

	@Test
	void whenAComponentIsRenamedInJavaAloneThenNobodyNotices() {
		VersionedRealm realm = realm(ORDER, """
				record Order(@JsonProperty("id") String key) {
					static Order of() { return new Order("a"); }
				}
				""" + ORDERS);
		assertThat(realm.oldAtNew("place").told()).isEqualTo("Order[key=a]");
		assertThat(realm.newAtOld("place").told()).isEqualTo("Order[id=a]");
		assertThat(told(realm.oldInBoth("find"))).containsExactly("Order[id=a]");
		assertThat(told(realm.newInBoth("find"))).containsExactly("Order[key=a]");
	}

	@Test
	void whenAComponentIsRenamedThenAnAliasAtTheReceivingSideIsNeeded() {
		VersionedRealm realm = realm(ORDER, """
				record Order(@JsonAlias("id") String key) {
					static Order of() { return new Order("a"); }
				}
				""" + ORDERS);
		assertThat(realm.oldAtNew("place").told()).isEqualTo("Order[key=a]");
		assertThat(realm.newAtOld("find").told()).isEqualTo("Order[key=a]");
		assertThat(realm.newAtOld("place").told()).isEqualTo("Order[id=null]");
		assertThat(realm.oldAtNew("find").told()).isEqualTo("Order[id=null]");
		assertThat(told(realm.oldInBoth("place"))).containsExactlyInAnyOrder("Order[id=a]", "Order[key=a]");
		assertThat(told(realm.newInBoth("find"))).containsExactly("Order[key=a]");
		assertOtherVersionWithTheSameMethods(realm);
	}

	@Test
	void whenTheOldSideKnowsTheNewNameAsAliasThenAComponentCanBeRenamed() {
		VersionedRealm realm = realm("""
				record Order(@JsonAlias("key") String id) {
					static Order of() { return new Order("a"); }
				}
				""" + ORDERS, """
				record Order(@JsonAlias("id") String key) {
					static Order of() { return new Order("a"); }
				}
				""" + ORDERS);
		for (String call : Set.of("place", "find", "all")) {
			assertThat(told(realm.oldInBoth(call))).doesNotContain("Order[id=null]", "Order[key=null]");
			assertThat(told(realm.newInBoth(call))).doesNotContain("Order[id=null]", "Order[key=null]");
		}
		assertThat(realm.newAtOld("place").told()).isEqualTo("Order[id=a]");
		assertThat(realm.oldAtNew("find").told()).isEqualTo("Order[id=a]");
	}

	/** Constants are sent as arguments, results, components, elements and keys. */
	private static final String STATES = """
			record Holder(State state) { }
			String place(State state);
			State find();
			Holder holder();
			Map<State, String> map();
			List<State> list();
			class Handler implements Contract {
				public String place(State state) { return state.name(); }
				public State find() { return State.values()[State.values().length - 1]; }
				public Holder holder() { return new Holder(find()); }
				public Map<State, String> map() { return Map.of(find(), "x"); }
				public List<State> list() { return List.of(find()); }
			}
			class Caller {
				public static String place(Contract c) { return c.place(new Handler().find()); }
				public static String find(Contract c) { return c.find().name(); }
				public static String holder(Contract c) { return c.holder().state().name(); }
				public static String map(Contract c) { return c.map().keySet().iterator().next().name(); }
				public static String list(Contract c) { return c.list().get(0).name(); }
			}
			""";

	@Test
	void whenAConstantIsAddedThenTheOldSideTakesTheDeclaredFallback() {
		VersionedRealm realm = realm("enum State { NEW, @JsonEnumDefaultValue OTHER } " + STATES,
				"enum State { NEW, @JsonEnumDefaultValue OTHER, LOST } " + STATES);
		assertThat(realm.newAtOld("place").told()).isEqualTo("OTHER");
		for (String call : Set.of("find", "holder", "map", "list")) {
			assertThat(told(realm.oldInBoth(call))).as(call).containsExactly("OTHER");
			assertThat(realm.newAtOld(call).told()).as(call).isEqualTo("OTHER");
			assertThat(told(realm.newInBoth(call))).as(call).containsExactlyInAnyOrder("OTHER", "LOST");
		}
		assertThat(told(realm.newInBoth("place"))).containsExactlyInAnyOrder("OTHER", "LOST");
		assertOtherVersionWithTheSameMethods(realm);
	}

	@Test
	void whenAConstantIsAddedWithoutFallbackThenTheOldSideTellsWhichItDoesNotKnow() {
		VersionedRealm realm = realm("enum State { NEW, SENT } " + STATES, "enum State { NEW, SENT, LOST } " + STATES);
		assertMisfit(realm.newAtOld("place"), "INVALID_ARGUMENT", "'LOST'", "NEW, SENT", "@JsonEnumDefaultValue");
		assertThat(told(realm.newInBoth("place"))).containsExactly("LOST");
		assertThat(realm.oldAtNew("place").told()).isEqualTo("SENT");
		assertUndecodable(realm.oldAtNew("find"), "'LOST'", "NEW, SENT", "@JsonEnumDefaultValue");
		assertUndecodable(realm.oldAtNew("holder"), "$.state", "'LOST'");
		assertUndecodable(realm.oldAtNew("list"), "$[0]", "'LOST'");
		assertUndecodable(realm.oldAtNew("map"), "'LOST'", "@JsonEnumDefaultValue");
		assertThat(realm.newAtOld("find").told()).isEqualTo("SENT");
	}

	@Test
	void whenAnAnswerCannotBeDecodedThenTheCallWasProcessedOnce() {
		VersionedRealm realm = realm("""
				enum State { NEW }
				State next();
				@MaculaMethod(idempotent = true) State again();
				int count();
				class Handler implements Contract {
					public State next() { return State.NEW; }
					public State again() { return State.NEW; }
					public int count() { return 0; }
				}
				class Caller {
					public static String next(Contract c) { return "" + c.next(); }
					public static String again(Contract c) { return "" + c.again(); }
					public static String count(Contract c) { return "" + c.count(); }
				}
				""", """
				enum State { NEW, LOST }
				State next();
				@MaculaMethod(idempotent = true) State again();
				int count();
				class Handler implements Contract {
					private int count;
					public State next() { this.count++; return State.LOST; }
					public State again() { this.count++; return State.LOST; }
					public int count() { return this.count; }
				}
				class Caller {
				}
				""");
		assertUndecodable(realm.oldAtNew("next"), "'LOST'");
		assertThat(realm.oldAtNew("count").told()).isEqualTo("1");
		assertUndecodable(realm.oldAtNew("again"), "'LOST'");
		assertThat(realm.oldAtNew("count").told()).isEqualTo("2");
	}

	@Test
	void whenAResultIsWidenedThenTheOldSideReadsWhatFits() {
		VersionedRealm realm = realm("""
				int small();
				int big();
				List<String> list();
				String maybe();
				int exact();
				class Handler implements Contract {
					public int small() { return 1; }
					public int big() { return 1; }
					public List<String> list() { return List.of("a"); }
					public String maybe() { return "m"; }
					public int exact() { return 1; }
				}
				class Caller {
					public static String small(Contract c) { return "" + c.small(); }
					public static String big(Contract c) { return "" + c.big(); }
					public static String list(Contract c) { return "" + c.list(); }
					public static String maybe(Contract c) { return "" + c.maybe(); }
					public static String exact(Contract c) { return "" + c.exact(); }
				}
				""", """
				long small();
				long big();
				Collection<String> list();
				Optional<String> maybe();
				double exact();
				class Handler implements Contract {
					public long small() { return 1; }
					public long big() { return 1L << 40; }
					public Collection<String> list() { return List.of("a"); }
					public Optional<String> maybe() { return Optional.empty(); }
					public double exact() { return 1.5; }
				}
				class Caller {
					public static String small(Contract c) { return "" + c.small(); }
					public static String big(Contract c) { return "" + c.big(); }
					public static String list(Contract c) { return "" + c.list(); }
					public static String maybe(Contract c) { return "" + c.maybe(); }
					public static String exact(Contract c) { return "" + c.exact(); }
				}
				""");
		assertThat(told(realm.oldInBoth("small"))).containsExactly("1");
		assertThat(told(realm.newInBoth("small"))).containsExactly("1");
		assertThat(told(realm.oldInBoth("list"))).containsExactly("[a]");
		assertThat(told(realm.newInBoth("list"))).containsExactly("[a]");
		assertUndecodable(realm.oldAtNew("big"), "1099511627776", "out of range of `int`");
		assertThat(told(realm.newInBoth("big"))).containsExactlyInAnyOrder("1", "1099511627776");
		assertThat(realm.oldAtNew("maybe").told()).isEqualTo("null");
		assertThat(realm.newAtOld("maybe").told()).isEqualTo("Optional[m]");
		assertUndecodable(realm.oldAtNew("exact"), "1.5");
		assertThat(realm.newAtOld("exact").told()).isEqualTo("1.0");
	}

	@Test
	void whenAResultBecomesOneOfSeveralTypesThenNoneIsTakenForAnother() {
		String calls = """
				class Caller {
					public static String circle(Contract c) { return "" + c.circle(); }
					public static String square(Contract c) { return "" + c.square(); }
					public static String list(Contract c) { return "" + c.list(); }
					public static String draw(Contract c) { return c.draw(new Circle(1)); }
				}
				""";
		VersionedRealm realm = realm("""
				record Circle(int size) { }
				Circle circle();
				Circle square();
				List<Circle> list();
				String draw(Circle circle);
				class Handler implements Contract {
					public Circle circle() { return new Circle(1); }
					public Circle square() { return new Circle(2); }
					public List<Circle> list() { return List.of(square()); }
					public String draw(Circle circle) { return circle.toString(); }
				}
				""" + calls, """
				sealed interface Shape permits Circle, Square { }
				record Circle(int size) implements Shape { }
				record Square(int size) implements Shape { }
				Shape circle();
				Shape square();
				List<Shape> list();
				String draw(Shape shape);
				class Handler implements Contract {
					public Shape circle() { return new Circle(1); }
					public Shape square() { return new Square(2); }
					public List<Shape> list() { return List.of(square()); }
					public String draw(Shape shape) { return shape.toString(); }
				}
				""" + calls);
		assertThat(realm.oldAtNew("circle").told()).isEqualTo("Circle[size=1]");
		assertUndecodable(realm.oldAtNew("square"), "'Square'");
		assertUndecodable(realm.oldAtNew("list"), "$[0]", "'Square'");
		assertUndecodable(realm.newAtOld("circle"), "'@type'");
		assertMisfit(realm.oldAtNew("draw"), "INVALID_ARGUMENT", "'@type'");
		assertThat(realm.newAtOld("draw").told()).isEqualTo("Circle[size=1]");
		assertThat(told(realm.oldInBoth("draw"))).containsExactly("Circle[size=1]");
		assertThat(told(realm.newInBoth("draw"))).containsExactly("Circle[size=1]");
	}

	@Test
	void whenAResultBecomesASubclassThenItsOwnPropertiesAreMissingFromTheOldSide() {
		VersionedRealm realm = realm("""
				class Base { public String id; }
				Base find();
				class Handler implements Contract {
					public Base find() { Base base = new Base(); base.id = "a"; return base; }
				}
				class Caller {
					public static String find(Contract c) { return c.find().id; }
				}
				""", """
				class Base { public String id; }
				class Sub extends Base { public String more; }
				Sub find();
				class Handler implements Contract {
					public Sub find() { Sub sub = new Sub(); sub.id = "a"; sub.more = "m"; return sub; }
				}
				class Caller {
					public static String find(Contract c) { return c.find().id + c.find().more; }
				}
				""");
		assertThat(realm.oldAtNew("find").told()).isEqualTo("a");
		assertThat(realm.newAtOld("find").told()).isEqualTo("anull");
		assertThat(told(realm.oldInBoth("find"))).containsExactly("a");
	}

	@Test
	void whenAMethodBeginsToStreamOrToReturnThenTheOtherSideIsTold() {
		VersionedRealm realm = realm("""
				List<String> list();
				void done();
				class Handler implements Contract {
					public List<String> list() { return List.of("a"); }
					public void done() { }
				}
				class Caller {
					public static String list(Contract c) { return "" + c.list(); }
					public static String done(Contract c) { c.done(); return "done"; }
				}
				""", """
				Flux<String> list();
				String done();
				class Handler implements Contract {
					public Flux<String> list() { return Flux.just("a"); }
					public String done() { return "new"; }
				}
				class Caller {
					public static String list(Contract c) { return "" + c.list().collectList().block(); }
					public static String done(Contract c) { return c.done(); }
				}
				""");
		assertMisfit(realm.oldAtNew("list"), "INVALID_ARGUMENT", "streams elements");
		assertMisfit(realm.newAtOld("list"), "INVALID_ARGUMENT", "answers with one result");
		assertThat(told(realm.oldInBoth("list"))).containsExactly("[a]");
		assertThat(told(realm.newInBoth("list"))).containsExactly("[a]");
		assertThat(told(realm.oldInBoth("done"))).containsExactly("done");
		assertUndecodable(realm.newAtOld("done"), "java.lang.String at $");
	}

	@Test
	void whenParametersChangeThenCallsOfBothVersionsReachTheirOwn() {
		VersionedRealm realm = realm("""
				String first();
				String second(String a);
				String third(String a, String b);
				String number(int a);
				String swapped(String a, int b);
				String renamed(String a);
				String alike(String a, String b);
				class Handler implements Contract {
					public String first() { return "old"; }
					public String second(String a) { return "old " + a; }
					public String third(String a, String b) { return "old " + a + b; }
					public String number(int a) { return "old " + a; }
					public String swapped(String a, int b) { return "old " + a + b; }
					public String renamed(String a) { return a; }
					public String alike(String a, String b) { return "a=" + a + ", b=" + b; }
				}
				class Caller {
					public static String first(Contract c) { return c.first(); }
					public static String second(Contract c) { return c.second("a"); }
					public static String third(Contract c) { return c.third("a", "b"); }
					public static String number(Contract c) { return c.number(1); }
					public static String swapped(Contract c) { return c.swapped("a", 1); }
					public static String renamed(Contract c) { return c.renamed("a"); }
					public static String alike(Contract c) { return c.alike("a", "b"); }
				}
				""", """
				String first(String a);
				String second(String a, String b);
				String third(String a, String b, int c);
				String number(int a, int b);
				String swapped(int b, String a);
				String renamed(String b);
				String alike(String b, String a);
				class Handler implements Contract {
					public String first(String a) { return "new " + a; }
					public String second(String a, String b) { return "new " + a + b; }
					public String third(String a, String b, int c) { return "new " + a + b + c; }
					public String number(int a, int b) { return "new " + a + b; }
					public String swapped(int b, String a) { return "new " + b + a; }
					public String renamed(String b) { return b; }
					public String alike(String b, String a) { return "a=" + a + ", b=" + b; }
				}
				class Caller {
					public static String first(Contract c) { return c.first("a"); }
					public static String second(Contract c) { return c.second("a", "b"); }
					public static String third(Contract c) { return c.third("a", "b", 3); }
					public static String number(Contract c) { return c.number(1, 2); }
					public static String swapped(Contract c) { return c.swapped(1, "a"); }
					public static String renamed(Contract c) { return c.renamed("a"); }
					public static String alike(Contract c) { return c.alike("b", "a"); }
				}
				""");
		assertBothReachTheirOwn(realm, "first", "old", "new a");
		assertBothReachTheirOwn(realm, "second", "old a", "new ab");
		assertBothReachTheirOwn(realm, "third", "old ab", "new ab3");
		assertBothReachTheirOwn(realm, "number", "old 1", "new 12");
		assertBothReachTheirOwn(realm, "swapped", "old a1", "new 1a");
		assertThat(told(realm.oldInBoth("renamed"))).containsExactly("a");
		assertThat(told(realm.newInBoth("renamed"))).containsExactly("a");
		// What no end can notice, and the documentation forbids.
		assertThat(realm.oldAtNew("alike").told()).isEqualTo("a=b, b=a");
	}

	private static void assertBothReachTheirOwn(VersionedRealm realm, String call, String older, String newer) {
		assertMisfit(realm.oldAtNew(call), "INVALID_ARGUMENT", call + "(");
		assertMisfit(realm.newAtOld(call), "INVALID_ARGUMENT", call + "(");
		assertThat(told(realm.oldInBoth(call))).containsExactly(older);
		assertThat(told(realm.newInBoth(call))).containsExactly(newer);
	}

	@Test
	void whenMethodsAreAddedAndRemovedThenEachIsCalledWhereItIs() {
		VersionedRealm realm = realm("""
				String stays();
				String gone();
				class Handler implements Contract {
					public String stays() { return "old"; }
					public String gone() { return "old"; }
				}
				class Caller {
					public static String stays(Contract c) { return c.stays(); }
					public static String own(Contract c) { return c.gone(); }
				}
				""", """
				String stays();
				String added();
				class Handler implements Contract {
					public String stays() { return "new"; }
					public String added() { return "new"; }
				}
				class Caller {
					public static String stays(Contract c) { return c.stays(); }
					public static String own(Contract c) { return c.added(); }
				}
				""");
		assertMisfit(realm.oldAtNew("own"), "UNIMPLEMENTED", "'gone'", "it has: added, stays");
		assertMisfit(realm.newAtOld("own"), "UNIMPLEMENTED", "'added'", "it has: gone, stays");
		assertThat(told(realm.oldInBoth("own"))).containsExactly("old");
		assertThat(told(realm.newInBoth("own"))).containsExactly("new");
		assertThat(told(realm.oldInBoth("stays"))).containsExactlyInAnyOrder("old", "new");
		assertThat(told(realm.newInBoth("stays"))).containsExactlyInAnyOrder("old", "new");
		// The fingerprints tell who has the method, so that nobody was asked in vain.
		for (String client : List.of("older of both", "newer of both")) {
			assertThat(realm.report(client).instances()).hasSize(2)
				.allSatisfy((instance) -> assertThat(instance.failures()).isEmpty());
		}
		assertSkew(realm.report("newer of both"), "new", "old", "added");
		assertSkew(realm.report("older of both"), "old", "new", "gone");
	}

	/** One instance speaks the client's version, the other lacks a method. */
	private static void assertSkew(NodeReport.ClientService client, String same, String other, String missing) {
		for (NodeReport.InstanceState instance : client.instances()) {
			ContractSkew skew = instance.contract();
			assertThat(skew).isNotNull();
			boolean own = instance.nodeId().equals(same);
			assertThat(instance.nodeId()).isIn(same, other);
			assertThat(skew.same()).isEqualTo(own);
			assertThat(skew.version().equals(client.contractVersion())).isEqualTo(own);
			assertThat(skew.missing()).isEqualTo(own ? List.of() : List.of(missing));
		}
	}

	@Test
	void whenAnExceptionIsAddedThenTheOldSideIsToldItsTypeAndMessage() {
		String calls = """
				class Caller {
					public static String call(Contract c) {
						try { return c.call(); }
						catch (RpcException ex) { return ex.code() + " " + ex.status().processed() + " " + ex.remoteType() + " " + ex.getMessage(); }
						catch (Exception ex) { return ex.toString(); }
					}
				}
				""";
		VersionedRealm realm = realm("""
				class Known extends Exception { public Known(String message) { super(message); } }
				String call() throws Known;
				class Handler implements Contract {
					public String call() throws Known { throw new Known("old"); }
				}
				""" + calls, """
				class Known extends Exception { public Known(String message) { super(message); } }
				class Added extends Exception { public Added(String message) { super(message); } }
				String call() throws Known, Added;
				class Handler implements Contract {
					public String call() throws Added { throw new Added("new"); }
				}
				""" + calls);
		String unknown = "APPLICATION YES versions.Contract$Added APPLICATION: versions.Contract$Added, which cannot be thrown here as itself: new";
		assertThat(realm.oldAtNew("call").told()).isEqualTo(unknown);
		assertThat(realm.newAtOld("call").told()).isEqualTo("versions.Contract$Known: old");
		assertThat(told(realm.oldInBoth("call"))).containsExactlyInAnyOrder(unknown, "versions.Contract$Known: old");
		assertThat(told(realm.newInBoth("call"))).containsExactlyInAnyOrder("versions.Contract$Added: new",
				"versions.Contract$Known: old");
		assertOtherVersionWithTheSameMethods(realm);
	}

	@Test
	void whenASealedTypeGetsACaseThenTheOldSideTellsThatItDoesNotKnowIt() {
		String calls = """
				String draw(Shape shape);
				Shape find();
				List<Shape> list();
				String send(Flux<Shape> shapes);
				Flux<Shape> all();
				class Handler implements Contract {
					public String draw(Shape shape) { return shape.toString(); }
					public Shape find() { return NEWEST; }
					public List<Shape> list() { return List.of(NEWEST); }
					public String send(Flux<Shape> shapes) { return shapes.single().block().toString(); }
					public Flux<Shape> all() { return Flux.just(NEWEST); }
				}
				class Caller {
					public static String draw(Contract c) { return c.draw(NEWEST); }
					public static String find(Contract c) { return c.find().toString(); }
					public static String list(Contract c) { return c.list().get(0).toString(); }
					public static String send(Contract c) { return c.send(Flux.just(NEWEST)); }
					public static String all(Contract c) { return c.all().single().block().toString(); }
				}
				""";
		VersionedRealm realm = realm("""
				sealed interface Shape permits Circle { }
				record Circle(int size) implements Shape { }
				Shape NEWEST = new Circle(1);
				""" + calls, """
				sealed interface Shape permits Circle, Square { }
				record Circle(int size) implements Shape { }
				record Square(int size) implements Shape { }
				Shape NEWEST = new Square(1);
				""" + calls);
		String older = "Circle[size=1]";
		String newer = "Square[size=1]";
		assertMisfit(realm.newAtOld("draw"), "INVALID_ARGUMENT", "'Square'", "[Circle]");
		assertThat(told(realm.newInBoth("draw"))).containsExactly(newer);
		assertThat(told(realm.oldInBoth("draw"))).containsExactly(older);
		assertUndecodable(realm.oldAtNew("find"), "'Square'", "[Circle]");
		assertUndecodable(realm.oldAtNew("list"), "$[0]", "'Square'");
		assertUndecodable(realm.oldAtNew("all"), "'Square'");
		assertThat(told(realm.newInBoth("find"))).containsExactlyInAnyOrder(older, newer);
		assertThat(told(realm.newInBoth("all"))).containsExactlyInAnyOrder(older, newer);
		assertOtherVersionWithTheSameMethods(realm);
		assertThat(realm.newAtOld("send")).satisfies(
				(outcome) -> assertThat(outcome.told()).isEqualTo("INVALID_ARGUMENT YES"),
				(outcome) -> assertThat(outcome.message()).contains("'Square'", "[Circle]"));
		assertThat(told(realm.oldInBoth("send"))).containsExactly(older);
	}

	/** Both ends notice that the versions differ, though no method is missing. */
	private static void assertOtherVersionWithTheSameMethods(VersionedRealm realm) {
		for (String client : List.of("older of both", "newer of both")) {
			for (NodeReport.InstanceState instance : realm.report(client).instances()) {
				ContractSkew skew = instance.contract();
				assertThat(skew).isNotNull();
				assertThat(skew.same()).isEqualTo(client.startsWith(instance.nodeId()));
				assertThat(skew.missing()).isEmpty();
			}
		}
	}

	private static Set<String> told(Set<Outcome> outcomes) {
		return outcomes.stream().map(Outcome::told).collect(Collectors.toSet());
	}

	/**
	 * No instance has this version: asked once, not processed, and says what is wrong.
	 */
	private static void assertMisfit(Outcome outcome, String code, String... words) {
		assertThat(outcome.told()).isEqualTo(code + " NO");
		assertThat(outcome.others()).isZero();
		assertThat(outcome.message()).contains(words)
			.contains("; not processed, and no instance has a version of the contract that takes it")
			.doesNotContain("\n", "DeserializationFeature", "CoercionConfig");
	}

	/** The handler ran, and says so; what is wrong, where, and what can be done. */
	private static void assertUndecodable(Outcome outcome, String... words) {
		assertThat(outcome.told()).isEqualTo("INTERNAL YES");
		assertThat(outcome.others()).isZero();
		assertThat(outcome.message()).startsWith("the answer of only.")
			.contains(words)
			.contains(" at $")
			.endsWith("; the call was processed; bring client and provider to the same version of the contract")
			.doesNotContain("\n", "DeserializationFeature", "CoercionConfig");
	}

}
