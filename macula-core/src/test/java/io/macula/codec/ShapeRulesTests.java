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

package io.macula.codec;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

import com.fasterxml.jackson.annotation.JsonBackReference;
import com.fasterxml.jackson.annotation.JsonIdentityInfo;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonManagedReference;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.ObjectIdGenerators;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ShapeRulesTests {

	private static final PayloadCodec CBOR = JacksonPayloadCodec.cbor();

	private static void refused(Class<?> type, String message) {
		assertThatIllegalArgumentException().isThrownBy(() -> CBOR.forType(type)).withMessageEndingWith(message);
	}

	@Test
	void whatShowsNothingOfItselfIsRefused() {
		String message = " is of type " + Opaque.class.getName()
				+ ", which has fields (id, name), but shows none of them, so"
				+ " that nothing of it would travel; add getters and setters or a constructor with all of them, or make"
				+ " it a record; or add a module that codes it, with a MaculaCodecCustomizer on both sides";
		refused(Opaque.class, "Opaque" + message);
		refused(HasOpaque.class, "HasOpaque.lines[]{}.opaque" + message);
	}

	@Test
	void whatHasNothingToShowIsNotRefused() {
		assertThat(CBOR.forType(Ping.class).decode(CBOR.forType(Ping.class).encode(new Ping()))).isEqualTo(new Ping());
		CBOR.forType(Stateless.class);
		CBOR.forType(Public.class);
	}

	@Test
	void handlesOfThisProcessAreRefusedWhereverTheyStand() {
		refused(HasMono.class,
				"HasMono.later is of type reactor.core.publisher.Mono, which is not a value that can be encoded"
						+ " here; return it from the method itself, and put the value in this place");
		refused(HasFlux.class,
				"HasFlux.parts[] is of type reactor.core.publisher.Flux, which is not a value that can be"
						+ " encoded here; return it from the method itself, and put the value in this place");
		refused(HasFuture.class,
				"HasFuture.later is of type java.util.concurrent.CompletableFuture, which is not a value that"
						+ " can be encoded here; return it from the method itself, and put the value in this place");
		refused(HasStream.class,
				"HasStream.once is of type java.util.stream.Stream, which can be read once and in this process"
						+ " only; use a List, a byte[], or a Flux of the method itself for what is large");
		refused(HasInput.class,
				"HasInput.input is of type java.io.InputStream, which can be read once and in this process"
						+ " only; use a List, a byte[], or a Flux of the method itself for what is large");
		refused(HasThread.class,
				"HasThread.worker is of type java.lang.Thread, which lives in this process only; send what the"
						+ " other side needs to know of it");
	}

	@Test
	void typesOfFrameworksAreRefusedByTheirNames(@TempDir Path directory) throws Exception {
		Class<?> page = compiled(directory, "org.springframework.data.domain.PageImpl", """
				package org.springframework.data.domain;
				public class PageImpl<T> implements Page<T> {
					public PageImpl(java.util.List<T> content, long total) { }
				}
				interface Page<T> { }
				""");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> CBOR.forType(new tools.jackson.databind.ObjectMapper().getTypeFactory()
				.constructParametricType(page, String.class)))
			.withMessageEndingWith(
					"PageImpl<String> is of type org.springframework.data.domain.PageImpl, which no client can"
							+ " decode; send a record with the content, the number of the page and the total");
	}

	private static Class<?> compiled(Path directory, String name, String source) throws Exception {
		Path file = directory.resolve(name.substring(name.lastIndexOf('.') + 1) + ".java");
		Files.writeString(file, source);
		assertThat(
				ToolProvider.getSystemJavaCompiler().run(null, null, null, "-d", directory.toString(), file.toString()))
			.isZero();
		return Class.forName(name, true,
				new URLClassLoader(new URL[] { directory.toUri().toURL() }, ShapeRulesTests.class.getClassLoader()));
	}

	@Test
	void objectsThatCanReferToEachOtherInACircleAreRefused() {
		refused(Order.class, "Order.lines[].order is of type " + Order.class.getName()
				+ " again, and can refer back to where"
				+ " it came from (Order.lines[].order), which has no end; leave the way back out with @JsonIgnore or"
				+ " @JsonBackReference, or make them records");
		refused(Category.class, "Category.parent is of type " + Category.class.getName()
				+ " again, and can refer back to where"
				+ " it came from (Category.parent, Category.children[]), which has no end; leave the way back out with"
				+ " @JsonIgnore or @JsonBackReference, or make them records");
		refused(HasOrder.class, "HasOrder.orders{}.lines[].order is of type " + Order.class.getName()
				+ " again, and can refer back to where it came from (Order.lines[].order), which has no end; leave the"
				+ " way back out with @JsonIgnore or @JsonBackReference, or make them records");
	}

	@ParameterizedTest
	@ValueSource(classes = { Tree.class, Link.class, Binary.class, Node.class, Folder.class, Term.class, Ignoring.class,
			Managing.class, Identified.class, Twice.class })
	void whatCanEndIsNotRefused(Class<?> type) {
		CBOR.forType(type);
		JacksonPayloadCodec.json().forType(type);
	}

	@Test
	void aTreeTravels() {
		ValueCodec codec = CBOR.forType(Tree.class);
		Tree tree = new Tree();
		tree.children.add(new Tree());
		assertThat(((Tree) codec.decode(codec.encode(tree))).children).hasSize(1);
	}

	/** Setters without getters, fields without either. */
	static class Opaque {

		private int id;

		private String name = "";

		static int count;

		transient int cache;

		void change(int id, String name) {
			this.id = id;
			this.name = name;
		}

		@Override
		public String toString() {
			return this.id + this.name;
		}

	}

	record HasOpaque(List<Map<String, Line>> lines) {

		record Line(Opaque opaque) {

		}

	}

	record Ping() {

	}

	static class Stateless {

	}

	static class Public {

		public int id;

		private transient int hidden = this.id;

		@Override
		public String toString() {
			return "" + this.hidden;
		}

	}

	record HasMono(Mono<String> later) {

	}

	record HasFlux(List<Flux<String>> parts) {

	}

	record HasFuture(CompletableFuture<String> later) {

	}

	record HasStream(Stream<String> once) {

	}

	record HasInput(InputStream input) {

	}

	record HasThread(Thread worker) {

	}

	static class Order {

		public List<OrderLine> lines = new ArrayList<>();

	}

	static class OrderLine {

		public Order order;

	}

	record HasOrder(Map<String, Order> orders) {

	}

	static class Category {

		public Category parent;

		public List<Category> children = new ArrayList<>();

	}

	static class Tree {

		public List<Tree> children = new ArrayList<>();

	}

	static class Link {

		public Link next;

	}

	static class Binary {

		public Binary left;

		public Binary right;

	}

	record Node(String name, List<Node> children, Node link) {

	}

	record Folder(List<Entry> entries) {

		record Entry(String name, Folder folder) {

		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	@JsonSubTypes({ @JsonSubTypes.Type(value = Sum.class, name = "sum"),
			@JsonSubTypes.Type(value = Product.class, name = "product") })
	interface Term {

	}

	static class Sum implements Term {

		public Term left;

		public Term right;

	}

	static class Product implements Term {

		public List<Term> factors = new ArrayList<>();

	}

	static class Ignoring {

		@JsonIgnore
		public Ignoring parent;

		public List<Ignoring> children = new ArrayList<>();

	}

	static class Managing {

		@JsonBackReference
		public Managing parent;

		@JsonManagedReference
		public List<Managing> children = new ArrayList<>();

	}

	@JsonIdentityInfo(generator = ObjectIdGenerators.IntSequenceGenerator.class)
	static class Identified {

		public Identified parent;

		public List<Identified> children = new ArrayList<>();

	}

	/** The same type twice is no circle. */
	static class Twice {

		public Ping one;

		public Ping other;

	}

}
