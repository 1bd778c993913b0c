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

package io.macula.compatibility;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each row of docs/contracts.md, "What may change", in the words of the build.
 */
class ComparisonTests {

	private static final String BOTH = "old clients with new providers and new clients with old providers";

	@TempDir
	Path directory;

	/** The older version is read from its file, as in a build. */
	private List<Change> changes(String older, String newer) {
		PublishedContract before = PublishedContract.of(Compiled.contract(this.directory, older));
		PublishedContract now = PublishedContract.of(Compiled.contract(this.directory, newer));
		assertThat(Comparison.of(before, before)).isEmpty();
		return Comparison.of(PublishedContract.parse(before.text(), "test"), now);
	}

	private void compatible(String older, String newer, String... sentences) {
		List<Change> changes = changes(older, newer);
		assertThat(changes).extracting(Change::sentence).containsExactlyInAnyOrder(sentences);
		assertThat(changes).allMatch(Change::compatible);
	}

	private void breaking(String older, String newer, String... sentences) {
		List<Change> changes = changes(older, newer);
		assertThat(changes).filteredOn((change) -> !change.compatible())
			.extracting(Change::sentence)
			.containsExactlyInAnyOrder(sentences);
	}

	private static String property(String components) {
		return "Order place(Order order); record Order(" + components + ") { }";
	}

	private static String sent(String components) {
		return "void place(Order order); record Order(" + components + ") { }";
	}

	private static String received(String components) {
		return "Order find(); record Order(" + components + ") { }";
	}

	@Test
	void componentsMayBeAdded() {
		compatible(property("String id"),
				property("String id, String note, int count, boolean fast, Optional<String> tag, OptionalInt size"),
				"Order.note: the property was added (from the old side it reads null)",
				"Order.count: the property was added (from the old side it reads 0)",
				"Order.fast: the property was added (from the old side it reads false)",
				"Order.tag: the property was added (from the old side it reads empty)",
				"Order.size: the property was added (from the old side it reads empty)");
	}

	@Test
	void requiredComponentsMayNotBeAdded() {
		breaking(sent("String id"), sent("String id, @JsonProperty(required = true) String note"),
				"Order.note: the property was added. This breaks old clients with new providers: the new side refuses "
						+ "values without it. Instead, leave out required = true.");
		breaking(received("String id"), received("String id, @JsonProperty(required = true) String note"),
				"Order.note: the property was added. This breaks new clients with old providers: the new side refuses "
						+ "values without it. Instead, leave out required = true.");
	}

	@Test
	void componentsMayNotBeRemoved() {
		String remedy = ". Instead, keep it until no peer of the old version is left.";
		breaking(received("String id, int count"), received("String id"),
				"Order.count: the property was removed. This breaks old clients with new providers: the old side reads 0"
						+ remedy);
		breaking(sent("String id, String note"), sent("String id"),
				"Order.note: the property was removed. This breaks new clients with old providers: the old side reads null"
						+ remedy);
		breaking(sent("String id, @JsonProperty(required = true) String note"), sent("String id"),
				"Order.note: the property was removed. This breaks new clients with old providers: the old side refuses "
						+ "values without it" + remedy);
		compatible(property("String id, Optional<String> note"), property("String id"),
				"Order.note: the property was removed (the old side reads empty)");
	}

	@Test
	void componentsMayBeReordered() {
		compatible(property("String id, int count"), property("int count, String id"));
		String array = "Order find(); @JsonFormat(shape = JsonFormat.Shape.ARRAY) record Order";
		breaking(array + "(String id, int count) { }", array + "(int count, String id) { }",
				"Order: its properties are told by their order, and that changed. This breaks " + BOTH
						+ ": properties are taken for each other or refused. Instead, leave the order as it is, and add "
						+ "nothing to it.");
	}

	@Test
	void componentsMayBeRenamedInJava() {
		compatible(property("String zip"), property("@JsonProperty(\"zip\") String postcode"));
	}

