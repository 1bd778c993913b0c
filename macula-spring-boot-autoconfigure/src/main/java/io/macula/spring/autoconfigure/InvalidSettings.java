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

import java.util.Collection;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.macula.log.NearestName;
import io.macula.spring.UnresolvedPlaceholder;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.util.PlaceholderResolutionException;

/**
 * Reports of settings that cannot be: key, value, where it was set, and what is allowed.
 */
final class InvalidSettings {

	/** How the runtime's own types refuse a value: name, value, what is allowed. */
	private static final Pattern REFUSAL = Pattern.compile("(\\w+) (.*) is not valid: expected (.*)", Pattern.DOTALL);

	private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z0-9._-]+)");

	/** A value of one key may be impossible because of what is set for another. */
	private static final String NOT_SET = ", which is not set itself,";

	private final Environment environment;

	InvalidSettings(Environment environment) {
		this.environment = environment;
	}

	/**
	 * Make a settings type of the runtime, whose refusal names one of its components.
	 * @param <T> the type
	 * @param prefix key of the settings, to which the name of the component is added
	 * @param settings makes it
	 * @return the settings
	 */
	<T> T check(String prefix, Supplier<T> settings) {
		try {
			return settings.get();
		}
		catch (IllegalArgumentException ex) {
			Matcher refusal = REFUSAL.matcher(String.valueOf(ex.getMessage()));
			if (!refusal.matches()) {
				throw ex;
			}
			String key = prefix + "." + dashed(refusal.group(1));
			String allowed = SettingText.notation(refusal.group(3));
			throw new FailureAnalyzedException(
					description(key, SettingText.notation(refusal.group(2)), NOT_SET, allowed), action(key, allowed),
					ex);
		}
	}

	/**
	 * Make one value, whose refusal is a sentence of its own.
	 * @param <T> the type
	 * @param key the key
	 * @param value the configured value
	 * @param result makes it
	 * @return the result
	 */
	<T> T checkValue(String key, Object value, Supplier<T> result) {
		try {
			return result.get();
		}
		catch (IllegalArgumentException ex) {
			String message = String.valueOf(ex.getMessage());
			int expected = message.indexOf("expected ");
			if (expected < 0) {
				throw new FailureAnalyzedException(setting(key, value, "") + " is not valid: " + message + ".",
						"Correct what " + key + " names, or change it.", ex);
			}
			String allowed = message.substring(expected + "expected ".length());
			throw new FailureAnalyzedException(description(key, value, "", allowed), action(key, allowed), ex);
		}
	}

	FailureAnalyzedException refuse(String key, Object value, String allowed) {
		return new FailureAnalyzedException(description(key, value, "", allowed), action(key, allowed));
	}

	/**
	 * Refuse a value that would be allowed elsewhere.
	 * @param key the key
	 * @param value the configured value
	 * @param allowed what is allowed here, for people
	 * @param action what to do
	 * @return what to throw
	 */
	FailureAnalyzedException refuse(String key, Object value, String allowed, String action) {
		return new FailureAnalyzedException(description(key, value, "", allowed), action);
	}

	/**
	 * Refuse a value of which it is known where it stands.
	 * @param key the key
	 * @param value the value that is refused, of which the property may hold several
	 * @param property where it stands, or {@code null} if nothing is set
	 * @param allowed what is allowed, for people
	 * @param cause who refuses it
	 * @return what to throw
	 */
	FailureAnalyzedException refuse(String key, Object value, @Nullable ConfigurationProperty property, String allowed,
			Throwable cause) {
		return new FailureAnalyzedException("The setting " + key + " = '" + value + "'" + origin(property)
				+ " is not valid. Allowed: " + allowed + ".", action(key, allowed), cause);
	}

	/**
	 * Refuse a name that is none of those that are known.
	 * @param key the key
	 * @param name the configured name
	 * @param known the known ones
	 * @param allowed what is allowed, for people
	 * @return what to throw
	 */
	FailureAnalyzedException refuseName(String key, String name, Collection<String> known, String allowed) {
		return new FailureAnalyzedException(description(key, name, "", allowed),
				NearestName.question(name, known) + action(key, allowed));
	}

	/**
	 * Refuse a setting that has no effect because another one is not set.
	 * @param key the key
	 * @param value the configured value
	 * @param missing key of the other one
	 * @param reason why, as a sentence without its end
	 * @return what to throw
	 */
	FailureAnalyzedException withoutEffect(String key, Object value, String missing, String reason) {
		return new FailureAnalyzedException(
				setting(key, value, "") + " has no effect without " + missing + ": " + reason + ".",
				"Set " + missing + ", or remove " + key + ".");
	}

	/**
	 * Refuse a setting that stands beside another one, alone.
	 * @param key the key
	 * @param missing key of the other one
	 * @param reason why, as a sentence without its end
	 * @return what to throw; it shows no value
	 */
	FailureAnalyzedException alone(String key, String missing, String reason) {
		return new FailureAnalyzedException("The setting " + key + origin(ConfigurationPropertyName.of(key)) + " needs "
				+ missing + ", which is not set: " + reason + ".", "Set " + missing + ", or remove " + key + ".");
	}

	/**
	 * The names of all properties, as they are written.
	 * @return those of sources that can be listed
	 */
	Stream<String> names() {
		return !(this.environment instanceof ConfigurableEnvironment configurable) ? Stream.empty()
				: configurable.getPropertySources()
					.stream()
					.filter(EnumerablePropertySource.class::isInstance)
					.flatMap((source) -> Stream.of(((EnumerablePropertySource<?>) source).getPropertyNames()));
	}

	/**
	 * Where a property was set.
	 * @param name as it is written
	 * @return for example {@code , set in application.yml:3:12,} or empty
	 */
	String origin(String name) {
		if (this.environment instanceof ConfigurableEnvironment configurable) {
			for (PropertySource<?> source : configurable.getPropertySources()) {
				Origin origin = source.containsProperty(name) ? PropertySourceOrigin.get(source, name) : null;
				if (origin != null) {
					return ", set in " + origin + ",";
				}
			}
		}
		return "";
	}

	/**
	 * The variables that the value of a key stands for, of which the value may be made.
	 * @param key the key
	 * @return for example {@code  (its value is made of REALM_SECRET)}, or empty
	 */
	String variables(ConfigurationPropertyName key) {
		ConfigurationProperty property = configured(key);
		String text = (property != null) ? String.valueOf(property.getValue()) : "";
		String names = VARIABLE.matcher(text)
			.results()
			.map((variable) -> variable.group(1))
			.collect(Collectors.joining(", "));
		return names.isEmpty() ? "" : " (its value is made of " + names + ")";
	}

	/**
	 * A value with a placeholder that nothing resolves. The value is not told, since it
	 * may be part of a secret.
	 * @param key the key
	 * @return what to throw, or empty if all is resolved
	 */
	Optional<FailureAnalyzedException> unresolved(ConfigurationPropertyName key) {
		ConfigurationProperty property = configured(key);
		if (property == null || !(property.getValue() instanceof CharSequence text)) {
			return Optional.empty();
		}
		try {
			this.environment.resolveRequiredPlaceholders(text.toString());
			return Optional.empty();
		}
		catch (PlaceholderResolutionException ex) {
			UnresolvedPlaceholder placeholder = UnresolvedPlaceholder.of(ex);
			return Optional.of(new FailureAnalyzedException(
					"The setting " + property.getName() + origin(property) + " " + placeholder.description(),
					placeholder.action(), ex));
		}
	}

	private String description(String key, Object value, String notSet, String allowed) {
		return setting(key, value, notSet) + " is not valid. Allowed: " + allowed + ".";
	}

	/** Which setting it is, its value, and where that was set. */
	private String setting(String key, Object value, String notSet) {
		ConfigurationProperty property = configured(key);
		if (property == null) {
			ConfigurationProperty list = configuredList(key);
			return "The setting " + key + " = '" + value + "'" + ((list != null) ? origin(list) : notSet);
		}
		return "The setting " + property.getName() + " = '" + property.getValue() + "'" + origin(property);
	}

	private static String action(String key, String allowed) {
		return "Change " + key + " to what is allowed: " + allowed + ".";
	}

	/**
	 * A setting that is possible, but not here.
	 * @param key the key
	 * @param value what holds
	 * @return for example {@code macula.provider.port = '80' (set in
	 * application.yml:3:12)}
	 */
	String describe(String key, Object value) {
		ConfigurationProperty property = configured(key);
		String origin = (property == null) ? "the default"
				: (property.getOrigin() != null) ? "set in " + property.getOrigin() : "set";
		return key + " = '" + value + "' (" + origin + ")";
	}

	/**
	 * Where a key was set.
	 * @param key the key
	 * @return for example {@code , set in application.yml:3:12,} or empty
	 */
	String origin(ConfigurationPropertyName key) {
		return origin(configured(key));
	}

	static String origin(@Nullable ConfigurationProperty property) {
		return (property != null && property.getOrigin() != null) ? ", set in " + property.getOrigin() + "," : "";
	}

	/** Whether a key, or an element of the list that it is, is set. */
	boolean isConfigured(String key) {
		return configured(key) != null || configured(key + "[0]") != null;
	}

	private @Nullable ConfigurationProperty configured(String key) {
		if (!ConfigurationPropertyName.isValid(key)) {
			return null;
		}
		ConfigurationProperty property = configured(ConfigurationPropertyName.of(key));
		if (property != null || !key.startsWith(KnownKeys.SERVICES + ".")) {
			return property;
		}
		// The other form of a name with dots: services[a.b].deadline
		ConfigurationPropertyName name = ConfigurationPropertyName.of(key);
		return KnownKeys.ofProperties()
			.serviceKey(name)
			.map((service) -> configured(ConfigurationPropertyName.of(KnownKeys.SERVICES + "["
					+ KnownKeys.serviceName(service) + "]." + name.subName(service.getNumberOfElements()))))
			.orElse(null);
	}

	/** The elements of a list can be set together, as one text with commas. */
	private @Nullable ConfigurationProperty configuredList(String key) {
		if (!key.endsWith("]") || !ConfigurationPropertyName.isValid(key)) {
			return null;
		}
		return configured(ConfigurationPropertyName.of(key).getParent());
	}

	/** What is set for a key. */
	@Nullable ConfigurationProperty configured(ConfigurationPropertyName name) {
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			ConfigurationProperty property = source.getConfigurationProperty(name);
			if (property != null) {
				return property;
			}
		}
		return null;
	}

	/** The value of a property, without placeholders that can be resolved. */
	String text(ConfigurationProperty property) {
		return this.environment.resolvePlaceholders(String.valueOf(property.getValue()));
	}

	private static String dashed(String component) {
		String name = component.endsWith("Bytes") ? component.substring(0, component.length() - "Bytes".length())
				: component;
		return KnownKeys.dashed(name);
	}

}
