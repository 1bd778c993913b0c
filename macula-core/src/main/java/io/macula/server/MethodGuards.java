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

import java.util.ArrayList;
import java.util.List;

import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.contract.MethodContract;
import org.jspecify.annotations.Nullable;

/**
 * The guards of one method, asked in order. Immutable.
 */
final class MethodGuards {

	static final MethodGuards NONE = new MethodGuards(List.of());

	private final MethodGuard[] guards;

	private MethodGuards(List<MethodGuard> guards) {
		this.guards = guards.toArray(MethodGuard[]::new);
	}

	static MethodGuards of(List<MethodGuard.Factory> factories, ServiceName service, Object handler,
			MethodContract method) {
		if (factories.isEmpty() || service.reserved()) {
			return NONE;
		}
		List<MethodGuard> guards = new ArrayList<>();
		for (MethodGuard.Factory factory : factories) {
			MethodGuard guard = factory.guard(service, handler, method);
			if (guard != null) {
				guards.add(guard);
			}
		}
		return guards.isEmpty() ? NONE : new MethodGuards(guards);
	}

	/**
	 * Whether the method may run.
	 * @throws RefusedArguments if it must not
	 */
	void before(@Nullable Object[] arguments) {
		for (MethodGuard guard : this.guards) {
			RpcException refusal = guard.refuseArguments(arguments);
			if (refusal != null) {
				throw new RefusedArguments(refusal);
			}
		}
	}

	/**
	 * Whether the answer may be sent.
	 * @throws RefusedResult if it must not
	 */
	void after(@Nullable Object result) {
		for (MethodGuard guard : this.guards) {
			String fault = guard.refuseResult(result);
			if (fault != null) {
				throw new RefusedResult(fault);
			}
		}
	}

}
