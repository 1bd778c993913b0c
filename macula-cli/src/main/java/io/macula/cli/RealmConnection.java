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
package io.macula.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.NodeIds;
import io.macula.Realm;
import io.macula.RpcException;
import io.macula.cli.doctor.Doctor;
import io.macula.cli.doctor.DoctorSettings;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;
import io.macula.log.NearestName;
import io.macula.log.Printable;
import io.macula.node.NodeSettings;
import io.macula.node.RealmNode;
import io.macula.node.RealmNodeBuilder;
import io.macula.operations.NodeAddress;
import io.macula.operations.NodeStatus;
import io.macula.operations.OperationsClient;
import io.macula.operations.RealmCrawl;
import io.macula.operations.RealmView;
import io.macula.operations.ServiceDescriptions;
import io.macula.operations.ServiceDescriptions.ServiceDescription;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The realm as the command sees it: a node that only calls, which listens nowhere,
 * advertises nothing and keeps no link to a directory. Whoever is there it learns by
 * asking the nodes themselves, so that it works with each engine of the directory.
 */
final class RealmConnection implements AutoCloseable {

	private static final int NODES = 10_000;

	private static final int PARALLEL = 32;

	private static final Duration FIRST_FINDINGS = Duration.ofSeconds(2);

	private final Settings settings;

	private final RealmNode node;

	private final FoundInstances instances;

	private RealmConnection(Settings settings, RealmNode node, FoundInstances instances) {
		this.settings = settings;
		this.node = node;
		this.instances = instances;
	}

	/**
	 * Join a realm; asks nobody yet.
	 * @param output is warned of secrets that others can read
	 * @param further changes the node
	 */
	static RealmConnection open(Settings settings, Output output, Consumer<RealmNodeBuilder> further) {
		FoundInstances instances = new FoundInstances();
		String user = System.getProperty("user.name", "nobody");
		RealmNodeBuilder builder = RealmNode
			.builder(new NodeSettings(new Realm(settings.realm()), NodeIds.generate("cli-" + user), null, List.of(),
					Advertisement.DEFAULT_TTL))
			.directory(DirectoryEngine.of(instances, null, "the nodes of the realm were asked"))
			.application("macula", null);
		settings.credentials().secure(builder, output::warn);
		further.accept(builder);
		RealmNode node = builder.build();
		node.start();
		return new RealmConnection(settings, node, instances);
	}

	Settings settings() {
		return this.settings;
	}

	/** The node, for its client and its reports. */
	RealmNode node() {
		return this.node;
	}

	/** Whom calls may go to. */
	FoundInstances instances() {
		return this.instances;
	}

	/** Asks single nodes. */
	OperationsClient operations() {
		return this.node.operations().withDeadline(this.settings.timeout());
	}

	/** The seeds as they were set. */
	List<NodeAddress> seeds() {
		return this.settings.seeds().stream().map(NodeAddress::of).toList();
	}

	/**
	 * Look for all nodes.
	 * @throws CommandException if nobody answers: the realm is unreachable, or lets
	 * nobody look
	 */
	RealmView crawl() {
		Duration each = this.settings.timeout();
		RealmView found = Objects.requireNonNull(this.node.operations()
			.crawl(seeds(), new RealmCrawl.Bounds(NODES, PARALLEL, each, each.multipliedBy(20)))
			.block());
		if (found.nodes().isEmpty()) {
			throw unreachable(found.silent());
		}
		return found;
	}

	/**
	 * Find out who serves a service, without asking more nodes than it takes: the seeds
	 * at once, until one of them that knows the whole realm has answered.
	 * @throws CommandException if nobody does, or nobody answers
	 */
	ServedService serving(String service) {
		OperationsClient asked = operations();
		List<Told> told = new ArrayList<>();
		Flux.fromIterable(seeds())
			.flatMap((seed) -> Mono
				.zip(asked.report(seed), asked.known(seed).collectList(),
						(status, known) -> new Told(status.life().knowsRealm(),
								ServedService.of(status, seed, known, service)))
				.onErrorComplete(), PARALLEL)
			.doOnNext(told::add)
			.takeUntil((each) -> each.whole && !each.served.instances().isEmpty())
			.blockLast();
		ServedService found = told.stream()
			.map(Told::served)
			.reduce(ServedService::and)
			.filter((served) -> !served.instances().isEmpty())
			.orElse(null);
		return (found != null) ? found : ServedService.of(crawl(), service);
	}

