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

import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

import io.macula.log.NearestName;

import org.springframework.boot.context.properties.bind.Name;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.util.Assert;
import org.springframework.util.ReflectionUtils;

/**
 * The keys that {@link MaculaProperties} knows, and properties of engines, read from the
 * record components.
 */
final class KnownKeys {

	static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("macula");

	static final ConfigurationPropertyName SERVICES = ConfigurationPropertyName.of("macula.client.services");

	private static final ConfigurationPropertyName DIRECTORY = ConfigurationPropertyName.of("macula.directory");

	static final ConfigurationPropertyName INSTANCES = ConfigurationPropertyName.of("macula.directory.static.services");

	private static final String METHODS = "methods";

	private static final Pattern WORD_END = Pattern.compile("([a-z0-9])([A-Z])");

	/** Those of {@link MaculaProperties}, which stay the same. */
	private static final KnownKeys own = new KnownKeys();

	private final List<ConfigurationPropertyName> scalars = new ArrayList<>();

	private final List<ConfigurationPropertyName> lists = new ArrayList<>();

	private final List<ConfigurationPropertyName> freeMaps = new ArrayList<>();

	private final List<ConfigurationPropertyName> engines = new ArrayList<>();

	private final List<ConfigurationPropertyName> serviceSettings = new ArrayList<>();

	private final List<ConfigurationPropertyName> methodSettings = new ArrayList<>();

	private final List<ConfigurationPropertyName> instanceSettings = new ArrayList<>();

	private KnownKeys() {
		collect(PREFIX, MaculaProperties.class, this.scalars);
		collect(ConfigurationPropertyName.EMPTY, MaculaProperties.Service.class, this.serviceSettings);
		collect(ConfigurationPropertyName.EMPTY, MaculaProperties.ServiceMethod.class, this.methodSettings);
		collect(ConfigurationPropertyName.EMPTY, MaculaProperties.FixedInstance.class, this.instanceSettings);
	}

	private KnownKeys(KnownKeys known) {
		this.scalars.addAll(known.scalars);
		this.lists.addAll(known.lists);
		this.freeMaps.addAll(known.freeMaps);
		this.serviceSettings.addAll(known.serviceSettings);
		this.methodSettings.addAll(known.methodSettings);
		this.instanceSettings.addAll(known.instanceSettings);
	}

	/** Those of {@link MaculaProperties}, to which others can be added. */
	static KnownKeys ofProperties() {
		return new KnownKeys(own);
	}

	/**
	 * Know the keys of an engine.
	 * @param prefix prefix of its properties, below {@code macula.directory}
	 * @param properties a record
	 */
	void add(ConfigurationPropertyName prefix, Class<?> properties) {
		this.engines.add(prefix);
		collect(prefix, properties, this.scalars);
	}

	/** Whether a key is below the prefix of an engine that is there. */
	boolean ofEngine(ConfigurationPropertyName name) {
		return this.engines.stream().anyMatch((prefix) -> prefix.isAncestorOf(name));
	}

	private void collect(ConfigurationPropertyName prefix, Class<?> type, List<ConfigurationPropertyName> target) {
		for (RecordComponent component : type.getRecordComponents()) {
			ConfigurationPropertyName name = prefix.append(name(type, component));
			Class<?> componentType = component.getType();
			if (componentType.isRecord()) {
				collect(name, componentType, target);
			}
			else if (List.class == componentType && target == this.scalars) {
				this.lists.add(name);
			}
			else if (Map.class != componentType) {
				target.add(name);
			}
			else if (isFree(name, component)) {
				this.freeMaps.add(name);
			}
		}
	}

	private static boolean isFree(ConfigurationPropertyName map, RecordComponent component) {
		return ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[1] == String.class
				|| (DIRECTORY.isAncestorOf(map) && !INSTANCES.equals(map));
	}

	/** Some names are words of the language. */
	static String name(Class<?> type, RecordComponent component) {
		Field field = ReflectionUtils.findField(type, component.getName());
		Name given = (field != null) ? field.getAnnotation(Name.class) : null;
		return (given != null) ? given.value() : dashed(component.getName());
	}

	boolean contains(ConfigurationPropertyName name) {
		if (SERVICES.isAncestorOf(name)) {
			return serviceKey(name).isPresent();
		}
		if (INSTANCES.isAncestorOf(name)) {
			ConfigurationPropertyName setting = (name.isLastElementIndexed() && ofInstance(name.getParent()))
					? name.getParent() : name;
			return !ofInstance(setting)
					|| this.instanceSettings.contains(setting.subName(setting.getNumberOfElements() - 1));
		}
		// A map by itself is an empty one: any other value was refused when it was bound.
		return this.scalars.contains(name) || SERVICES.equals(name) || INSTANCES.equals(name)
				|| this.freeMaps.stream().anyMatch((map) -> map.equals(name) || map.isAncestorOf(name))
				|| this.lists.stream().anyMatch((list) -> list.equals(name) || isElement(list, name));
	}

	/** Whether a key is one of several of an instance, and not an instance. */
	private static boolean ofInstance(ConfigurationPropertyName name) {
		return !name.isLastElementIndexed() && name.isNumericIndex(name.getNumberOfElements() - 2);
	}

	/**
	 * Keys that hold one value, or a list written as one.
	 * @return without those of single services
	 */
	List<ConfigurationPropertyName> values() {
		List<ConfigurationPropertyName> values = new ArrayList<>(this.scalars);
		values.addAll(this.lists);
		return values;
	}

