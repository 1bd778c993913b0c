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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class PublishedContractTests {

	@TempDir
	Path directory;

	private PublishedContract contract(String members) {
		return PublishedContract.of(Compiled.contract(this.directory, members));
	}

	@Test
	void isATextThatPeopleRead() {
		PublishedContract contract = contract(
				"""
						@MaculaMethod(idempotent = true, deadline = "5s") Order find(String id) throws NotFound;
						@MaculaMethod(name = "place-many") Mono<List<Order>> place(Flux<Order> orders, boolean dry) throws NotFound, Gone;
						Flux<Event> watch();
						void cancel(Id id, State why);
						Optional<Order[]> all(Map<State, Money> limits);
						CompletionStage<Integer> count();
						default String hello() { return "local"; }
						record Order(String id, @JsonAlias("zip") String postcode, Optional<Order> before, byte[] seal,
								@JsonFormat(pattern = "dd.MM.yyyy", shape = JsonFormat.Shape.STRING) LocalDate due,
								@JsonProperty(required = true) int count,
								@JsonProperty(value = "a \\"b\\" \\u00e4", access = JsonProperty.Access.WRITE_ONLY) String odd) { }
						enum State { @JsonAlias("L") LOST, @JsonEnumDefaultValue UNKNOWN, @JsonProperty("in stock") HERE }
						record Id(@JsonValue String text) { }
						@JsonFormat(shape = JsonFormat.Shape.ARRAY) record Money(long cents, Currency currency) { }
						sealed interface Event { }
						record Sold(Order order) implements Event { }
						@JsonTypeName("sent-away") record Sent() implements Event { }
						class NotFound extends Exception {
							public final String id;
							public NotFound(String id) { super("no " + id); this.id = id; }
						}
						abstract class Gone extends Exception { }
						""");
		assertThat(contract.text()).isEqualTo(
				"""
						# What peers see of this contract. Written by macula-contract, and compared in each build: do not edit it.
						contract shop.Orders

						method all(limits: Map<State, Money>): Optional<Order[]>

						method cancel(id: Id, why: State): void

						method count(): Integer

						method find(id: String): Order (idempotent)
						    throws shop.Orders$NotFound

						method place-many(orders: stream Order, dry: boolean): List<Order>
						    throws shop.Orders$Gone
						    throws shop.Orders$NotFound

						method watch(): stream Event

						choice Event (told by "the property @type")
						    Sold: Sold
						    sent-away: Sent

						same Id: String

						type Money (by position)
						    cents: long
						    currency: Currency

						type Order
						    "a \\"b\\" \u00e4": String (never sent)
						    before: Optional<Order>
						    count: int (required)
						    due: LocalDate (format "STRING dd.MM.yyyy")
						    id: String
						    postcode: String (also "zip")
						    seal: byte[]

						type Sent

						type Sold
						    order: Order

						enum State
						    LOST (also "L")
						    UNKNOWN (default)
						    "in stock"

						own shop.Orders$Gone (by "its subclasses")

						exception shop.Orders$NotFound
						    id: String
						""");
		assertThat(PublishedContract.parse(contract.text(), "test")).isEqualTo(contract);
		assertThat(PublishedContract.parse(contract.text().replace("\n", "\r\n"), "test").text())
			.isEqualTo(contract.text());
	}

	@Test
	void aMarkOfTheByteOrderIsNoPartOfTheText() {
		String text = contract("int count();").text();
		assertThat(PublishedContract.parse('\ufeff' + text, "test").text()).isEqualTo(text);
	}

	@Test
	void isTheSameWhateverTheOrderInTheSource() {
		String first = "Order find(); State state();";
		String second = "State state(); Order find();";
		assertThat(contract(first + "record Order(int b, State a) { } enum State { X, Y }").text())
			.isEqualTo(contract(second + "enum State { Y, X } record Order(State a, int b) { }").text());
	}

	@Test
	void whenTheTextIsNoContractThenLineAndRemedyAreNamed() {
		assertThatIllegalArgumentException().isThrownBy(() -> PublishedContract.parse("", "x.contract"))
			.withMessage("x.contract is empty; take it back from version control, or write it anew");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> PublishedContract.parse("contract a\n\n<<<<<<< HEAD\n", "x.contract"))
			.withMessage("x.contract, line 3: expected method, type, exception, enum, choice, same or own, but found "
					+ "'<<<<<<< HEAD'; take the file back from version control, or write it anew");
		for (String line : new String[] { "method a(", "method a(b: )", "method a(): int (x)", "type A\n    a",
				"type A\n    a: int (also)", "type A\n    \"a: int", "choice A\n    a", "enum A\n    a (what)", "own A",
				"type A\n    a: Optional", "type A\n    a: List<>", "type A\n    a: Map<String>",
				"type A\n    a: List<Set>", "method a(): []", "type A\n    \"\\uzzzz\": int", "type A\n    \"\\u12" }) {
			assertThatIllegalArgumentException().as(line)
				.isThrownBy(() -> PublishedContract.parse("contract a\n" + line, "x.contract"))
				.withMessageStartingWith("x.contract, line ");
		}
	}

	@Test
	void whenAnInterfaceIsNoContractThenTheCoreSaysWhy() {
		assertThatIllegalArgumentException().isThrownBy(() -> contract("Holder find(); record Holder(Object any) { }"))
			.withMessageStartingWith("The result of Orders.find(): ")
			.withMessageContaining(
					"Holder.any is of type Object, so that nobody knows what to decode; declare the type");
		assertThatIllegalArgumentException()
			.isThrownBy(
					() -> PublishedContract.of(Compiled.load(
							Compiled.classes(this.directory, "Orders",
									"public interface Orders { void swap(String a, String b); }", "-g"),
							"shop.Orders")))
			.withMessageContaining("Orders.swap(String, String)")
			.withMessageContaining("compile it with -parameters");
	}

}