	@Test
	void anAliasHelpsOnlyTheSideThatHasIt() {
		String remedy = ". Instead, keep the old name on the wire with @JsonProperty(\"zip\"), or first release "
				+ "@JsonAlias(\"postcode\") on the old property everywhere.";
		compatible(sent("@JsonAlias(\"postcode\") String zip"), sent("@JsonAlias(\"zip\") String postcode"),
				"Order.postcode: the property was called 'zip' before");
		breaking(received("String zip"), received("@JsonAlias(\"zip\") String postcode"),
				"Order.postcode: the property was called 'zip' before. This breaks old clients with new providers: the old "
						+ "side does not know the new name and reads null" + remedy);
		breaking(sent("@JsonAlias(\"postcode\") String zip"), sent("String postcode"),
				"Order.postcode: the property was called 'zip' before. This breaks old clients with new providers: the new "
						+ "side does not know the old name and reads null" + remedy);
		breaking(property("String zip"), property("String postcode"),
				"Order.zip: the property was removed. This breaks " + BOTH
						+ ": the old side reads null. Instead, keep it until no peer of the old version is left; if it is "
						+ "'postcode' now, annotate that with @JsonProperty(\"zip\").");
	}

	@Test
	void typesMayNotChange() {
		String remedy = ". Instead, add a property of the new type beside it.";
		breaking(sent("int count"), sent("long count"),
				"Order.count: the type changed from int to long. This breaks new clients with old providers: the old side "
						+ "refuses values beyond int" + remedy);
		breaking(received("int count"), received("long count"),
				"Order.count: the type changed from int to long. This breaks old clients with new providers: the old side "
						+ "refuses values beyond int" + remedy);
		breaking(received("long count"), received("int count"),
				"Order.count: the type changed from long to int. This breaks new clients with old providers: the new side "
						+ "refuses values beyond int" + remedy);
		breaking(sent("String count"), sent("int count"),
				"Order.count: the type changed from String to int. This breaks old clients with new providers: the new side "
						+ "refuses texts that are no int" + remedy);
		breaking(received("double price"), received("BigDecimal price"),
				"Order.price: the type changed from double to BigDecimal. This breaks " + BOTH
						+ ": the new side rounds values; the old side rounds values" + remedy);
		breaking(received("Instant at"), received("LocalDate at"),
				"Order.at: the type changed from Instant to LocalDate. This breaks " + BOTH
						+ ": the new side cannot read it; the old side cannot read it" + remedy);
		breaking(property("String line"), property("List<String> line"),
				"Order.line: the type changed from String to List<String>. This breaks " + BOTH
						+ ": the new side cannot read it; the old side cannot read it" + remedy);
		breaking("Order find(); record Order(Map<String, List<Integer>> lines) { }",
				"Order find(); record Order(Map<String, List<Long>> lines) { }",
				"Order.lines{}[]: the type changed from Integer to Long. This breaks old clients with new providers: the old "
						+ "side refuses values beyond Integer" + remedy);
	}

	@Test
	void aNullThatTheOtherSideDoesNotExpectBreaksIt() {
		String remedy = ". Instead, add a property of the new type beside it.";
		breaking(received("int count"), received("Integer count"),
				"Order.count: the type changed from int to Integer. This breaks old clients with new providers: the old side "
						+ "reads null as 0 or false" + remedy);
		breaking(received("Optional<String> note"), received("String note"),
				"Order.note: the type changed from Optional<String> to String. This breaks new clients with old providers: "
						+ "the new side reads an empty one as null" + remedy);
		breaking("int count();", "Optional<Integer> count();",
				"result of Orders.count: the type changed from int to Optional<Integer>. This breaks old clients with new "
						+ "providers: the old side reads an empty one as an error. Instead, add a method of the new type beside "
						+ "it.");
	}

