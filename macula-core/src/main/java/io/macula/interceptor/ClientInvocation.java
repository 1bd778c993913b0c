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

package io.macula.interceptor;

import java.lang.reflect.Method;
import java.util.List;

import io.macula.Deadline;
import io.macula.Metadata;
import io.macula.ServiceName;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.util.context.ContextView;

/**
 * A call that this node makes, as its interceptors see it: each has an object of its own,
 * to go on from where it stands. Safe for all threads.
 */
public interface ClientInvocation {

	/**
	 * The called service.
	 * @return its name
	 */
	ServiceName service();

	/**
	 * The client service that calls it, by whose name its settings are found.
	 * @return its name, which is that of the service unless the client has one of its own
	 */
	String client();

	/**
	 * The called method.
	 * @return its name on the wire
	 */
	String method();

	/**
	 * The method of the contract.
	 * @return the method, or {@code null} for a call without an interface
	 */
	@Nullable Method javaMethod();

	/**
	 * When the caller gives up. Fixed before the first interceptor: what these take is
	 * taken from the call.
	 * @return the deadline, or {@code null} for none
	 */
	@Nullable Deadline deadline();

	/**
	 * Whether the method returns before its result is there, on a thread that must not
	 * wait.
	 * @return true if it returns a {@code CompletionStage}, {@code Mono} or {@code Flux}
	 */
	boolean nonBlocking();

	/**
	 * Whether the method returns a stream, so that {@link #proceed} returns a
	 * {@code Flux}, also in the place of a {@code Flow} of Kotlin.
	 * @return false if it has one result at most
	 */
	default boolean manyResults() {
		Method method = javaMethod();
		return method != null && method.getReturnType() == Flux.class;
	}

	/**
	 * What the method was called with.
	 * @return unmodifiable; values may be {@code null}
	 */
	List<@Nullable Object> arguments();

	/**
	 * Whether the method may run twice with the effect of once, so that an attempt of
	 * unknown fate may be repeated.
	 * @return false unless the contract declares it
	 */
	boolean idempotent();

	/**
	 * What travels with the call so far.
	 * @return the entries, without those of single attempts and of a tracer
	 */
	Metadata metadata();

	/**
	 * Send an entry of metadata with the call; an entry of the same key is replaced.
	 * @param key as {@link Metadata#requireKey} has it
	 * @param value any text
	 * @throws IllegalArgumentException if {@link Metadata#add} refuses it
	 * @throws IllegalStateException if the call has begun already, after {@link #proceed}
	 */
	void addMetadata(String key, String value);

	/**
	 * Context of the subscriber.
	 * @return the context; empty where the method does not return a {@code Mono} or
	 * {@code Flux}
	 */
	ContextView reactorContext();

	/**
	 * What came beside the answer.
	 * @return the entries; empty before the answer and if nothing came with it
	 */
	Metadata responseMetadata();

	/**
	 * Go on with the next interceptor, and with the call itself after the last one.
	 * @return what the method returns, of exactly that kind: the value of a blocking
	 * method, for which this waits; else a {@code CompletableFuture}, {@code Mono} or
	 * {@code Flux}; a {@code Mono} for a suspend function. The call of the latter two
	 * begins with the subscription, of which there may be one
	 * @throws Throwable what the caller of a blocking method would be thrown: an
	 * {@link io.macula.RpcException} or an exception that the method declares
	 * @throws IllegalStateException the second time: a further attempt is no
	 * interceptor's business
	 */
	@Nullable Object proceed() throws Throwable;

}
