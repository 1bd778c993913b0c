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

package io.macula.node;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.macula.Endpoint;
import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.client.ServiceClient;
import io.macula.codec.PayloadCodec;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;
import io.macula.log.Printable;
import io.macula.operations.Act;
import io.macula.operations.ContractText;
import io.macula.operations.KnownNodes.KnownNode;
import io.macula.operations.NodeAddress;
import io.macula.operations.NodeEvent;
import io.macula.operations.NodeStatus;
import io.macula.operations.NodeView;
import io.macula.operations.OperationsAccess;
import io.macula.operations.ServiceDescriptions.ServiceDescription;
import io.macula.selection.InstanceTracker;
import io.macula.server.CallRecorder;
import io.macula.server.RealmServer;
import io.macula.server.ServiceDefinition;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * A node as its peers see it through the reserved service. Safe for all threads; knows
 * its node once that is made.
 */
final class OwnView implements NodeView {

	private final NodeSettings settings;

	private final Application application;

	private final PayloadCodec describing;

	private final OperationsAccess access;

	private volatile @Nullable RealmNode node;

	OwnView(NodeSettings settings, Application application, PayloadCodec describing, OperationsAccess access) {
		this.settings = settings;
		this.application = application;
		this.describing = describing;
		this.access = access;
	}

	/** The node is made. */
	void of(RealmNode made) {
		this.node = made;
	}

	private RealmNode node() {
		RealmNode present = this.node;
		if (present == null) {
			throw new IllegalStateException("Node '" + this.settings.nodeId() + "' is not made yet");
		}
		return present;
	}

	@Override
	public String nodeId() {
		return this.settings.nodeId();
	}

	@Override
	public NodeStatus status() {
		RealmNode present = node();
		Life life = present.life();
		NodeReport report = present.report();
		ServingPart serving = (life != null) ? life.serving() : null;
		Instance self = (serving != null) ? serving.self() : null;
		return new NodeStatus(
				new NodeStatus.Identity(report.realm(), report.nodeId(), report.incarnation(), this.application.name(),
						this.application.version(), RealmNode.class.getPackage().getImplementationVersion(),
						report.endpoint(), report.zone(), (self != null) ? self.metadata() : Map.of()),
				life(report, life), services(report, serving), callers(serving), StatusParts.clients(report),
				StatusParts.instances(report), StatusParts.connections(report), StatusParts.skews(present.client()));
	}

	private NodeStatus.Life life(NodeReport report, @Nullable Life life) {
		NodeReport.Provider provider = report.provider();
		String state = (provider != null && life != null) ? serving(report.state(), provider) : report.state();
		Duration age = (life != null) ? life.age() : Duration.ZERO;
		return new NodeStatus.Life(state, Instant.now().toEpochMilli(), age,
				(provider != null) ? provider.lease() : "none",
				(provider != null) ? provider.weight() : Instance.DEFAULT_WEIGHT,
				(provider != null) ? provider.inFlight() : 0, (provider != null) ? provider.connections() : 0,
				(provider != null) ? provider.refused() : 0, this.access.level().toString(), report.directory().nodes(),
				life != null && knowsRealm(life.engine()), (life != null) ? trouble(life.engine()) : null);
	}

	private static String serving(String state, NodeReport.Provider provider) {
		if (!state.equals("started")) {
			return state;
		}
		if (provider.suspended()) {
			return "drained";
		}
		if (provider.draining()) {
			return "draining";
		}
		return provider.lease().equals("released") ? "withdrawn" : "serving";
	}

	private static List<NodeStatus.ServiceStatus> services(NodeReport report, @Nullable ServingPart serving) {
		NodeReport.Provider provider = report.provider();
		if (provider == null || serving == null) {
			return List.of();
		}
		RealmServer server = serving.server();
		Map<ServiceName, Fingerprint> versions = server.fingerprints();
		return provider.services()
			.stream()
			.map((service) -> StatusParts.service(service, versions.get(new ServiceName(service.name())),
					server.recorder()))
			.toList();
	}

	private static List<NodeStatus.CallerStatus> callers(@Nullable ServingPart serving) {
		return (serving != null) ? StatusParts.callers(serving.server().recorder()) : List.of();
	}

	@Override
	public List<KnownNode> known() {
		RealmNode present = node();
		Life life = present.life();
		Map<String, Instance> instances = new TreeMap<>();
		Map<String, Map<String, String>> services = new TreeMap<>();
		for (ServiceClient client : present.client().clients()) {
			for (InstanceTracker tracker : client.instances()) {
				Fingerprint version = tracker.fingerprint();
				add(tracker.instance(), client.service(), version, instances, services);
			}
		}
		for (Advertisement each : told(life)) {
			add(each.instance(), instances);
			each.services()
				.stream()
				.filter((service) -> !service.reserved())
				.forEach((service) -> add(each.instance(), service, each.fingerprints().get(service), instances,
						services));
		}
		addSelf(life, instances, services);
		return instances.values()
			.stream()
			.map((each) -> new KnownNode(NodeAddress.of(each), each.zone(), each.weight(),
					services.getOrDefault(each.nodeId(), Map.of())))
			.toList();
	}

	/** The engine may be the user's, and fail to tell. */
	private static List<Advertisement> told(@Nullable Life life) {
		if (life == null) {
			return List.of();
		}
		DirectoryEngine engine = life.engine();
		return Mono.defer(engine::advertised)
			.onErrorReturn(List.of())
			.toFuture()
			.completeOnTimeout(List.of(), 1, TimeUnit.SECONDS)
			.join();
	}

