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

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import io.macula.client.ServiceSettings;
import io.macula.log.PrintableLogger;
import io.macula.node.NodeReport;
import io.macula.node.RealmNode;
import io.macula.server.ProviderSettings;
import io.macula.spring.autoconfigure.SettingValues.Difference;
import io.macula.spring.autoconfigure.SettingsReader.Reading;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * The settings of a node while it runs: takes over what changes in the environment, and
 * what operators change, all of it or nothing. What an operator set goes before the
 * environment until it is reset. Safe for all threads.
 * <p>
 * Child contexts have settings of their own, for the clients that they declare; they
 * change together with those of the context that has the node.
 */
public final class RuntimeSettings implements DisposableBean {

	private static final Logger logger = PrintableLogger.of(RuntimeSettings.class);

	private static final String WEIGHT = "macula.provider.weight";

	/** Name of the bean that checks settings. */
	private static final String STARTUP = "maculaClientStartup";

	private final SettingsReader reader;

	private final ConfigurableEnvironment environment;

	private final ConfigurableListableBeanFactory beanFactory;

	private final RunTimeKeys keys = new RunTimeKeys();

	/** That of the context which has the node, or {@code null} if it is this one. */
	private final @Nullable RuntimeSettings root;

	private final Set<RuntimeSettings> children = ConcurrentHashMap.newKeySet();

	/** Client services that this context declares. */
	private final Set<String> used = ConcurrentHashMap.newKeySet();

	/** Those of child contexts that have closed: what is set for them is no mistake. */
	private final Set<String> formerlyUsed = ConcurrentHashMap.newKeySet();

	private final Reading initial;

	private volatile Reading present;

	private volatile boolean closed;

	/** What operators set, by key; of the root, guarded by it, as all below. */
	private Map<String, String> overrides = Map.of();

	private final Map<String, Changed> changes = new TreeMap<>();

	/** What was said to need a restart, with its value. */
	private final Map<String, String> told = new HashMap<>();

	RuntimeSettings(SettingsReader reader, MaculaProperties bound, ConfigurableEnvironment environment,
			ConfigurableListableBeanFactory beanFactory) {
		this.reader = reader;
		this.environment = environment;
		this.beanFactory = beanFactory;
		this.root = root(beanFactory);
		RuntimeSettings first = this.root;
		Map<String, String> overridden = (first != null) ? first.overrides() : Map.of();
		this.initial = overridden.isEmpty() ? reader.read(environment, bound) : read(overridden);
		this.present = this.initial;
		if (first != null) {
			first.children.add(this);
			Map<String, String> newer = first.overrides();
			if (!newer.equals(overridden)) {
				// Set before anybody knew of this.
				this.present = read(newer);
			}
		}
	}

	private static @Nullable RuntimeSettings root(ConfigurableListableBeanFactory beanFactory) {
		BeanFactory parent = beanFactory.getParentBeanFactory();
		if (parent == null || beanFactory.getBeanNamesForType(RealmNode.class, false, false).length > 0) {
			return null;
		}
		RuntimeSettings found = parent.getBeanProvider(RuntimeSettings.class).getIfAvailable();
		return (found == null || found.root == null) ? found : found.root;
	}

	private RuntimeSettings root() {
		return (this.root != null) ? this.root : this;
	}

	private synchronized Map<String, String> overrides() {
		return this.overrides;
	}

	/** With which the application started. */
	MaculaSettings atStart() {
		return this.initial.settings();
	}

	/** How a client service of this context is called from now on. */
	ServiceSettings settingsOf(String clientName) {
		boolean added = this.used.add(clientName);
		ServiceSettings how = effective(this.present, clientName);
		if (added && root().formerlyUsed.contains(clientName)) {
			root().inherit(this, clientName, how);
		}
		return how;
	}

	/**
	 * A client service that closed contexts left as it was then is called as its new
	 * owner says.
	 */
	private synchronized void inherit(RuntimeSettings owner, String clientName, ServiceSettings how) {
		RealmNode node = node();
		if (node != null && all().stream().noneMatch((each) -> each != owner && each.used.contains(clientName))) {
			node.client().change(defaults(this.present), Map.of(clientName, how));
		}
	}

