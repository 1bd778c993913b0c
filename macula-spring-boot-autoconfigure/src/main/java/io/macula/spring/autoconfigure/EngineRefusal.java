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

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.FailureAnalyzedException;

/**
 * Explains what an engine of the directory refuses, with the places at which the settings
 * stand that it names.
 */
final class EngineRefusal {

	private static final String KEY = "macula\\.directory(?:\\.[a-z0-9][a-z0-9-]*|\\[[^\\]]*\\])+";

	private static final String ENGINE = "macula.directory.";

	private static final Pattern KEYS = Pattern.compile("(" + KEY + ")(?: '[^']*')?");

	private static final Pattern VALUE = Pattern.compile("(" + KEY + ") '(.*)' is not valid: expected (.*)",
			Pattern.DOTALL);

	private final InvalidSettings invalid;

	EngineRefusal(InvalidSettings invalid) {
		this.invalid = invalid;
	}

	/**
	 * Explain a refusal.
	 * @param type of the engine
	 * @param failure what it says
	 * @return what to throw
	 */
	FailureAnalyzedException explain(String type, IllegalArgumentException failure) {
		String message = String.valueOf(failure.getMessage());
		Matcher refused = VALUE.matcher(message);
		if (refused.matches()) {
			String value = refused.group(2);
			return this.invalid.refuse(refused.group(1), value, find(refused.group(1), value), refused.group(3),
					failure);
		}
		return new FailureAnalyzedException("The directory '" + type + "' cannot be used: " + withPlace(message) + ".",
				"Correct its settings under macula.directory." + type + ", or change " + DirectoryTypes.KEY + ".",
				failure);
	}

	/** The place of the first of its settings that is set. */
	private String withPlace(String message) {
		for (MatchResult key : KEYS.matcher(message).results().toList()) {
			ConfigurationProperty property = find(key.group(1), "");
			if (property != null) {
				String origin = InvalidSettings.origin(property);
				boolean last = key.end() == message.length() && origin.endsWith(",");
				return message.substring(0, key.end()) + (last ? origin.substring(0, origin.length() - 1) : origin)
						+ message.substring(key.end());
			}
		}
		return message;
	}

	private @Nullable ConfigurationProperty find(String key, String value) {
		for (String form : forms(key)) {
			if (!ConfigurationPropertyName.isValid(form)) {
				continue;
			}
			ConfigurationPropertyName name = ConfigurationPropertyName.of(form);
			ConfigurationProperty property = this.invalid.configured(name);
			for (int i = 0; property == null || !says(property, value); i++) {
				property = this.invalid.configured(name.append("[" + i + "]"));
				if (property == null) {
					break;
				}
			}
			if (property != null) {
				return property;
			}
		}
		return null;
	}

	/** A key of a map may hold dots, and stands in brackets then. */
	private static List<String> forms(String key) {
		List<String> forms = new ArrayList<>(List.of(key));
		for (int dot = key.indexOf('.', ENGINE.length()); dot >= 0; dot = key.indexOf('.', dot + 1)) {
			forms.add(key.substring(0, dot) + "[" + key.substring(dot + 1) + "]");
		}
		return forms;
	}

	/*
	 * A bean of the application may have said it instead; but not a number, or a
	 * duration, which may be written in several ways.
	 */
	private boolean says(ConfigurationProperty property, String value) {
		return (!value.isEmpty() && Character.isDigit(value.charAt(0))) || this.invalid.text(property).contains(value);
	}

}