	private static @Nullable String trouble(DirectoryEngine engine) {
		try {
			return engine.trouble();
		}
		catch (RuntimeException ex) {
			return "it cannot tell its state: " + ex.getMessage();
		}
	}

	private static boolean knowsRealm(DirectoryEngine engine) {
		try {
			return engine.knowsRealm();
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	private static void add(Instance instance, ServiceName service, @Nullable Fingerprint version,
			Map<String, Instance> instances, Map<String, Map<String, String>> services) {
		add(instance, instances);
		services.computeIfAbsent(instance.nodeId(), (any) -> new TreeMap<>())
			.put(service.value(), (version != null) ? version.version() : "");
	}

	private static void add(Instance instance, Map<String, Instance> instances) {
		instances.merge(instance.nodeId(), instance,
				(one, other) -> (other.incarnation() > one.incarnation()) ? other : one);
	}

	private static void addSelf(@Nullable Life life, Map<String, Instance> instances,
			Map<String, Map<String, String>> services) {
		ServingPart serving = (life != null) ? life.serving() : null;
		Instance self = (serving != null) ? serving.self() : null;
		if (serving != null && self != null) {
			instances.put(self.nodeId(), self);
			serving.server()
				.fingerprints()
				.forEach((service, version) -> add(self, service, version, instances, services));
		}
	}

	@Override
	public List<ServiceDescription> describe() {
		Life life = node().life();
		ServingPart serving = (life != null) ? life.serving() : null;
		if (serving == null) {
			return List.of();
		}
		Map<ServiceName, Fingerprint> versions = serving.server().fingerprints();
		List<ServiceDescription> all = new ArrayList<>();
		for (ServiceDefinition service : serving.server().definitions()) {
			Fingerprint version = versions.get(service.name());
			if (version != null) {
				all.add(ContractText.describe(service, version, this.describing));
			}
		}
		return all;
	}

	@Override
	public void record(boolean wanted) {
		Life life = node().life();
		ServingPart serving = (life != null) ? life.serving() : null;
		if (serving != null) {
			CallRecorder recorder = serving.server().recorder();
			recorder.record(wanted);
		}
	}

	@Override
	public Disposable listen(Consumer<NodeEvent> listener) {
		return node().listen(new Teller(listener));
	}

	@Override
	public void steer(Steer steer, Act act, String operator) {
		Steering steering = new Steering(node());
		switch (steer) {
			case DRAIN -> steering.drain(operator);
			case RESUME -> steering.resume(operator);
			case EJECT -> steering.eject(act.client(), act.instance(), act.reason(), operator);
			case RESTORE -> steering.restore(act.client(), act.instance(), operator);
			case WEIGHT -> steering.weight(act.weight(), operator);
		}
	}

	/**
	 * Which application a node belongs to.
	 *
	 * @param name its name, or {@code null}
	 * @param version its version, or {@code null}
	 */
	record Application(@Nullable String name, @Nullable String version) {

	}

	/** Makes events of what a node tells. */
	private static final class Teller implements NodeListener {

		/** Ids of so many nodes are named for each version. */
		private static final int MOST_NAMED = 5;

		private final Consumer<NodeEvent> listener;

		Teller(Consumer<NodeEvent> listener) {
			this.listener = listener;
		}

		private void tell(String kind, @Nullable String client, @Nullable ServiceName service,
				@Nullable Instance instance, @Nullable String detail) {
			this.listener.accept(new NodeEvent(Instant.now(), kind, client, (service != null) ? service.value() : null,
					(instance != null) ? instance.nodeId() : null,
					(instance != null) ? instance.endpoint().toString() : null,
					(detail != null) ? Printable.text(detail) : null));
		}

		@Override
		public void instanceJoined(String client, ServiceName service, Instance instance) {
			tell("instance-joined", client, service, instance, null);
		}

		@Override
		public void instanceLeft(String client, ServiceName service, Instance instance) {
			tell("instance-left", client, service, instance, null);
		}

		@Override
		public void instanceEjected(String client, ServiceName service, Instance instance, String reason,
				@Nullable Duration time) {
			tell("instance-ejected", client, service, instance, reason);
		}

		@Override
		public void instanceRestored(String client, ServiceName service, Instance instance) {
			tell("instance-restored", client, service, instance, null);
		}

		@Override
		public void contractsDiffer(String client, ServiceName service, Map<String, List<String>> versions) {
			// A watcher that does not read keeps hundreds of events.
			String detail = versions.entrySet()
				.stream()
				.map((version) -> version.getKey() + " by "
						+ version.getValue().subList(0, Math.min(MOST_NAMED, version.getValue().size()))
						+ ((version.getValue().size() > MOST_NAMED)
								? " and " + (version.getValue().size() - MOST_NAMED) + " more" : ""))
				.collect(Collectors.joining("; "));
			tell("contracts-differ", client, service, null, detail);
		}

		@Override
		public void leaseGranted(Set<ServiceName> services) {
			tell("lease-granted", null, null, null, services.toString());
		}

		@Override
		public void leaseLost(Set<ServiceName> services) {
			tell("lease-lost", null, null, null, services.toString());
		}

		@Override
		public void connectionLost(Endpoint endpoint, Status reason) {
			this.listener.accept(new NodeEvent(Instant.now(), "connection-lost", null, null, null, endpoint.toString(),
					Printable.text(reason.toString())));
		}

		@Override
		public void drained(boolean complete) {
			tell("drained", null, null, null, complete ? "all calls complete" : "not all calls complete");
		}

	}

}