	@Test
	void collectionsAndNamesOfClassesMayChange() {
		compatible("List<Order> all(Set<String> ids); record Order(String[] tags) { }",
				"Collection<Bill> all(List<String> ids); record Bill(ArrayList<String> tags) { }");
		compatible("Id id(); record Id(@JsonValue String value) { }", "String id();");
	}

	@Test
	void formatsMayNotChange() {
		breaking(received("LocalDate due"),
				received("@JsonFormat(shape = JsonFormat.Shape.STRING, pattern = \"dd.MM.yyyy\") LocalDate due"),
				"Order.due: its format changed from that of its type to 'STRING dd.MM.yyyy'. This breaks " + BOTH
						+ ": one side cannot read what the other writes. Instead, add a property of the new format beside it.");
	}

	@Test
	void furtherPropertiesAreCompared() {
		String bag = "void put(Bag bag); class Bag { private Map<String, %1$s> more = new HashMap<>();"
				+ " @JsonAnyGetter public Map<String, %1$s> more() { return this.more; }"
				+ " @JsonAnySetter public void put(String name, %1$s value) { this.more.put(name, value); } }";
		breaking(bag.formatted("Integer"), bag.formatted("Long"),
				"Bag.*: the type changed from Integer to Long. This breaks new clients with old providers: the old side "
						+ "refuses values beyond Integer. Instead, add a property of the new type beside it.");
	}

	@Test
	void constantsMayBeAddedWhereTheOldSideHasAFallback() {
		compatible("State find(); enum State { NEW, @JsonEnumDefaultValue OTHER }",
				"State find(); enum State { NEW, @JsonEnumDefaultValue OTHER, LOST }",
				"State.LOST: the constant was added (the old side reads it as OTHER)");
		String sentence = "State.LOST: the constant was added. This breaks %s: the old side refuses the value. Instead, "
				+ "first release @JsonEnumDefaultValue on a constant for those that are not known everywhere, then add others.";
		breaking("State find(); enum State { NEW }", "State find(); enum State { NEW, @JsonEnumDefaultValue LOST }",
				sentence.formatted("old clients with new providers"));
		breaking("void put(Map<State, String> all); enum State { NEW }",
				"void put(Map<State, String> all); enum State { NEW, LOST }",
				sentence.formatted("new clients with old providers"));
	}

	@Test
	void constantsMayNotBeRemoved() {
		breaking("void put(State state); enum State { NEW, OLD }", "void put(State state); enum State { NEW }",
				"State.OLD: the constant was removed. This breaks old clients with new providers: the new side refuses the "
						+ "value. Instead, keep it, @Deprecated, until no peer sends it; if it was renamed, give it its old name "
						+ "with @JsonProperty(\"OLD\").");
		compatible("void put(State state); enum State { NEW, OLD }",
				"void put(State state); enum State { @JsonEnumDefaultValue NEW }",
				"State.OLD: the constant was removed (the new side reads it as NEW)");
		compatible("void put(State state); enum State { NEW, OLD }",
				"void put(State state); enum State { NEW, @JsonProperty(\"OLD\") ANCIENT }");
	}

	@Test
	void casesOfASealedTypeMayNotBeAddedOrRemoved() {
		String one = "sealed interface Shape { } record Circle(int size) implements Shape { }";
		String two = one + "record Square(int size) implements Shape { }";
		breaking("Shape find();" + one, "Shape find();" + two,
				"Shape(Square): the type was added. This breaks old clients with new providers: the old side refuses the "
						+ "value. Instead, release it everywhere before anybody sends it, or add a method that knows it beside "
						+ "the others.");
		breaking("void draw(List<Shape> shapes);" + two, "void draw(List<Shape> shapes);" + one,
				"Shape(Square): the type was removed. This breaks old clients with new providers: the new side refuses the "
						+ "value. Instead, keep it until no peer sends it; if it was renamed, give it its old name with "
						+ "@JsonTypeName(\"Square\").");
		compatible("Shape find();" + one,
				"Shape find(); sealed interface Shape { } @JsonTypeName(\"Circle\") record Round(int size) implements Shape { }");
		breaking("Shape find();" + one, "Shape find();" + one.replace("int size", "long size"),
				"Circle.size: the type changed from int to long. This breaks old clients with new providers: the old side "
						+ "refuses values beyond int. Instead, add a property of the new type beside it.");
	}

