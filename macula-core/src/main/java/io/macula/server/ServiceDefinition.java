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

package io.macula.server;

import java.util.Objects;

import io.macula.ServiceName;
import io.macula.contract.ServiceContract;
import org.jspecify.annotations.Nullable;

/**
 * A service that a node serves: its name, its contract and the object that handles its
 * calls. Immutable.
 *
 * @param name name of the service
 * @param contract the contract
 * @param handler implements the contract; used by many threads at once
 */
public record ServiceDefinition(ServiceName name, ServiceContract contract, Object handler) {

	public ServiceDefinition {
		Objects.requireNonNull(name, "name");
		Objects.requireNonNull(contract, "contract");
		Objects.requireNonNull(handler, "handler");
		if (!contract.type().isInstance(handler)) {
			throw new IllegalArgumentException("Handler " + handler.getClass().getName() + " of service '" + name
					+ "' is not valid: expected an object that implements " + contract.type().getName());
		}
		refuse(name, contract.unreachable(handler.getClass()));
		refuse(name, contract.misplaced(handler.getClass()));
	}

	private static void refuse(ServiceName name, @Nullable String fault) {
		if (fault != null) {
			throw new IllegalArgumentException("Handler of service '" + name + "' is not valid: " + fault);
		}
	}

	/**
	 * A service of the user.
	 * @param name name of the service; must not start with
	 * {@value io.macula.ServiceName#RESERVED}
	 * @param contract a plain interface
	 * @param handler implements the interface; used by many threads at once
	 * @return the definition
	 * @throws IllegalArgumentException if the name is reserved, the interface is no valid
	 * contract, or the handler does not implement it
	 */
	public static ServiceDefinition of(String name, Class<?> contract, Object handler) {
		ServiceName serviceName = new ServiceName(name).requireOpen();
		return new ServiceDefinition(serviceName, ServiceContract.of(contract), handler);
	}

	/**
	 * A service of the product itself: not advertised, not bounded by the limit of calls
	 * in flight, and its open streams end when the node drains.
	 * @param name name of the service; must start with
	 * {@value io.macula.ServiceName#RESERVED}
	 * @param contract a plain interface
	 * @param handler implements the interface
	 * @return the definition
	 */
	public static ServiceDefinition reserved(String name, Class<?> contract, Object handler) {
		ServiceName serviceName = new ServiceName(name);
		if (!serviceName.reserved()) {
			throw new IllegalArgumentException("Service name '" + name
					+ "' is not valid: expected a name that starts with '" + ServiceName.RESERVED + "'");
		}
		return new ServiceDefinition(serviceName, ServiceContract.of(contract), handler);
	}

}
