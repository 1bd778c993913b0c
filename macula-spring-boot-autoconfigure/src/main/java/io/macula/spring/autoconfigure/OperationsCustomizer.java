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

package io.macula.spring.autoconfigure;

import java.util.List;

import io.macula.node.RealmNodeBuilder;
import io.macula.operations.OperationsAccess;
import io.macula.tls.AllowLists;

import org.springframework.core.env.Environment;

/**
 * Tells the node who of the realm may look at it and steer it, and to which application
 * it belongs.
 */
final class OperationsCustomizer implements RealmNodeCustomizer {

	private static final String PREFIX = "macula.operations.";

	private final OperationsAccess access;

	private final Environment environment;

	OperationsCustomizer(MaculaProperties.Operations operations, Environment environment) {
		this.environment = environment;
		InvalidSettings invalid = new InvalidSettings(environment);
		check(invalid, "allow-read", operations.allowRead());
		check(invalid, "allow-write", operations.allowWrite());
		this.access = OperationsAccess.of(operations.access(), operations.allowRead(), operations.allowWrite());
	}

	private static void check(InvalidSettings invalid, String setting, List<String> entries) {
		for (String entry : entries) {
			invalid.checkValue(PREFIX + setting, entry, () -> {
				AllowLists.checkEntry(entry);
				return entry;
			});
		}
	}

	@Override
	public void customize(RealmNodeBuilder builder) {
		builder.operations(this.access)
			.application(this.environment.getProperty("spring.application.name"),
					this.environment.getProperty("spring.application.version"));
	}

}