	/**
	 * The contract of a service as one of its instances tells it, whoever answers first.
	 * @throws CommandException if none answers
	 */
	ServiceDescription describe(ServedService service) {
		CommandException last = CommandException.notFound("Nobody serves " + service.name());
		for (Instance instance : service.instances()) {
			try {
				return describe(service, instance.nodeId());
			}
			catch (CommandException ex) {
				last = ex;
			}
		}
		throw last;
	}

	/** The same of one instance. */
	ServiceDescription describe(ServedService service, String nodeId) {
		NodeAddress address = Objects.requireNonNull(service.addresses().get(nodeId));
		try {
			ServiceDescriptions told = Objects.requireNonNull(operations().describe(address, service.name()).block());
			return told.services()
				.stream()
				.findFirst()
				.orElseThrow(
						() -> CommandException.notFound(address + " does not serve " + service.name() + " any more"));
		}
		catch (RpcException ex) {
			throw new CommandException(ExitCode.of(ex.code()), sentence(ex), ex);
		}
	}

	private CommandException unreachable(List<RealmView.Silent> silent) {
		ExitCode code = ExitCode.UNREACHABLE;
		List<String> reasons = new ArrayList<>();
		for (RealmView.Silent each : silent) {
			reasons.add(each.reason());
			if (each.reason().startsWith("PERMISSION_DENIED") || each.reason().startsWith("UNAUTHENTICATED")) {
				code = ExitCode.NOT_PERMITTED;
			}
		}
		String seeds = String.join(", ", this.settings.seeds().stream().map(Endpoint::toString).toList());
		return new CommandException(code, "No node of realm '" + this.settings.realm() + "' answers, asked " + seeds
				+ " (" + this.settings.seedsOrigin() + "): " + why(reasons) + ". 'macula doctor' finds out more");
	}

	/** What the doctor sees first; else what the nodes, or the way to them, said. */
	private String why(List<String> reasons) {
		DoctorSettings patient = DoctorCommand.of(this.settings, Map.of(), (warning) -> {
			// It was told already.
		});
		String found = Doctor.firstFindings(patient, FIRST_FINDINGS)
			.stream()
			.map((finding) -> ((finding.target() != null) ? finding.target() + ", " : "") + finding.check() + ": "
					+ finding.seen() + ((finding.remedy() != null) ? " -> " + finding.remedy() : ""))
			.collect(Collectors.joining("; "));
		return found.isEmpty() ? String.join("; ", reasons) : found;
	}

	/**
	 * A node of the realm.
	 * @throws CommandException if there is none of that id; names the nearest
	 */
	static NodeStatus require(RealmView realm, String nodeId) {
		List<String> ids = realm.nodes().stream().map((each) -> each.node().nodeId()).toList();
		return realm.nodes()
			.stream()
			.filter((each) -> each.node().nodeId().equals(nodeId))
			.findFirst()
			.orElseThrow(() -> CommandException.notFound("There is no node '" + Printable.text(nodeId) + "' in realm '"
					+ realm.nodes().get(0).node().realm() + "': " + NearestName.question(nodeId, ids)
					+ "'macula nodes' lists them; nodes that only call do not listen, and cannot be told"));
	}

	/** What went wrong, in a sentence. */
	static String sentence(Throwable thrown) {
		return (thrown instanceof RpcException rpc) ? rpc.status().toString() : String.valueOf(thrown.getMessage());
	}

	@Override
	public void close() {
		this.node.close();
	}

	/**
	 * What a seed told.
	 *
	 * @param whole whether it knows all nodes of the realm
	 * @param served what it knows of the service
	 */
	private record Told(boolean whole, ServedService served) {

	}

}
