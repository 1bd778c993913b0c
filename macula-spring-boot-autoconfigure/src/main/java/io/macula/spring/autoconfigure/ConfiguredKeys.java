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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.util.ReflectionUtils;

/**
 * What is configured under {@code macula}: refuses keys that nobody reads, and reads the
 * settings of single services, whose names hold dots.
 */
final class ConfiguredKeys {

	/** Shared with the rest of the machine, whose names are not ours to judge. */
	private static final Set<String> SHARED_SOURCES = Set.of(
			StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
			StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME);

	private final Environment environment;

	private final KnownKeys known = KnownKeys.ofProperties();

	ConfiguredKeys(Environment environment) {
		this.environment = environment;
	}

	/**
	 * Refuse keys that neither {@link MaculaProperties} nor properties of the application
	 * with a longer prefix know.
	 * @param beanFactory knows the application's own properties
	 */
	void refuseUnknown(ListableBeanFactory beanFactory) {
		List<ConfigurationPropertyName> others = new ArrayList<>();
		otherProperties(beanFactory).forEach((prefix, type) -> {
			if (isEngine(type)) {
				this.known.add(prefix, type);
			}
			else {
				others.add(prefix);
			}
		});
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			boolean shared = source.getUnderlyingSource() instanceof PropertySource<?> underlying
					&& SHARED_SOURCES.contains(underlying.getName());
			names(source).filter((name) -> !this.known.contains(name))
				.filter((name) -> !shared || this.known.forMethod(name).isPresent())
				.filter((name) -> others.stream().noneMatch((prefix) -> prefix.isAncestorOf(name)))
				.findFirst()
				.ifPresent(this::refuse);
		}
	}

	/** One of this product's: their records say all that there is. */
	private static boolean isEngine(Class<?> type) {
		return type.isRecord() && type.getName().startsWith("io.macula.directory.");
	}

	private void refuse(ConfigurationPropertyName name) {
		String module = DirectoryModules.ofKey(name);
		if (module != null && !this.known.ofEngine(name)) {
			throw new FailureAnalyzedException(
					"There is no setting " + name + new InvalidSettings(this.environment).origin(name)
							+ " without the dependency " + module + ", so that its value would have no effect.",
					"Add the dependency " + module + ", or remove the setting.");
		}
		String origin = new InvalidSettings(this.environment).origin(name);
		this.known.forMethod(name).ifPresent((misplaced) -> {
			throw new FailureAnalyzedException(
					"The setting " + name + origin + " is for one method, which cannot have a " + misplaced.setting()
							+ " of its own. What can be set for one method: " + String.join(", ", misplaced.possible())
							+ ".",
					"Set " + misplaced.service().append(misplaced.setting())
							+ " for all methods of this client service, or remove the setting.");
		});
		String nearest = this.known.nearest(name);
		throw new FailureAnalyzedException(
				"There is no setting " + name + origin + " so that its value would have no effect.",
				"Did you mean " + nearest + "? Correct or remove it.");
	}

	/**
	 * The first setting that refers to something that is not set: its text would be taken
	 * as it stands, even for a secret.
	 * @return what to throw, or empty
	 */
	Optional<FailureAnalyzedException> unresolved() {
		Set<ConfigurationPropertyName> names = new LinkedHashSet<>(this.known.values());
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			names(source).filter(this.known::contains).forEach(names::add);
		}
		InvalidSettings invalid = new InvalidSettings(this.environment);
		return names.stream().map(invalid::unresolved).flatMap(Optional::stream).findFirst();
	}

	private static Map<ConfigurationPropertyName, Class<?>> otherProperties(ListableBeanFactory beanFactory) {
		Map<ConfigurationPropertyName, Class<?>> others = new LinkedHashMap<>();
		for (String beanName : beanFactory.getBeanNamesForAnnotation(ConfigurationProperties.class)) {
			ConfigurationProperties annotation = beanFactory.findAnnotationOnBean(beanName,
					ConfigurationProperties.class, false);
			if (annotation != null && ConfigurationPropertyName.isValid(annotation.prefix())
					&& KnownKeys.PREFIX.isAncestorOf(ConfigurationPropertyName.of(annotation.prefix()))) {
				Class<?> type = beanFactory.getType(beanName, false);
				others.put(ConfigurationPropertyName.of(annotation.prefix()), (type != null) ? type : Object.class);
			}
		}
		return others;
	}

	/**
	 * Settings of single services, by the name as it is configured.
	 * @return the settings
	 */
	Map<String, MaculaProperties.Service> services() {
		Map<String, Set<ConfigurationPropertyName>> keys = new LinkedHashMap<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			names(source).filter(KnownKeys.SERVICES::isAncestorOf)
				.map(this.known::serviceKey)
				.flatMap(Optional::stream)
				.forEach((key) -> keys.computeIfAbsent(KnownKeys.serviceName(key), (name) -> new LinkedHashSet<>())
					.add(key));
		}
		Map<String, MaculaProperties.Service> services = new LinkedHashMap<>();
		Binder binder = Binder.get(this.environment);
		keys.forEach((name, forms) -> {
			// One name has two forms: services.a.b.deadline, services[a.b].deadline
			for (ConfigurationPropertyName form : forms) {
				binder.bind(form, Bindable.of(MaculaProperties.Service.class))
					.ifBound((service) -> services.merge(name, service, ConfiguredKeys::merge));
			}
		});
		return services;
	}

	/**
	 * What is set for engines that brought properties of their own.
	 * @return texts by key
	 */
	Map<String, String> ofEngines() {
		InvalidSettings invalid = new InvalidSettings(this.environment);
		Map<String, String> texts = new LinkedHashMap<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			names(source).filter(this.known::ofEngine).forEach((name) -> {
				ConfigurationProperty property = invalid.configured(name);
				if (property != null) {
					texts.putIfAbsent(name.toString(), invalid.text(property));
				}
			});
		}
		return texts;
	}

	private static Stream<ConfigurationPropertyName> names(ConfigurationPropertySource source) {
		return (source instanceof IterableConfigurationPropertySource iterable)
				? iterable.stream().filter(KnownKeys.PREFIX::isAncestorOf) : Stream.empty();
	}

	@SuppressWarnings("unchecked")
	private static @Nullable Object merge(@Nullable Object preferred, @Nullable Object other) {
		if (preferred instanceof Record first && other instanceof Record second) {
			return merge(first, second);
		}
		if (preferred instanceof Map<?, ?> first && other instanceof Map<?, ?> second) {
			Map<Object, Object> merged = new LinkedHashMap<>((Map<Object, Object>) second);
			first.forEach((key, value) -> merged.merge(key, value, (present,
					own) -> (own instanceof Record one && present instanceof Record two) ? merge(one, two) : own));
			return merged;
		}
		return (preferred != null) ? preferred : other;
	}

	/**
	 * The components of one record, and of another where they are not set.
	 * @param <R> the type of both
	 * @param preferred the one that wins
	 * @param other the other
	 * @return a new record
	 */
	@SuppressWarnings("unchecked")
	static <R extends Record> R merge(R preferred, R other) {
		RecordComponent[] components = preferred.getClass().getRecordComponents();
		Class<?>[] types = new Class<?>[components.length];
		@Nullable Object[] values = new Object[components.length];
		for (int i = 0; i < components.length; i++) {
			types[i] = components[i].getType();
			Object one = ReflectionUtils.invokeMethod(components[i].getAccessor(), preferred);
			Object two = ReflectionUtils.invokeMethod(components[i].getAccessor(), other);
			values[i] = merge(one, two);
		}
		try {
			return (R) BeanUtils.instantiateClass(preferred.getClass().getDeclaredConstructor(types), values);
		}
		catch (NoSuchMethodException ex) {
			throw new IllegalStateException("A record has a canonical constructor", ex);
		}
	}

}
