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

package io.macula.spring;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

import io.macula.Code;
import io.macula.RpcException;
import io.macula.contract.MethodContract;
import io.macula.contract.ReturnShape;
import io.macula.contract.ServiceContract;
import io.macula.kotlin.KotlinMethod;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Stands around the proxy of a client and calls a fallback where a call of it fails. The
 * call itself, its attempts, observations and errors, is none of its business. Safe for
 * all threads.
 */
final class FallbackProxy implements InvocationHandler {

	/**
	 * The caller gave up, asks for what is wrong or not allowed, or is told what the
	 * contract of the provider declares: no other answer would be a better one.
	 */
	private static final Set<Code> FINAL = EnumSet.of(Code.CANCELLED, Code.INVALID_ARGUMENT, Code.PERMISSION_DENIED,
			Code.UNAUTHENTICATED, Code.APPLICATION);

	private static final @Nullable Object[] NO_ARGUMENTS = {};

	private final InvocationHandler client;

	private final ServiceContract contract;

	private final ClientFallback fallback;

	/** Those that are called in another way than their Java method. */
	private final Map<MethodContract, KotlinMethod> kotlin = new HashMap<>();

	private FallbackProxy(InvocationHandler client, ServiceContract contract, ClientFallback fallback) {
		this.client = client;
		this.contract = contract;
		this.fallback = fallback;
		for (MethodContract method : contract.methods()) {
			KotlinMethod ofKotlin = KotlinMethod.of(method);
			if (ofKotlin != null && ofKotlin.bridged()) {
				this.kotlin.put(method, ofKotlin);
			}
		}
	}

	/**
	 * Put a fallback behind a client.
	 * @param client an instance of the contract
	 * @param contract the interface
	 * @param fallback stands in for failed calls
	 * @return an instance of the contract
	 */
	static Object around(Object client, Class<?> contract, ClientFallback fallback) {
		// The handler of a proxy is given this one: its default methods call here.
		InvocationHandler handler = Proxy.isProxyClass(client.getClass()) ? Proxy.getInvocationHandler(client)
				: (proxy, method, arguments) -> call(client, method, arguments);
		return Proxy.newProxyInstance(contract.getClassLoader(), new Class<?>[] { contract },
				new FallbackProxy(handler, ServiceContract.of(contract), fallback));
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		MethodContract called = this.contract.method(method);
		if (called == null) {
			return this.client.invoke(proxy, method, arguments);
		}
		@Nullable Object[] values = (arguments != null) ? arguments : NO_ARGUMENTS;
		KotlinMethod kotlin = this.kotlin.get(called);
		if (kotlin == null) {
			return invoke((given) -> this.client.invoke(proxy, method, given), called, method, values);
		}
		KotlinMethod.Target call = kotlin.target((given) -> this.client.invoke(proxy, method, given), proxy);
		return kotlin.call(values, (given) -> invoke(call, called, method, given));
	}

	private @Nullable Object invoke(KotlinMethod.Target call, MethodContract called, Method method,
			@Nullable Object[] arguments) throws Throwable {
		Object returned;
		try {
			returned = call.call(arguments);
		}
		catch (RpcException ex) {
			if (called.shape().blocking() && Schedulers.isInNonBlockingThread()) {
				// The call was refused here, and so would be what blocks instead.
				throw ex;
			}
			return instead(ex, called, method, arguments);
		}
		return switch (called.shape()) {
			case VALUE, VOID, OPTIONAL -> returned;
			case FUTURE -> (returned instanceof CompletionStage<?> stage)
					? new FallbackFuture(stage.toCompletableFuture(),
							(failure) -> (CompletionStage<?>) required(instead(failure, called, method, arguments)))
					: returned;
			case MONO -> (returned instanceof Mono<?> mono)
					? recovered(mono, (failure) -> instead(failure, called, method, arguments)) : returned;
			case FLUX -> (returned instanceof Flux<?> flux)
					? recovered(flux, (failure) -> instead(failure, called, method, arguments)) : returned;
		};
	}

	@SuppressWarnings("unchecked")
	private static Mono<?> recovered(Mono<?> call, Instead instead) {
		return ((Mono<Object>) call).onErrorResume(RpcException.class, (failure) -> {
			try {
				return ((Mono<Object>) required(instead.of(failure))).onErrorMap((thrown) -> with(thrown, failure));
			}
			catch (Throwable ex) {
				return Mono.error(ex);
			}
		});
	}

	/** Once an element was handed over, another stream would not continue this one. */
	@SuppressWarnings("unchecked")
	private static Flux<?> recovered(Flux<?> call, Instead instead) {
		return Flux.defer(() -> {
			AtomicBoolean begun = new AtomicBoolean();
			return ((Flux<Object>) call).doOnNext((element) -> begun.set(true))
				.onErrorResume(RpcException.class, (failure) -> {
					if (begun.get()) {
						return Mono.error(failure);
					}
					try {
						return Flux.from((Publisher<Object>) required(instead.of(failure)))
							.onErrorMap((thrown) -> with(thrown, failure));
					}
					catch (Throwable ex) {
						return Mono.error(ex);
					}
				});
		});
	}

	/** Made sure by {@link #instead}. */
	private static Object required(@Nullable Object answer) {
		if (answer == null) {
			throw new IllegalStateException("A fallback answers");
		}
		return answer;
	}

	private @Nullable Object instead(RpcException failure, MethodContract called, Method method,
			@Nullable Object[] arguments) throws Throwable {
		if (FINAL.contains(failure.code())) {
			throw failure;
		}
		try {
			Object standIn = this.fallback.standIn(failure);
			if (standIn == null) {
				throw failure;
			}
			KotlinMethod ofKotlin = this.kotlin.get(called);
			Object answer = (ofKotlin == null) ? call(standIn, method, arguments)
					: ofKotlin.target((given) -> call(standIn, method, given), standIn).call(arguments);
			ReturnShape shape = called.shape();
			if (answer == null && shape != ReturnShape.VALUE && shape != ReturnShape.VOID) {
				throw new IllegalStateException("The fallback " + this.fallback + " returned null from "
						+ called.signature() + ": expected a " + method.getReturnType().getSimpleName());
			}
			return answer;
		}
		catch (Throwable ex) {
			throw with(ex, failure);
		}
	}

	/**
	 * What a fallback failed with, with the failure that it was to stand in for; an
	 * exception that is thrown again and again keeps the first of them.
	 */
	static Throwable with(Throwable thrown, RpcException failure) {
		Throwable each = thrown;
		for (int depth = 0; each != null && depth < 64; depth++) {
			if (each == failure) {
				return thrown;
			}
			each = each.getCause();
		}
		if (Arrays.stream(thrown.getSuppressed()).noneMatch(RpcException.class::isInstance)) {
			thrown.addSuppressed(failure);
		}
		return thrown;
	}

	static @Nullable Object call(Object target, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		try {
			// Contracts need not be public.
			method.setAccessible(true);
			return method.invoke(target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

	/** What stands in for a failed call. */
	@FunctionalInterface
	interface Instead {

		@Nullable Object of(RpcException failure) throws Throwable;

	}

}
