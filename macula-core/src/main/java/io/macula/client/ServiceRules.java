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

import java.util.HashMap;
import java.util.Map;

import io.github.resilience4j.retry.RetryRegistry;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one client service at work. Immutable; settings that change at run time
 * are other ones. A call has one and the same from its begin to its end, so that all it
 * looks up fits together.
 *
 * @param settings how the service is called
 * @param retries how much may be repeated
 * @param methods those of single methods, by their configured names
 */
record ServiceRules(ServiceSettings settings, RetryPolicy retries, Map<String, MethodRules> methods) {

	static ServiceRules of(String name, ServiceSettings settings, ClientContext context) {
		RetryPolicy retries = new RetryPolicy(name, settings.failover(), context.retries(), context.clock());
		return new ServiceRules(settings, retries, methods(name, settings, retries, context.retries(), Map.of()));
	}

	/**
	 * Those for other settings, which go on with all that was counted.
	 * @param name name of the client service
	 * @param changed the settings
	 * @param registry holds the Retries
	 */
	ServiceRules with(String name, ServiceSettings changed, RetryRegistry registry) {
		Map<String, RetryPolicy> before = new HashMap<>();
		this.methods.forEach((method, rules) -> {
			if (rules.retries() != this.retries) {
				before.put(method, rules.retries());
			}
		});
		RetryPolicy policy = this.retries.with(name, changed.failover(), registry);
		Map<String, MethodRules> present = methods(name, changed, policy, registry, before);
		before.forEach((method, own) -> {
			MethodRules rules = present.get(method);
			if (rules == null || rules.retries() == policy) {
				own.forget(registry);
			}
		});
		return new ServiceRules(changed, policy, present);
	}

	private static Map<String, MethodRules> methods(String name, ServiceSettings settings, RetryPolicy retries,
			RetryRegistry registry, Map<String, RetryPolicy> before) {
		if (settings.methods().isEmpty()) {
			return Map.of();
		}
		Map<String, MethodRules> methods = new HashMap<>();
		settings.methods()
			.forEach(
					(method, own) -> methods.put(method,
							new MethodRules(
									own.deadline(), own.attemptTimeout(), retries.withMaxAttempts(name + "/" + method,
											own.maxAttempts(), registry, before.get(method)),
									own.hedge(), own.priority())));
		return methods;
	}

	/** Settings of a method at work, or {@code null} if those of the service hold. */
	@Nullable MethodRules of(String method) {
		return this.methods.isEmpty() ? null : this.settings.methodName(method).map(this.methods::get).orElse(null);
	}

}
