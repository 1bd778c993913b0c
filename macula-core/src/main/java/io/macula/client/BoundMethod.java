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

import java.time.Duration;
import java.util.function.BiFunction;

import io.macula.FailedCall;
import io.macula.contract.Hedge;
import io.macula.contract.MethodContract;
import io.macula.contract.ReturnShape;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;

/**
 * A method of a contract under one set of settings. Immutable; made anew when these
 * change.
 *
 * @param rules the settings
 * @param procedure the method as the pipeline sees it
 * @param bounded whether calls have a deadline: results of a stream may come for ever,
 * unless the contract or the settings bound them
 */
record BoundMethod(ServiceRules rules, Procedure procedure, boolean bounded) {

	/**
	 * Bind a method.
	 * @param client the client service
	 * @param contract the method
	 * @param codec name of the payload codec
	 * @param rules the settings
	 * @param exceptions what callers are thrown
	 * @throws IllegalArgumentException if the settings are none for this method
	 */
	static BoundMethod of(ServiceClient client, MethodContract contract, String codec, ServiceRules rules,
			BiFunction<Failure, FailedCall, Throwable> exceptions) {
		MethodRules method = rules.of(contract.wireName());
		Duration own = (method != null && method.deadline() != null) ? method.deadline() : contract.deadline();
		String service = client.service().value();
		Procedure procedure = new Procedure(service + '/' + contract.wireName(), service, contract.wireName(),
				contract.mark(), codec, contract.idempotent(), (own != null) ? own : rules.settings().deadline(),
				Priorities.usual(rules, method, contract.priority()), hedge(contract, method),
				client.latencyOf(contract.wireName()), method, exceptions);
		return new BoundMethod(rules, procedure, contract.shape() != ReturnShape.FLUX || own != null);
	}

	/** That of the settings, under the rules that hold for one in the contract. */
	private static @Nullable Hedge hedge(MethodContract contract, @Nullable MethodRules rules) {
		Hedge own = (rules != null) ? rules.hedge() : null;
		if (own == null) {
			return contract.hedge().enabled() ? contract.hedge() : null;
		}
		String obstacle = own.enabled() ? notHedged(contract) : null;
		if (obstacle != null) {
			throw new IllegalArgumentException(obstacle);
		}
		return own.enabled() ? own : null;
	}

	/** Why settings must not hedge a method, or {@code null} if they may. */
	static @Nullable String notHedged(MethodContract contract) {
		return (contract.idempotent() && !contract.streaming()) ? null
				: "the settings of " + contract.signature() + " have a hedge, but it "
						+ (contract.streaming() ? "carries a stream: only calls with one answer can be hedged"
								: "is not idempotent: a hedged call may run twice, which"
										+ " @MaculaMethod(idempotent = true) declares harmless");
	}

}