	@Test
	void aTypeMayNotBecomeOneOfSeveral() {
		String circle = "record Circle(int size)";
		breaking("Circle find();" + circle + "{ }",
				"Shape find(); sealed interface Shape { } " + circle + " implements Shape { }",
				"result of Orders.find: the type changed from Circle to Shape. This breaks " + BOTH
						+ ": the new side refuses values that do not tell their type; the old side refuses values of other types "
						+ "than its own. Instead, add a method of the new type beside it.");
	}

	@Test
	void methodsMayBeAddedAndNotRemoved() {
		compatible("String find(String id);", "String find(String id); String search(String id, int max);",
				"Orders.search: the method was added (upgrade a provider first: only those that have it can be called)");
		breaking("String find(String id); void stop();", "void stop();",
				"Orders.find: the method was removed. This breaks old clients with new providers: a new provider answers "
						+ "UNIMPLEMENTED. Instead, keep it beside the others, @Deprecated, until no client calls it; if it was "
						+ "renamed, give it its old name with @MaculaMethod(name = \"find\").");
		breaking("String find(String id);", "String lookUp(String id);",
				"Orders.find: the method was removed. This breaks old clients with new providers: a new provider answers "
						+ "UNIMPLEMENTED. Instead, keep it beside the others, @Deprecated, until no client calls it; if it is "
						+ "'lookUp' now, annotate that with @MaculaMethod(name = \"find\").");
		compatible("String find(String id);", "@MaculaMethod(name = \"find\") String lookUp(String id);");
	}

	@Test
	void parametersMayNotBeAddedRemovedOrMoved() {
		String refused = " This breaks " + BOTH
				+ ": the provider refuses the call with INVALID_ARGUMENT. Instead, add a "
				+ "method beside it and keep this one, or let a method take one record, to which components may be added.";
		breaking("String find(String id);", "String find(String id, int max);",
				"Orders.find: parameters were added: 'max'." + refused);
		breaking("String find(String id, int max);", "String find(String id);",
				"Orders.find: parameters were removed: 'max'." + refused);
		breaking("void move(String from, String to);", "void move(String to, String from);",
				"Orders.move: its parameters changed places: to, from, before from, to. This breaks " + BOTH
						+ ": arguments are taken for each other or refused. Instead, put them back: arguments are told by "
						+ "their order.");
		compatible("void move(String from);", "void move(String source);",
				"Orders.move: the parameter 'from' is called 'source' now (names of parameters do not travel; its meaning "
						+ "must be the same)");
		breaking("void move(String id);", "void move(long id);",
				"Orders.move(id): the type changed from String to long. This breaks old clients with new providers: the new "
						+ "side refuses texts that are no long. Instead, add a method of the new type beside it.");
	}

	@Test
	void resultsMayNotAppearDisappearOrStream() {
		String refused = ". This breaks " + BOTH
				+ ": the provider refuses the call with INVALID_ARGUMENT. Instead, add a method beside it and keep this one.";
		breaking("void put();", "String put();",
				"Orders.put: it returns String now. This breaks new clients with old providers: an old provider answers "
						+ "nothing, which is no String. Instead, add a method beside it that returns it.");
		breaking("String put();", "void put();",
				"Orders.put: it does not return String any more. This breaks old clients with new providers: a new provider "
						+ "answers nothing, which is no String. Instead, go on returning it, or add a method beside it.");
		breaking("List<String> all();", "Flux<String> all();", "Orders.all: its result became a stream" + refused);
		breaking("Flux<String> all();", "List<String> all();",
				"Orders.all: its result is no stream any more" + refused);
		breaking("void put(List<String> all);", "void put(Flux<String> all);",
				"Orders.put: it takes a stream now" + refused);
		breaking("void put(Flux<String> all);", "void put(List<String> all);",
				"Orders.put: it takes no stream any more" + refused);
		compatible("String find();", "Mono<String> find();");
		compatible("String find();", "CompletionStage<String> find();");
	}