	/** A client service was made; its settings may have changed meanwhile. */
	void made(String clientName, ServiceSettings with) {
		if (!with.equals(settingsOf(clientName))) {
			root().settle();
		}
	}

	private synchronized void settle() {
		RealmNode node = node();
		if (node != null) {
			Map<String, ServiceSettings> own = new HashMap<>();
			all().forEach(
					(each) -> each.used.forEach((name) -> own.putIfAbsent(name, each.effective(each.present, name))));
			node.client().change(defaults(this.present), own);
		}
	}

	/** What has to stay stays. */
	private ServiceSettings effective(Reading reading, String clientName) {
		return reading.settings().of(clientName).withCodec(this.initial.settings().of(clientName).codec());
	}

	private ServiceSettings defaults(Reading reading) {
		return reading.settings().defaults().withCodec(this.initial.settings().defaults().codec());
	}

	/** Time that calls in flight have to finish when the node drains. */
	Duration grace() {
		return root().present.settings().provider().grace();
	}

	/**
	 * The settings that can change at run time, by key, as they are in effect.
	 * @return texts by key, in the order of the keys
	 */
	public Map<String, String> inEffect() {
		Map<String, String> shown = root().present.values().shown(this.keys);
		RealmNode node = node();
		NodeReport.Provider provider = (node != null) ? node.report().provider() : null;
		if (provider != null) {
			// Operators can change it by itself.
			shown.put(WEIGHT, String.valueOf(provider.weight()));
		}
		return shown;
	}

	/**
	 * What was changed since the application started and is not what it was.
	 * @return the changes, in the order of the keys
	 */
	public List<Changed> changed() {
		RuntimeSettings first = root();
		synchronized (first) {
			return List.copyOf(first.changes.values());
		}
	}

	/**
	 * Change a setting, whatever the environment says, until it is reset or the process
	 * ends.
	 * @param key the key, in any spelling
	 * @param value as one writes it in a configuration file; not a placeholder
	 * @param who wants it, for people
	 * @throws IllegalArgumentException if there is no such setting, it cannot change at
	 * run time, or not to this value; nothing changed then, and the message says what was
	 * expected
	 */
	public void set(String key, String value, String who) {
		if (value.contains("${")) {
			throw new IllegalArgumentException(
					"value '" + value + "' of " + key.trim() + " is not valid: expected a value, not a placeholder");
		}
		root().override(key, value, who);
	}

	/**
	 * Give a setting back the value that the environment has for it.
	 * @param key the key, in any spelling
	 * @param who wants it, for people
	 * @throws IllegalArgumentException if it was not set at run time
	 */
	public void reset(String key, String who) {
		root().override(key, null, who);
	}

	/**
	 * Give this node another weight, as {@link #set} does, whatever has become of the
	 * environment.
	 * @param weight the weight
	 * @param who wants it, for people
	 * @throws IllegalArgumentException if it is none; the message says what was expected
	 * @throws IllegalStateException if this node cannot have a weight
	 */
	public void weight(int weight, String who) {
		root().weigh(weight, who);
	}

	private synchronized void weigh(int weight, String who) {
		Objects.requireNonNull(node()).weight(weight);
		Map<String, String> wanted = new LinkedHashMap<>(this.overrides);
		wanted.put(WEIGHT, String.valueOf(weight));
		this.overrides = Map.copyOf(wanted);
		Reading next = this.present.withWeight(weight);
		next.values().since(this.present.values()).forEach((difference) -> note(difference, who));
		// Child contexts read it, too: it must not look new, and another's, with the next
		// change.
		all().forEach((each) -> each.present = each.present.withWeight(weight));
	}

