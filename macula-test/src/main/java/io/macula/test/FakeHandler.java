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

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

import io.macula.CallContext;
import io.macula.Code;
import io.macula.Metadata;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.contract.MethodContract;
import io.macula.contract.ServiceContract;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Implements a contract by scripts, and records what it is asked. Safe for all threads.
 */
final class FakeHandler implements InvocationHandler {

	private final String service;

	private final ServiceContract contract;

	private final Map<String, FakeMethod> methods = new LinkedHashMap<>();

	private final List<RecordedCall> calls = new CopyOnWriteArrayList<>();

	private final Runnable death;

	/** Implements what has no script, or {@code null}. */
	private volatile @Nullable Object substitute;

	FakeHandler(String service, ServiceContract contract, Runnable death) {
		this.service = service;
		this.contract = contract;
		this.death = death;
		contract.methods().forEach((method) -> this.methods.put(method.wireName(), new FakeMethod(service, method)));
	}

	<T> T as(Class<T> type) {
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, this));
	}

	FakeMethod method(String name) {
		FakeMethod found = this.methods.get(name);
		if (found != null) {
			return found;
		}
		List<FakeMethod> named = this.methods.values()
			.stream()
			.filter((method) -> method.contract().method().getName().equals(name))
			.toList();
		if (named.size() == 1) {
			return named.get(0);
		}
		throw new IllegalArgumentException("Contract " + this.contract.type().getName() + " of service '" + this.service
				+ "' has " + ((named.isEmpty()) ? "no method '" + name + "'" : "several methods '" + name + "'")
				+ ": expected one of " + this.methods.keySet().stream().collect(Collectors.joining("', '", "'", "'")));
	}

	List<RecordedCall> calls() {
		return List.copyOf(this.calls);
	}

	void substitute(@Nullable Object substitute) {
		this.substitute = substitute;
	}

	void reset() {
		this.calls.clear();
		this.methods.values().forEach(FakeMethod::clear);
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		if (method.getDeclaringClass() == Object.class) {
			return ofObject(proxy, method, arguments);
		}
		MethodContract called = this.contract.method(method);
		if (called == null) {
			return InvocationHandler.invokeDefault(proxy, method, arguments);
		}
		@Nullable Object[] values = (arguments != null) ? arguments : new Object[0];
		RecordedCall call = recorded(called, values);
		FakeMethod fake = method(called.wireName());
		Behaviour behaviour = fake.next();
		if (behaviour != null) {
			return inShape(called, served(called, behaviour, call, values));
		}
		Object present = this.substitute;
		if (present == null) {
			throw new RpcException(Status.processed(Code.UNIMPLEMENTED, "the fake provider has no script for "
					+ fake.procedure() + ": give it one by on(\"" + called.wireName() + "\").will(...)"));
		}
		try {
			return method.invoke(present, arguments);
		}
		catch (InvocationTargetException ex) {
			throw (ex.getCause() != null) ? ex.getCause() : ex;
		}
	}

	private RecordedCall recorded(MethodContract called, @Nullable Object[] values) {
		CallContext context = CallContext.current();
		List<@Nullable Object> arguments = Collections.unmodifiableList(new ArrayList<>(Arrays.asList(values)));
		RecordedCall call = new RecordedCall(called.wireName(), arguments,
				(context != null) ? context.metadata() : Metadata.EMPTY,
				(context != null) ? context.callerNodeId() : null);
		this.calls.add(call);
		return call;
	}

	private Publisher<?> served(MethodContract called, Behaviour behaviour, RecordedCall call,
			@Nullable Object[] values) {
		Mono<?> pause = (behaviour.delay().isZero()) ? Mono.empty() : Mono.delay(behaviour.delay()).then();
		Mono<Void> taken = Mono.empty();
		if (called.streamIndex() >= 0 && behaviour.takesElements()
				&& values[called.streamIndex()] instanceof Publisher<?> elements) {
			taken = Flux.from(elements).doOnNext(call::element).then();
		}
		return switch (behaviour.kind()) {
			case SERVE -> taken.thenMany(pause.thenMany(Flux.defer(() -> Flux.from(behaviour.result(call)))));
			case REFUSE -> pause.thenMany(Flux.error(new RpcException(behaviour.requiredRefusal())));
			case DIE -> pause.thenMany(Flux.defer(() -> {
				this.death.run();
				return Flux.never();
			}));
		};
	}

	private static @Nullable Object inShape(MethodContract called, Publisher<?> result) throws Throwable {
		return switch (called.shape()) {
			case FLUX -> Flux.from(result);
			case MONO -> Flux.from(result).singleOrEmpty();
			case FUTURE -> Flux.from(result).singleOrEmpty().toFuture();
			case OPTIONAL -> Optional.ofNullable(await(result));
			case VALUE, VOID -> await(result);
		};
	}

	/** Ends early when the thread is interrupted, because the caller gave up. */
	private static @Nullable Object await(Publisher<?> result) throws Throwable {
		CompletableFuture<?> future = Flux.from(result).singleOrEmpty().toFuture();
		try {
			return future.get();
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() != null) ? ex.getCause() : ex;
		}
		finally {
			future.cancel(true);
		}
	}

	private @Nullable Object ofObject(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
		return switch (method.getName()) {
			case "equals" -> arguments != null && arguments[0] == proxy;
			case "hashCode" -> System.identityHashCode(proxy);
			default -> "fake of " + this.contract.type().getName();
		};
	}

}
