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

import java.util.function.Supplier;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.util.Assert;
import org.springframework.util.PlaceholderResolutionException;
import org.springframework.util.PropertyPlaceholderHelper;

/**
 * Names in annotations, which may hold placeholders.
 */
final class NameText {

	/** Strict, where the context's own resolver may not be. */
	private static final PropertyPlaceholderHelper STRICT = new PropertyPlaceholderHelper("${", "}", ":", '\\', false);

	private NameText() {
	}

	/**
	 * A name with its placeholders resolved.
	 * @param text the name as written
	 * @param beanFactory resolves placeholders
	 * @param owner whose name it is, for messages
	 * @return the name
	 */
	static String resolve(String text, ConfigurableBeanFactory beanFactory, Supplier<String> owner) {
		try {
			String resolved = beanFactory.resolveEmbeddedValue(text);
			Assert.state(resolved != null, () -> "'" + text + "' resolves to null");
			return STRICT.replacePlaceholders(resolved, (name) -> null);
		}
		catch (PlaceholderResolutionException ex) {
			UnresolvedPlaceholder placeholder = UnresolvedPlaceholder.of(ex);
			throw new FailureAnalyzedException(owner.get() + " " + placeholder.description(), placeholder.action(), ex);
		}
	}

}
