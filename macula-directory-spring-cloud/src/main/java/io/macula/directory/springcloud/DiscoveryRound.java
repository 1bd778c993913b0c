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

package io.macula.directory.springcloud;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.macula.ServiceName;
import io.macula.directory.AdvertisementRecord;
import io.macula.directory.WatchedServices;
import io.macula.directory.springcloud.DiscoveryMetadata.Node;
import io.macula.log.LogLimit;
import io.macula.log.Printable;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.springframework.cloud.client.ServiceInstance;

/**
 * One question for all watched services together: each application is asked once, and an
 * answer is complete or none. What is told of answers is told by one thread at a time;
 * those that ask may be several, if one of them never ends.
 */
final class DiscoveryRound {

	private static final Logger logger = PrintableLogger.of(DiscoveryRound.class);

	/** More are counted no further. */
	private static final int MOST = 1000;

	private final DiscoverySource source;

	private final DiscoverySettings settings;

	private final LogLimit limit = LogLimit.ofPeers(System::nanoTime);

	/** Instances that cannot be read, and why, when they were asked for last. */
	private volatile Map<String, String> skipped = Map.of();

	private volatile Map<String, String> details = Map.of();

	DiscoveryRound(DiscoverySource source, DiscoverySettings settings) {
		this.source = source;
		this.settings = settings;
	}

	/**
	 * Ask; blocks.
	 * @param watched what is watched
	 * @param services is told of the connection
	 * @return tells the answer
	 */
	Runnable ask(Set<WatchedInstances> watched, WatchedServices services) {
		Answers answers = new Answers();
		Set<String> all = needsAll(watched) ? answers.all() : Set.of();
		for (WatchedInstances each : watched) {
			applications(each, all).forEach(answers::ask);
		}
		/* Last, so that an answer from before a loss is not taken for one. */
		String stale = this.source.stale();
		if (stale != null) {
			return () -> services.lost(stale);
		}
		if (answers.fault != null && answers.nodes.isEmpty()) {
			String fault = answers.fault;
			return () -> services.lost(fault);
		}
		return () -> {
			note(answers);
			services.heard();
			watched.forEach((each) -> tell(each, all, answers));
		};
	}

	/**
	 * Ask for all nodes of all applications; blocks.
	 * @return those that can be read
	 * @throws IllegalStateException if nothing was answered
	 */
	List<Node> all() {
		Answers answers = new Answers();
		answers.all().forEach(answers::ask);
		this.settings.applications().values().forEach((ids) -> ids.forEach(answers::ask));
		if (answers.fault != null && answers.nodes.isEmpty()) {
			throw new IllegalStateException(answers.fault);
		}
		return answers.nodes.values().stream().flatMap(List::stream).toList();
	}

	/* Without a watch it is still asked whether anybody answers. */
	private boolean needsAll(Set<WatchedInstances> watched) {
		return watched.isEmpty() || watched.stream()
			.anyMatch((each) -> !this.settings.applications().containsKey(each.service().service()));
	}

	private Collection<String> applications(WatchedInstances watched, Set<String> all) {
		List<String> own = this.settings.applications().get(watched.service().service());
		return (own != null) ? own : all;
	}

	private void tell(WatchedInstances watched, Set<String> all, Answers answers) {
		boolean mapped = this.settings.applications().containsKey(watched.service().service());
		String fault = mapped ? null : answers.allFault;
		List<Node> nodes = new ArrayList<>();
		for (String application : applications(watched, all)) {
			String failed = answers.faults.get(application);
			fault = (failed != null) ? failed : fault;
			nodes.addAll(answers.nodes.getOrDefault(application, List.of()));
		}
		if (fault != null) {
			watched.service().lost(fault);
			return;
		}
		Collection<AdvertisementRecord> picked = watched.pick(nodes, this.settings);
		watched.service().told(picked);
	}

	private void note(Answers answers) {
		answers.skipped.forEach((key, fault) -> {
			if (!fault.equals(this.skipped.get(key))) {
				this.limit.log(key,
						(suppressed) -> logger.warn("Instance {} is skipped: {}{}", key, fault, suppressed));
			}
		});
		this.skipped = answers.skipped;
		Map<String, String> noted = new LinkedHashMap<>();
		noted.put("applications", String.valueOf(answers.nodes.size()));
		noted.put("instances", String.valueOf(answers.nodes.values().stream().mapToInt(List::size).sum()));
		this.details = noted;
	}

	/**
	 * Instances that cannot be read, and why, when they were asked for last; no more than
	 * a thousand. For any thread.
	 */
	Map<String, String> skipped() {
		return this.skipped;
	}

	/**
	 * What there is to say to an operator. For any thread.
	 */
	Map<String, String> details() {
		return this.details;
	}

	/**
	 * Why nothing was answered.
	 */
	static String reason(String asked, Throwable cause) {
		String message = cause.getMessage();
		return Printable.text(asked + " failed with "
				+ ((message != null) ? cause.getClass().getSimpleName() + ": " + message : cause.getClass().getName()),
				Printable.CLAUSE);
	}

	/** What was answered so far. */
	private final class Answers {

		private final Map<String, List<Node>> nodes = new HashMap<>();

		private final Map<String, String> faults = new HashMap<>();

		private final Map<String, String> skipped = new LinkedHashMap<>();

		/** The first of all, for messages. */
		private @Nullable String fault;

		private @Nullable String allFault;

		Set<String> all() {
			try {
				return new LinkedHashSet<>(DiscoveryRound.this.source.applications());
			}
			catch (RuntimeException ex) {
				this.allFault = reason(DiscoveryRound.this.source.description(), ex);
				this.fault = this.allFault;
				return Set.of();
			}
		}

		void ask(String application) {
			if (this.nodes.containsKey(application) || this.faults.containsKey(application)) {
				return;
			}
			try {
				List<ServiceInstance> found = DiscoveryRound.this.source.instances(application);
				this.nodes.put(application, read(application, found));
			}
			catch (RuntimeException ex) {
				String failed = reason(DiscoveryRound.this.source.description() + ", asked for application "
						+ Printable.text(application, 200) + ",", ex);
				this.faults.put(application, failed);
				this.fault = (this.fault != null) ? this.fault : failed;
			}
		}

		private List<Node> read(String application, List<ServiceInstance> found) {
			List<ServiceName> mapped = new ArrayList<>();
			DiscoveryRound.this.settings.applications().forEach((service, ids) -> {
				if (ids.contains(application)) {
					mapped.add(service);
				}
			});
			List<Node> read = new ArrayList<>();
			for (ServiceInstance instance : found) {
				try {
					Node node = DiscoveryMetadata.read(instance, DiscoveryRound.this.settings.realm(), mapped,
							DiscoveryRound.this.settings.port());
					if (node != null) {
						read.add(node);
					}
				}
				catch (RuntimeException ex) {
					skip(application, instance, ex);
				}
			}
			return read;
		}

		private void skip(String application, ServiceInstance instance, RuntimeException cause) {
			if (this.skipped.size() < MOST) {
				String id = instance.getInstanceId();
				String key = "'"
						+ Printable.text((id != null) ? id : instance.getHost() + ":" + instance.getPort(), 200)
						+ "' of application '" + Printable.text(application, 200) + "'";
				this.skipped.put(key,
						"its metadata: " + Printable.text(String.valueOf(cause.getMessage()), Printable.CLAUSE));
			}
		}

	}

}