	private synchronized void override(String key, @Nullable String value, String who) {
		requireOpen();
		String name = new SettingName().find(key, this.present.settings());
		if (value != null) {
			requireProvider(name);
		}
		Map<String, String> wanted = new LinkedHashMap<>(this.overrides);
		if (value != null) {
			wanted.put(name, value.trim());
		}
		else if (wanted.remove(name) == null) {
			throw new IllegalArgumentException("The setting " + name + " was not set at run time");
		}
		try {
			take(wanted, who);
		}
		catch (RuntimeException ex) {
			requireOpen();
			String blame = readable(this.overrides) || readable(wanted) ? ""
					: "The environment has settings that cannot be taken over, so that nothing can change before it is"
							+ " corrected. ";
			throw new IllegalArgumentException(blame + reason(ex, wanted), ex);
		}
		if (name.equals(WEIGHT)) {
			tellWeight();
		}
	}

	/** The application may have given it another one, whatever the settings say. */
	private void tellWeight() {
		RealmNode node = node();
		if (node != null) {
			try {
				node.weight(this.present.settings().provider().weight());
			}
			catch (IllegalStateException ex) {
				throw new IllegalArgumentException(ex.getMessage(), ex);
			}
		}
	}

	private void requireOpen() {
		if (this.closed) {
			throw new IllegalArgumentException("The application has been closed, so that no setting can change");
		}
	}

	private void requireProvider(String name) {
		RealmNode node = node();
		if (name.startsWith("macula.provider.") && node != null && node.limits() == null) {
			throw new IllegalArgumentException("The setting " + name + " has no effect: node '" + node.report().nodeId()
					+ "' is no provider: give the application a @MaculaService bean, or set"
					+ " macula.provider.enabled=true");
		}
	}

