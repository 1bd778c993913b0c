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

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

import io.macula.client.ServiceSettings;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * Finds the key that somebody means who wants to change a setting at run time.
 */
final class SettingName {

	/** As the environment of a process has it. */
	private static final Pattern VARIABLE = Pattern.compile("MACULA_[A-Z0-9_]+");

	private final KnownKeys known = KnownKeys.ofProperties();

	private final RunTimeKeys runTime = new RunTimeKeys();

	/**
	 * The key as it is written, whatever its spelling.
	 * @param text the key as somebody writes it
	 * @param present what is configured
	 * @return the key under which another value replaces the configured one
	 * @throws IllegalArgumentException if there is none, or it cannot change at run time
	 */
	String find(String text, MaculaSettings present) {
		String trimmed = text.trim();
		if (VARIABLE.matcher(trimmed).matches()) {
			trimmed = trimmed.replace('_', '.').toLowerCase(Locale.ROOT);
		}
		ConfigurationPropertyName name = ConfigurationPropertyName.isValid(trimmed)
				? ConfigurationPropertyName.of(trimmed) : ConfigurationPropertyName.adapt(trimmed, '.');
		if (name.isEmpty() || !this.known.contains(name)) {
			throw new IllegalArgumentException("There is no setting '" + trimmed + "'. "
					+ (name.isEmpty() ? "" : "Did you mean " + this.known.nearest(name) + "? ")
					+ "What can change at run time: " + possible());
		}
		if (!this.runTime.contains(name)) {
			throw new IllegalArgumentException("The setting " + name
					+ " cannot change at run time: set it where it is configured, and restart the application."
					+ " What can change at run time: " + possible());
		}
		return this.known.serviceKey(name).map((service) -> ofService(name, service, present)).orElse(name.toString());
	}

	private static String possible() {
		Set<String> all = RunTimeKeys.all();
		return String.join(", ", all) + ", and those of macula.client also below " + KnownKeys.SERVICES + ".<name>";
	}

	/** Under the names that are configured already: each name has several spellings. */
	private static String ofService(ConfigurationPropertyName name, ConfigurationPropertyName service,
			MaculaSettings present) {
		ConfigurationPropertyName setting = name.subName(service.getNumberOfElements());
		String told = KnownKeys.serviceName(service);
		String configured = present.configuredName(told).orElse(told);
		if (!KnownKeys.isBelowMethod(setting)) {
			return SettingsFactory.key(configured) + "." + setting;
		}
		String method = setting.getElement(1, Form.ORIGINAL);
		ServiceSettings own = present.services().get(configured);
		String found = (own != null) ? own.methodName(method).orElse(method) : method;
		return SettingsFactory.key(configured) + ".methods"
				+ (found.matches("[a-z0-9-]+") ? "." + found : "[" + found + "]") + "." + setting.subName(2);
	}

}
