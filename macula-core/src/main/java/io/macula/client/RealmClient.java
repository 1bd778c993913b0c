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

import java.lang.reflect.Type;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * The calling part of a node: makes proxies of contracts and calls services without them.
 * Safe for all threads.
 */
public final class RealmClient {

	/**
	 * A proxy of a contract.
	 * @param <T> the contract
	 * @param contract a plain interface
	 * @param service name of the service
	 * @return a proxy, safe for all threads
	 */
	public <T> T proxy(Class<T> contract, String service) {
		throw new UnsupportedOperationException();
	}

	/**
	 * A proxy of a contract with settings of its own.
	 * @param <T> the contract
	 * @param contract a plain interface
	 * @param service name of the service
	 * @param name name of the client service in reports and metrics, unique per settings
	 * @param settings how it is called
	 * @return a proxy, safe for all threads
	 */
	public <T> T proxy(Class<T> contract, String service, String name, ServiceSettings settings) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Call a method without its interface; blocks.
	 * @param <T> type of the result
	 * @param service name of the service
	 * @param method name of the method on the wire
	 * @param argument the one argument, or {@code null} where the method takes none
	 * @param resultType class of the result
	 * @return the result
	 */
	public <T> @Nullable T call(String service, String method, @Nullable Object argument, Class<T> resultType) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Call a method without its interface.
	 * @param service name of the service
	 * @param method name of the method on the wire
	 * @param argument the one argument, or {@code null} where the method takes none
	 * @param resultType type of the result
	 * @return the result to come; cancelling it cancels the call
	 */
	public CompletableFuture<@Nullable Object> callAsync(String service, String method, @Nullable Object argument,
			Type resultType) {
		throw new UnsupportedOperationException();
	}

}
