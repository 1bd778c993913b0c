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

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Explains a setting that could not be bound for a placeholder that nothing resolves;
 * Boot's own analysis, which comes later, tells that its text is no number.
 */
@Order(0)
final class UnresolvedSettingFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

	private final Environment environment;

	UnresolvedSettingFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
		if (!KnownKeys.PREFIX.isAncestorOf(cause.getName())) {
			return null;
		}
		return new ConfiguredKeys(this.environment).unresolved().map(FailureAnalyzedException::analysis).orElse(null);
	}

}