	private static boolean isElement(ConfigurationPropertyName list, ConfigurationPropertyName name) {
		return list.isParentOf(name) && name.isLastElementIndexed();
	}

	/**
	 * Split the key of a setting of one service. The name of a service holds dots, so
	 * that the setting's own name tells where it ends.
	 * @param name a key below {@link #SERVICES}
	 * @return the key of the service, or empty where no setting of a service ends the key
	 */
	Optional<ConfigurationPropertyName> serviceKey(ConfigurationPropertyName name) {
		for (int end = SERVICES.getNumberOfElements() + 1; end < name.getNumberOfElements(); end++) {
			ConfigurationPropertyName setting = name.subName(end);
			if (this.serviceSettings.contains(setting) || isOfMethod(setting)) {
				return Optional.of(name.chop(end));
			}
			if (isBelowMethod(setting)) {
				// What a service has and a method has not would end it further on.
				return Optional.empty();
			}
		}
		return Optional.empty();
	}

	private boolean isOfMethod(ConfigurationPropertyName setting) {
		return isBelowMethod(setting) && this.methodSettings.contains(setting.subName(2));
	}

	static boolean isBelowMethod(ConfigurationPropertyName setting) {
		return setting.getNumberOfElements() > 2 && setting.getElement(0, Form.DASHED).equals(METHODS);
	}

	/**
	 * What is set below a method though no method has it.
	 * @param name a key below {@link #SERVICES}
	 * @return the key of the service and the setting, if services have that
	 */
	Optional<ForMethod> forMethod(ConfigurationPropertyName name) {
		for (int end = SERVICES.getNumberOfElements() + 1; end < name.getNumberOfElements() - 2; end++) {
			ConfigurationPropertyName setting = name.subName(end);
			if (isBelowMethod(setting) && this.serviceSettings.contains(setting.subName(2))) {
				return Optional.of(new ForMethod(name.chop(end), setting.subName(2),
						this.methodSettings.stream().map(ConfigurationPropertyName::toString).sorted().toList()));
			}
		}
		return Optional.empty();
	}

	/**
	 * A setting that only a whole service has.
	 *
	 * @param service key of the service
	 * @param setting what is set
	 * @param possible what can be set for one method
	 */
	record ForMethod(ConfigurationPropertyName service, ConfigurationPropertyName setting, List<String> possible) {

	}

	static String serviceName(ConfigurationPropertyName serviceKey) {
		List<String> elements = new ArrayList<>();
		for (int i = SERVICES.getNumberOfElements(); i < serviceKey.getNumberOfElements(); i++) {
			elements.add(serviceKey.getElement(i, Form.ORIGINAL));
		}
		return String.join(".", elements);
	}

	/**
	 * The known key that is most like an unknown one.
	 * @param unknown a key
	 * @return a key, or a description of one
	 */
	String nearest(ConfigurationPropertyName unknown) {
		if (SERVICES.isAncestorOf(unknown)) {
			for (int i = SERVICES.getNumberOfElements() + 1; i < unknown.getNumberOfElements() - 2; i++) {
				if (unknown.getElement(i, Form.DASHED).equals(METHODS)) {
					return SERVICES + ".<name>." + METHODS + ".<method>."
							+ nearest(unknown.subName(i + 2), this.methodSettings);
				}
			}
			ConfigurationPropertyName setting = nearest(
					ConfigurationPropertyName.of(unknown.getLastElement(Form.DASHED)), this.serviceSettings);
			return SERVICES + ".<name>." + setting;
		}
		if (INSTANCES.isAncestorOf(unknown)) {
			return INSTANCES + ".<name>[<index>]."
					+ nearest(ConfigurationPropertyName.of(unknown.getLastElement(Form.DASHED)), this.instanceSettings);
		}
		List<ConfigurationPropertyName> all = values();
		all.addAll(this.freeMaps);
		all.addAll(List.of(SERVICES, INSTANCES));
		this.engines.stream()
			.filter((prefix) -> prefix.isAncestorOf(unknown))
			.findFirst()
			.ifPresent((prefix) -> all.removeIf((name) -> !prefix.isAncestorOf(name)));
		return nearest(unknown, all).toString();
	}

	private ConfigurationPropertyName nearest(ConfigurationPropertyName unknown,
			List<ConfigurationPropertyName> names) {
		Optional<ConfigurationPropertyName> nearest = names.stream()
			.min(Comparator.comparingInt((name) -> distance(comparable(unknown, name), name)));
		Assert.state(nearest.isPresent(), "There are known keys");
		return nearest.get();
	}

	/** What stands below a map is free. */
	private ConfigurationPropertyName comparable(ConfigurationPropertyName unknown, ConfigurationPropertyName name) {
		int elements = name.getNumberOfElements();
		boolean map = this.freeMaps.contains(name) || SERVICES.equals(name) || INSTANCES.equals(name);
		return (map && unknown.getNumberOfElements() > elements) ? unknown.chop(elements) : unknown;
	}

	/** The last element weighs more: groups are forgotten more often than misspelt. */
	private static int distance(ConfigurationPropertyName one, ConfigurationPropertyName other) {
		return NearestName.distance(one.toString(), other.toString())
				+ 3 * NearestName.distance(one.getLastElement(Form.DASHED), other.getLastElement(Form.DASHED));
	}

	static String dashed(String camelCase) {
		return WORD_END.matcher(camelCase).replaceAll("$1-$2").toLowerCase(Locale.ROOT);
	}

}