	private boolean readable(Map<String, String> wanted) {
		try {
			read(wanted);
			return true;
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	/**
	 * The environment may have changed. What cannot be taken over is logged, and then
	 * nothing is.
	 */
	void reload() {
		root().reloadAll();
	}

	private synchronized void reloadAll() {
		if (this.closed) {
			return;
		}
		try {
			take(this.overrides, "The environment");
			tellRestart();
		}
		catch (RuntimeException ex) {
			if (this.closed) {
				return;
			}
			logger.error("Settings changed in the environment, but cannot be taken over, so that all stay as they are."
					+ " {}", reason(ex, this.overrides));
		}
	}

	private List<RuntimeSettings> all() {
		List<RuntimeSettings> all = new ArrayList<>();
		all.add(this);
		all.addAll(this.children);
		return all;
	}

	/** First everything that may be refused, then everything else. */
	private void take(Map<String, String> wanted, String who) {
		Map<RuntimeSettings, Reading> next = new LinkedHashMap<>();
		all().forEach((each) -> next.put(each, each.read(wanted)));
		Set<String> ofChildren = new HashSet<>(this.formerlyUsed);
		this.children.forEach((child) -> ofChildren.addAll(child.used));
		next.forEach((each, reading) -> each.check(reading, (each == this) ? ofChildren : Set.of()));
		Map<String, ServiceSettings> own = new HashMap<>();
		next.forEach(
				(each, reading) -> each.used.forEach((name) -> own.putIfAbsent(name, each.effective(reading, name))));
		Reading mine = Objects.requireNonNull(next.get(this));
		RealmNode node = node();
		if (node != null) {
			node.client().change(defaults(mine), own);
		}
		Map<String, Difference> differences = new TreeMap<>();
		next.forEach((each, reading) -> reading.values()
			.since(each.present.values())
			.stream()
			.filter((difference) -> SettingValues.isIn(this.keys, difference.key()))
			.forEach((difference) -> differences.putIfAbsent(difference.key(), difference)));
		ProviderSettings before = this.present.settings().provider();
		next.forEach((each, reading) -> each.present = reading);
		this.overrides = Map.copyOf(wanted);
		if (node != null) {
			try {
				if (!own.keySet().containsAll(usedByAll())) {
					// Made meanwhile, with the settings before.
					settle();
				}
				changeProvider(node, before, mine.settings().provider());
			}
			catch (RuntimeException ex) {
				// A node that was closed meanwhile, or a registry of the user's.
				logger.warn("Settings changed, but the node could not tell all of it; it does so when it starts again",
						ex);
			}
		}
		if (!differences.isEmpty()) {
			logger.info("{} set {}", who,
					differences.values().stream().map(Difference::toString).collect(Collectors.joining(", ")));
		}
		differences.values().forEach((difference) -> note(difference, who));
	}

	private Reading read(Map<String, String> wanted) {
		return this.reader.read(
				TrialEnvironment.of(wanted, this.environment, (this.root != null) ? this.root.environment : null),
				null);
	}

	private void check(Reading reading, Collection<String> further) {
		Set<String> names = new TreeSet<>(this.used);
		names.addAll(further);
		// Not made for this: a context that starts holds the lock of its beans, and may
		// wait for us. It checks by itself when it has all of them.
		if (this.beanFactory.getSingleton(STARTUP) instanceof ClientStartup startup) {
			startup.check(reading.settings(), names);
		}
	}

	private Set<String> usedByAll() {
		Set<String> names = new HashSet<>();
		all().forEach((each) -> names.addAll(each.used));
		return names;
	}

	private void changeProvider(RealmNode node, ProviderSettings before, ProviderSettings after) {
		if (node.limits() == null) {
			return;
		}
		if (!after.limits().equals(before.limits())) {
			node.limits(after.limits());
		}
		if (!after.grace().equals(before.grace())) {
			this.beanFactory.getBeanProvider(NodeLifecycle.class).ifAvailable(NodeLifecycle::graceChanged);
		}
		if (after.weight() != before.weight()) {
			node.weight(after.weight());
		}
	}

	private void note(Difference difference, String who) {
		String first = this.initial.values().shown(difference.key());
		if (first.equals(difference.after())) {
			this.changes.remove(difference.key());
		}
		else {
			this.changes.put(difference.key(),
					new Changed(difference.key(), first, difference.after(), who, Instant.now()));
		}
	}

	private void tellRestart() {
		Map<String, Difference> pending = new TreeMap<>();
		Map<String, String> values = new HashMap<>();
		all().forEach((each) -> each.present.values()
			.since(each.initial.values())
			.stream()
			.filter((difference) -> !SettingValues.isIn(this.keys, difference.key()))
			.filter((difference) -> pending.putIfAbsent(difference.key(), difference) == null)
			.forEach((difference) -> values.put(difference.key(),
					String.valueOf(each.present.values().texts().get(difference.key())))));
		this.told.keySet().retainAll(pending.keySet());
		pending.keySet().removeAll(pending.isEmpty() ? Set.of() : random());
		pending.forEach((key, difference) -> {
			String value = values.get(key);
			if (!Objects.equals(value, this.told.put(key, value))) {
				logger.warn("The setting {} changed from '{}' to '{}', which has no effect before a restart of the"
						+ " application", key, difference.before(), difference.after());
			}
		});
	}

	/** Nobody changed what is another value whenever it is read, such as a random id. */
	private Set<String> random() {
		Set<String> random = new HashSet<>();
		all().forEach((each) -> each.read(this.overrides)
			.values()
			.since(each.present.values())
			.forEach((difference) -> random.add(difference.key())));
		return random;
	}

	private String reason(RuntimeException refusal, Map<String, String> wanted) {
		return SettingRefusal.reason(refusal, TrialEnvironment.of(wanted, this.environment, null));
	}

	private @Nullable RealmNode node() {
		return this.beanFactory.getBeanProvider(RealmNode.class).getIfAvailable();
	}

	/** Of a context that closes. */
	@Override
	public void destroy() {
		this.closed = true;
		if (root().children.remove(this)) {
			root().formerlyUsed.addAll(this.used);
		}
	}

	/**
	 * A setting that is not what it was when the application started.
	 *
	 * @param key the key
	 * @param before its value then
	 * @param value its value now
	 * @param by who changed it last
	 * @param at when
	 */
	public record Changed(String key, String before, String value, String by, Instant at) {

	}

}
