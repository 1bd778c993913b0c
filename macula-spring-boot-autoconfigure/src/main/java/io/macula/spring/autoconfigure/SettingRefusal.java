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
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.Environment;

/**
 * Says in one line why settings cannot be, where nobody analyzes the failure.
 */
final class SettingRefusal {

	private SettingRefusal() {
	}

	static String reason(RuntimeException refusal, Environment environment) {
		FailureAnalysis analysis = analysis(refusal, environment);
		if (analysis == null) {
			return String.valueOf(NestedExceptionUtils.getMostSpecificCause(refusal).getMessage());
		}
		String action = analysis.getAction();
		return (action != null) ? analysis.getDescription() + " " + action : analysis.getDescription();
	}

	private static @Nullable FailureAnalysis analysis(RuntimeException refusal, Environment environment) {
		if (refusal instanceof FailureAnalyzedException analyzed) {
			return analyzed.analysis();
		}
		FailureAnalysis analysis = new ValueSettingFailureAnalyzer(environment).analyze(refusal);
		return (analysis != null || !(refusal instanceof BindException)) ? analysis
				: new MapSettingFailureAnalyzer(environment).analyze(refusal);
	}

}
