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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import io.macula.Code;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.contract.MethodContract;
import io.macula.contract.ReturnShape;
import io.macula.contract.ServiceContract;
import io.macula.interceptor.ServerInterceptor;
import io.macula.interceptor.ServerInvocation;
import io.macula.kotlin.KotlinMethod;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Implements a contract by scripts, and records what it is asked. Safe for all threads.
 */
final class FakeHandler implements InvocationHandler, ServerInterceptor {

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

	/** Plays the script: here, since a handler cannot refuse a call as not processed. */
	@Override
	public @Nullable Object intercept(ServerInvocation invocation) throws Throwable {
		MethodContract called = Objects.requireNonNull(this.contract.method(invocation.javaMethod()));
		RecordedCall call = recorded(called, invocation);
		FakeMethod fake = method(called.wireName());
		Behaviour behaviour = fake.next();
		if (behaviour != null) {
			Flux<?> result = Flux.from(served(called, behaviour, call));
			return (called.shape() == ReturnShape.FLUX) ? result : result.singleOrEmpty();
		}
		Object present = this.substitute;
		if (present == null) {
			throw new RpcException(Status.processed(Code.UNIMPLEMENTED, "the fake provider has no script for "
					+ fake.procedure() + ": give it one by on(\"" + called.wireName() + "\").will(...)"));
		}
		@Nullable Object[] arguments = invocation.arguments().toArray();
		KotlinMethod kotlin = KotlinMethod.of(called);
		return (kotlin == null) ? called(called, present, arguments)
				: kotlin.target((given) -> called(called, present, given), present).call(arguments);
	}

	private static @Nullable Object called(MethodContract called, Object implementation, @Nullable Object[] arguments)
			throws Throwable {
		try {
			return called.method().invoke(implementation, arguments);
		}
		catch (InvocationTargetException ex) {
			throw (ex.getCause() != null) ? ex.getCause() : ex;
		}
	}

	/** What is registered as the handler; calls do not reach it. */
	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
		return switch (method.getName()) {
			case "equals" -> arguments != null && arguments[0] == proxy;
			case "hashCode" -> System.identityHashCode(proxy);
			case "toString" -> "fake of " + this.contract.type().getName();
			default -> throw new IllegalStateException(method + " is served by the script");
		};
	}

	private RecordedCall recorded(MethodContract called, ServerInvocation invocation) {
		RecordedCall call = new RecordedCall(called.wireName(), invocation.arguments(), invocation.call().metadata(),
				invocation.call().callerNodeId());
		this.calls.add(call);
		return call;
	}

	private Publisher<?> served(MethodContract called, Behaviour behaviour, RecordedCall call) {
		Mono<?> pause = (behaviour.delay().isZero()) ? Mono.empty() : Mono.delay(behaviour.delay()).then();
		Mono<Void> taken = Mono.empty();
		if (called.streamIndex() >= 0 && behaviour.takesElements()
				&& call.arguments().get(called.streamIndex()) instanceof Publisher<?> elements) {
			taken = Flux.from(elements).doOnNext(call::element).then();
		}
		return switch (behaviour.kind()) {
			case SERVE, SILENT -> taken.thenMany(pause.thenMany(Flux.defer(() -> Flux.from(behaviour.result(call)))));
			case REFUSE -> pause.thenMany(Flux.error(new RpcException(behaviour.requiredRefusal())));
			case DIE -> pause.thenMany(Flux.defer(() -> {
				this.death.run();
				return Flux.never();
			}));
		};
	}

}
