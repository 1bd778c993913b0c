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

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.macula.contract.ServiceContract;
import io.macula.interceptor.ServerInterceptor;
import io.macula.node.RealmNode;
import org.jspecify.annotations.Nullable;

/**
 * A provider with scripted answers: a real node of the realm, with a port and a
 * certificate of its own, so that what a client makes of slow, failing, refusing and
 * dying providers is tried over QUIC. Made by {@link TestRealm#fake}, whose realm closes
 * it. Safe for all threads.
 *
 * <pre>
 * FakeProvider&lt;Calculator&gt; fake = realm.fake("node2", "test.calculator", Calculator.class);
 * fake.on("multiply").will(answer(new Answer("fake", 42)).after(Duration.ofMillis(50)));
 * ...
 * assertThat(fake.calls("multiply")).hasSize(1);
 * </pre>
 *
 * @param <T> the contract
 */
public final class FakeProvider<T> implements AutoCloseable {

	private final String nodeId;

	private final FakeHandler handler;

	private final RealmNode node;

	/** Starts the node, and waits until it is known. */
	private final Consumer<RealmNode> begin;

	private FakeProvider(String nodeId, FakeHandler handler, RealmNode node, Consumer<RealmNode> begin) {
		this.nodeId = nodeId;
		this.handler = handler;
		this.node = node;
		this.begin = begin;
	}

	/**
	 * A fake that lives.
	 * @param build makes a node that serves the handler
	 * @param begin starts the node, and waits until it is known
	 */
	static <T> FakeProvider<T> start(String nodeId, String service, Class<T> contract, Nodes<T> build,
			Consumer<RealmNode> begin) {
		AtomicReference<RealmNode> itself = new AtomicReference<>();
		FakeHandler handler = new FakeHandler(service, ServiceContract.of(contract),
				() -> Optional.ofNullable(itself.get()).ifPresent(RealmNode::abort));
		RealmNode node = build.serving(handler.as(contract), handler);
		itself.set(node);
		FakeProvider<T> fake = new FakeProvider<>(nodeId, handler, node, begin);
		fake.revive();
		return fake;
	}

	/**
	 * A method of the contract, to be given a script.
	 * @param method its name on the wire, or in Java
	 * @return the method
	 * @throws IllegalArgumentException if there is none, or several of that name
	 */
	public FakeMethod on(String method) {
		return this.handler.method(method);
	}

	/**
	 * Have another implementation serve what has no script; without one such calls fail
	 * with UNIMPLEMENTED.
	 * @param implementation of the contract, or {@code null} for none
	 */
	public void otherwise(@Nullable T implementation) {
		this.handler.substitute(implementation);
	}

	/**
	 * What was asked, refusals included.
	 * @return the calls in the order of their arrival; a copy
	 */
	public List<RecordedCall> calls() {
		return this.handler.calls();
	}

	/**
	 * What a method was asked.
	 * @param method its name on the wire, or in Java
	 * @return the calls in the order of their arrival; a copy
	 * @throws IllegalArgumentException if there is no such method
	 */
	public List<RecordedCall> calls(String method) {
		String name = on(method).contract().wireName();
		return calls().stream().filter((call) -> call.method().equals(name)).toList();
	}

	/**
	 * Wait until a method was asked so many times.
	 * @param method its name on the wire, or in Java
	 * @param count at least so many
	 * @param limit bound of the wait
	 * @return the calls
	 * @throws IllegalStateException if there were fewer by then
	 */
	public List<RecordedCall> awaitCalls(String method, int count, Duration limit) {
		LoopbackNodes.await("node '" + this.nodeId + "' was not asked " + method + " " + count + " times", limit,
				() -> calls(method).size() >= count);
		return calls(method);
	}

	/** Forget all scripts and all calls. */
	public void reset() {
		this.handler.reset();
	}

	/**
	 * Die as a process that is killed: nobody is told, nothing in flight is answered.
	 * Does nothing if it is dead.
	 */
	public void die() {
		this.node.abort();
	}

	/**
	 * Leave in an orderly way: withdraw, finish what is in flight, stop. Does nothing if
	 * it is dead.
	 */
	public void leave() {
		this.node.stop();
	}

	/**
	 * Come back under the same id, at another port, as a process that was started again,
	 * and wait until the realm's clients know it. Does nothing if it lives. What it does
	 * with calls, and what it was asked, stays.
	 * @throws IllegalStateException if it was closed
	 */
	public void revive() {
		this.begin.accept(this.node);
	}

	/**
	 * The node that serves.
	 * @return the node; its report tells connections and calls
	 */
	public RealmNode node() {
		return this.node;
	}

	/** The same as {@link #leave()}, and for good. */
	@Override
	public void close() {
		this.node.close();
	}

	@Override
	public String toString() {
		return "fake provider '" + this.nodeId + "'";
	}

	/**
	 * Makes nodes that are not started.
	 *
	 * @param <T> the contract
	 */
	@FunctionalInterface
	interface Nodes<T> {

		RealmNode serving(T handler, ServerInterceptor interceptor);

	}

}
