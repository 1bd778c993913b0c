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

import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.util.ReflectionUtils;

/**
 * The settings as keys and texts, to be compared and shown. Immutable.
 *
 * @param texts what is set, or holds by default, by key; secrets included
 */
record SettingValues(Map<String, String> texts) {

	private static final String MASK = "******";

	private static final String NOT_SET = "not set";

	SettingValues {
		texts = Collections.unmodifiableMap(new TreeMap<>(texts));
	}

	/**
	 * Those of a node.
	 * @param properties what holds for the node
	 * @param services what is set for single client services
	 * @param further settings of engines
	 */
	static SettingValues of(MaculaProperties properties, Map<String, MaculaProperties.Service> services,
			Map<String, String> further) {
		Map<String, String> texts = new TreeMap<>(further);
		collect(KnownKeys.PREFIX.toString(), properties, texts);
		services.forEach((name, service) -> {
			collect(SettingsFactory.key(name), service, texts);
			Map<String, MaculaProperties.ServiceMethod> methods = service.methods();
			if (methods != null) {
				methods.forEach((method, own) -> collect(SettingsFactory.key(name, method), own, texts));
			}
		});
		return new SettingValues(texts);
	}

	private static void collect(String prefix, Record settings, Map<String, String> texts) {
		for (RecordComponent component : settings.getClass().getRecordComponents()) {
			String key = prefix + "." + KnownKeys.name(settings.getClass(), component);
			Object value = ReflectionUtils.invokeMethod(component.getAccessor(), settings);
			if (value instanceof Record nested) {
				collect(key, nested, texts);
			}
			else if (value instanceof Map<?, ?> map) {
				if (!isOfServices(map)) {
					map.forEach((name, entry) -> texts.put(key + "." + name, text(entry)));
				}
			}
			else if (value != null) {
				texts.put(key, text(value));
			}
		}
	}

	/** They were read apart. */
	private static boolean isOfServices(Map<?, ?> map) {
		return map.values()
			.stream()
			.anyMatch((value) -> value instanceof MaculaProperties.Service
					|| value instanceof MaculaProperties.ServiceMethod);
	}

	private static String text(Object value) {
		if (value instanceof Duration duration) {
			return SettingText.of(duration);
		}
		if (value instanceof Enum<?> constant) {
			return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
		}
		if (value instanceof Double number) {
			return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
		}
		return (value instanceof List<?> list) ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
				: String.valueOf(value);
	}

	/** The text of a key, for people. */
	String shown(String key) {
		String text = this.texts.get(key);
		return (text == null) ? NOT_SET : isSecret(key) ? MASK : text;
	}

	private static boolean isSecret(String key) {
		String last = key.substring(key.lastIndexOf('.') + 1);
		return last.contains("secret") || last.contains("password") || last.contains("token")
				|| last.contains("credential");
	}

	/** What was changed to make these of others, in the order of the keys. */
	List<Difference> since(SettingValues before) {
		Set<String> keys = new TreeSet<>(before.texts.keySet());
		keys.addAll(this.texts.keySet());
		List<Difference> differences = new ArrayList<>();
		for (String key : keys) {
			String old = before.texts.get(key);
			String present = this.texts.get(key);
			if ((old != null) ? !old.equals(present) : present != null) {
				differences.add(new Difference(key, before.shown(key), shown(key)));
			}
		}
		return differences;
	}

	/** Those of a selection of the keys. */
	Map<String, String> shown(RunTimeKeys keys) {
		Map<String, String> shown = new TreeMap<>();
		this.texts.keySet().stream().filter((key) -> isIn(keys, key)).forEach((key) -> shown.put(key, shown(key)));
		return shown;
	}

	static boolean isIn(RunTimeKeys keys, String key) {
		return ConfigurationPropertyName.isValid(key) && keys.contains(ConfigurationPropertyName.of(key));
	}

	/**
	 * A key whose value is another one.
	 *
	 * @param key the key
	 * @param before its value before, for people
	 * @param after its value now, for people
	 */
	record Difference(String key, String before, String after) {

		@Override
		public String toString() {
			return this.key + ": " + this.before + " -> " + this.after;
		}

	}

}
