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

package io.macula.client;

import java.lang.reflect.UndeclaredThrowableException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

import io.macula.RpcException;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What the callers of one method are thrown in place of an {@link RpcException}, as the
 * application's mappers say. Immutable, and safe for all threads.
 */
final class CallErrors {

	private static final FaultLog log = new FaultLog(PrintableLogger.of(CallErrors.class));

	private final List<ErrorMapper> mappers;

	private final String wireName;

	private final Predicate<Throwable> declared;

	/**
	 * The errors of a method.
	 * @param mappers asked in order
	 * @param wireName of the method
	 * @param declared whether the method declares an exception
	 */
	CallErrors(List<ErrorMapper> mappers, String wireName, Predicate<Throwable> declared) {
		this.mappers = mappers;
		this.wireName = wireName;
		this.declared = declared;
	}

	/** Whether anybody is asked. */
	boolean mapped() {
		return !this.mappers.isEmpty();
	}

	/** What a method returned, with its errors mapped when they come. */
	@Nullable Object in(@Nullable Object returned) {
		if (returned instanceof Mono<?> mono) {
			return mono.onErrorMap(RpcException.class, this::told);
		}
		if (returned instanceof Flux<?> flux) {
			return flux.onErrorMap(RpcException.class, this::told);
		}
		return (returned instanceof CompletableFuture<?> future) ? future(future) : returned;
	}

	/** A future whose failure is mapped. */
	CompletableFuture<@Nullable Object> future(CompletableFuture<? extends @Nullable Object> call) {
		return new MappedFuture(call, this);
	}

	/** What the caller is thrown. */
	Throwable told(Throwable thrown) {
		if (!(thrown instanceof RpcException failure)) {
			return thrown;
		}
		for (ErrorMapper mapper : this.mappers) {
			Throwable made;
			try {
				made = mapper.map(failure);
			}
			catch (Throwable ex) {
				log.warn("ErrorMapper " + mapper.getClass().getName() + " failed at a failure of " + this.wireName
						+ "; its caller is thrown the failure itself", ex);
				failure.addSuppressed(ex);
				return failure;
			}
			if (made != null) {
				return (made == failure) ? failure : thrown(mapper, made, failure);
			}
		}
		return failure;
	}

	private Throwable thrown(ErrorMapper mapper, Throwable made, RpcException failure) {
		keep(made, failure);
		if (made instanceof RuntimeException || made instanceof Error || this.declared.test(made)) {
			return made;
		}
		return new UndeclaredThrowableException(made,
				"ErrorMapper " + mapper.getClass().getName() + " made " + made.getClass().getName()
						+ " of a failure of " + this.wireName
						+ ", which is a checked exception that the method does not declare: declare it in"
						+ " the contract, or make an unchecked one");
	}

	/**
	 * Who looks for what happened finds it. An exception that is not new, but is made
	 * once for all failures, does not gather them.
	 */
	private static void keep(Throwable made, RpcException failure) {
		try {
			Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
			for (Throwable each = made.getCause(); each != null && seen.add(each); each = each.getCause()) {
				if (each instanceof RpcException) {
					return;
				}
			}
			for (Throwable each : made.getSuppressed()) {
				if (each instanceof RpcException) {
					return;
				}
			}
			if (made.getCause() == null) {
				try {
					made.initCause(failure);
					return;
				}
				catch (IllegalStateException ex) {
					// It was made without a cause for good.
					made.addSuppressed(failure);
					return;
				}
			}
			made.addSuppressed(failure);
		}
		catch (Throwable ex) {
			// The exception is the user's, and may not be able to tell its cause.
			log.warn("An exception that an ErrorMapper made cannot keep its failure", ex);
		}
	}

}
