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
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.macula.directory.Directory;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.directory.Registry;
import io.macula.log.NearestName;
import io.macula.log.PrintableLogger;
import io.macula.node.RealmNodeBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;

/**
 * The directory of the application's node: a bean of the application's own, or else the
 * engines that {@code macula.directory.type} names, of those that the class path has.
 */
final class Directories {

	private static final Logger logger = PrintableLogger.of(Directories.class);

	private final MaculaProperties properties;

	private final ListableBeanFactory beanFactory;

	/** By type. */
	private final Map<String, DirectoryEngineFactory> factories = new LinkedHashMap<>();

	private final InvalidSettings invalid;

	/** The only services that have instances, if that is known. */
	private @Nullable Set<String> allThereAre;

	Directories(MaculaProperties properties, ListableBeanFactory beanFactory, List<DirectoryEngineFactory> factories,
			InvalidSettings invalid) {
		this.properties = properties;
		this.beanFactory = beanFactory;
		this.invalid = invalid;
		for (DirectoryEngineFactory factory : factories) {
			if (this.factories.put(factory.type(), factory) != null) {
				throw new FailureAnalyzedException(
						"Two beans make directories of type '" + factory.type() + "': "
								+ String.join(", ", names(DirectoryEngineFactory.class)) + " are all such beans.",
						"Remove one of the two, or give it another type.");
			}
		}
	}

	/**
	 * Say to a builder where providers are advertised and found.
	 * @param listening whether the node provides services
	 */
	void addTo(RealmNodeBuilder builder, boolean listening) {
		if (names(DirectoryEngine.class).length > 0) {
			bean(DirectoryEngine.class);
			builder.directory(this.beanFactory.getBean(DirectoryEngine.class));
		}
		else if (names(Directory.class).length > 0) {
			String name = bean(Directory.class);
			Registry registry = this.beanFactory.getBeanProvider(Registry.class).getIfAvailable();
			builder.directory(DirectoryEngine.of(this.beanFactory.getBean(Directory.class), registry,
					"the application's directory, bean '" + name + "'"));
		}
		else if (names(Registry.class).length > 0) {
			throw new FailureAnalyzedException(
					"The bean '" + names(Registry.class)[0] + "' is a Registry, but there is no bean of type "
							+ Directory.class.getName() + ", so that it would have no effect.",
					"Add a bean of that type, or one of type " + DirectoryEngine.class.getName() + ", or remove it.");
		}
		else {
			builder.directories(chosen(listening));
		}
	}

	private String bean(Class<?> type) {
		String name = String.join("', '", names(type));
		if (this.invalid.isConfigured(DirectoryTypes.KEY)) {
			logger.info("Bean '{}' is the directory of this node, so that {} has no effect", name,
					DirectoryTypes.of(this.properties.directory().type()).text());
		}
		return name;
	}

	private String[] names(Class<?> type) {
		return BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beanFactory, type);
	}

	private List<DirectoryEngineFactory> chosen(boolean listening) {
		List<String> types = DirectoryTypes.of(this.properties.directory().type()).names();
		List<DirectoryEngineFactory> chosen = new ArrayList<>();
		for (int i = 0; i < types.size(); i++) {
			String type = types.get(i);
			String key = (types.size() > 1) ? DirectoryTypes.KEY + "[" + i + "]" : DirectoryTypes.KEY;
			if (types.indexOf(type) < i) {
				throw this.invalid.refuse(key, type, "each type once");
			}
			DirectoryEngineFactory factory = this.factories.get(type);
			if (factory == null) {
				throw unknown(key, type);
			}
			chosen.add(explained(factory));
		}
		checkFixed(types, listening);
		tellOfSeeds(types);
		return chosen;
	}

	private FailureAnalyzedException unknown(String key, String type) {
		Set<String> present = this.factories.keySet();
		String others = DirectoryModules.others(present);
		String allowed = "one of " + String.join(", ", present) + ", which are on the class path"
				+ (others.isEmpty() ? "" : "; further ones by a dependency: " + others);
		String module = DirectoryModules.of(type);
		if (module != null) {
			return this.invalid.refuse(key, type, allowed, "Add the dependency " + module + ", or change " + key + ".");
		}
		Set<String> all = new LinkedHashSet<>(present);
		DirectoryModules.types().forEach(all::add);
		return this.invalid.refuseName(key, type, all, allowed);
	}

	private void checkFixed(List<String> types, boolean listening) {
		boolean chosen = types.contains(DirectoryEngineFactory.STATIC);
		Set<String> fixed = this.properties.directory().fixed().services().keySet();
		if (chosen && fixed.isEmpty()) {
			if (!listening) {
				throw this.invalid.withoutEffect(DirectoryTypes.KEY, DirectoryEngineFactory.STATIC,
						KnownKeys.INSTANCES.toString(), "it knows what is set there, and nothing else");
			}
			logger.info(
					"{} lists no instances, so that this node can call nobody by {}; it is found by nodes that list it",
					KnownKeys.INSTANCES, new DirectoryTypes(types).text());
		}
		if (!chosen && !fixed.isEmpty()) {
			logger.info("{} has no effect, since {}", KnownKeys.INSTANCES, new DirectoryTypes(types).text());
		}
		this.allThereAre = types.equals(List.of(DirectoryEngineFactory.STATIC)) ? fixed : null;
	}

	/**
	 * Warn of services that nothing can be found of, however long a call waits.
	 * @param services what the application's clients call
	 */
	void warnOfUnlisted(Collection<String> services) {
		Set<String> listed = this.allThereAre;
		if (listed == null) {
			return;
		}
		for (String service : new TreeSet<>(services)) {
			if (!listed.contains(service)) {
				logger.warn("Calls of service {} find nobody: {}, and {} lists {}. {}Add its instances there", service,
						new DirectoryTypes(List.of(DirectoryEngineFactory.STATIC)).text(), KnownKeys.INSTANCES,
						listed.isEmpty() ? "nothing" : String.join(", ", new TreeSet<>(listed)),
						NearestName.question(service, listed));
			}
		}
	}

	private void tellOfSeeds(List<String> types) {
		if (!types.contains(DirectoryEngineFactory.EMBEDDED) && !this.properties.realm().seeds().isEmpty()) {
			logger.info("macula.realm.seeds tells nothing but which address of this machine others dial, since {}",
					new DirectoryTypes(types).text());
		}
	}

	/** What an engine refuses is a setting. */
	private DirectoryEngineFactory explained(DirectoryEngineFactory factory) {
		return DirectoryEngineFactory.of(factory.type(), (context) -> {
			try {
				return factory.create(context);
			}
			catch (IllegalArgumentException ex) {
				throw new EngineRefusal(this.invalid).explain(factory.type(), ex);
			}
		});
	}

}