	@Test
	void elementsOfStreamsAreCompared() {
		breaking("Flux<Integer> all(Flux<Integer> ids);", "Flux<Long> all(Flux<Long> ids);",
				"Orders.all(ids): the type changed from Integer to Long. This breaks new clients with old providers: the old "
						+ "side refuses values beyond Integer. Instead, add a method of the new type beside it.",
				"result of Orders.all: the type changed from Integer to Long. This breaks old clients with new providers: the "
						+ "old side refuses values beyond Integer. Instead, add a method of the new type beside it.");
	}

	@Test
	void idempotentMethodsStayThat() {
		breaking("@MaculaMethod(idempotent = true) void put();", "void put();",
				"Orders.put: it is not idempotent any more. This breaks old clients with new providers: an old client repeats "
						+ "a call whose answer was lost, which then runs twice. Instead, add a method beside it that is not, and "
						+ "keep this one so that it may run twice.");
		compatible("void put();", "@MaculaMethod(idempotent = true) void put();",
				"Orders.put: it is idempotent now (a new client repeats it at old providers, too: there as well it must be "
						+ "harmless to run twice)");
		compatible("void put();", "@MaculaMethod(deadline = \"5s\", nonBlocking = true) void put();");
	}

	@Test
	void exceptionsMayBeAddedAndNotRemoved() {
		String full = "class Full extends Exception { public Full(String message) { super(message); } }";
		String gone = "class Gone extends Exception { public Gone(String message) { super(message); } }";
		compatible("void put() throws Full;" + full, "void put() throws Full, Gone;" + full + gone,
				"Orders.put: it throws shop.Orders$Gone, too (an old client gets an RpcException that names it as its remoteType)");
		breaking("void put() throws Full, Gone;" + full + gone, "void put() throws Full;" + full,
				"Orders.put: it does not declare shop.Orders$Gone any more. This breaks new clients with old providers: what "
						+ "an old provider throws arrives as an RpcException. Instead, keep it in the throws clause until no old "
						+ "provider is left that throws it.");
		breaking("void put() throws Full;" + full, "void put() throws In.Full; interface In {" + full + "}",
				"Orders.put: it does not declare shop.Orders$Full any more, which is shop.Orders$In$Full now. This breaks "
						+ "old clients with new providers and new clients with old providers: what an old provider throws arrives "
						+ "as an RpcException; what a new provider throws arrives as an RpcException. Instead, leave its class "
						+ "and package as they are: their name is what travels.");
	}

	@Test
	void fieldsOfExceptionsAreCompared() {
		String full = "void put() throws Full; class Full extends Exception { public final int room;"
				+ " public Full(String message, int room) { super(message); this.room = room; } }";
		breaking(full, full.replace("int room", "long room"),
				"shop.Orders$Full.room: the type changed from int to long. This breaks old clients with new providers: the "
						+ "old side refuses values beyond int. Instead, add a property of the new type beside it.");
	}

	@Test
	void typesThatHoldThemselvesAreComparedOnce() {
		breaking("Tree find(Tree tree); record Tree(int size, List<Tree> below) { }",
				"Tree find(Tree tree); record Tree(long size, List<Tree> below) { }",
				"Tree.size: the type changed from int to long. This breaks " + BOTH
						+ ": the old side refuses values beyond int. Instead, add a property of the new type beside it.");
	}

}
