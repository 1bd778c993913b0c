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

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import io.macula.Endpoint;
import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.Registry;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import io.macula.operations.NodeOperations;
import io.macula.pool.Timer;
import io.macula.server.Advertiser;
import io.macula.server.ProviderLimits;
import io.macula.server.ProviderSettings;
import io.macula.server.RealmServer;
import io.macula.server.ServiceDefinition;
import io.macula.tls.TlsContexts;
import io.macula.udp.Addresses;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/**
 * The part of a node that serves: listens, and tells the directory what it serves. Exists
 * in providers only. Safe for all threads; the node calls {@link #start} once.
 */
final class ServingPart {

	private static final Logger logger = PrintableLogger.of(ServingPart.class);

	/**
	 * A lease is withdrawn within a second; one that is not expires by itself.
	 */
	private static final Duration WITHDRAW_LIMIT = Duration.ofMillis(1500);

	private final NodeSettings settings;

	private final long incarnation;

	/** Its limits may change, under the lock of this. */
	private volatile ProviderSettings provider;

	private final TlsContexts tls;

	private final RealmServer server;

	private final DirectoryEngine engine;

	private final OwnServices own;

	/** What is served; changed by one at a time. */
	private List<ServiceDefinition> services;

	/** What is advertised, with the versions; swapped whole. */
	private volatile Map<ServiceName, Fingerprint> told;

	private final Timer timer;

	private final NodeEvents events;

	private final NodeOperations operations;

	/** It was told that this node has drained. */
	private final AtomicBoolean drained = new AtomicBoolean();

	private final LogLimit moves = LogLimit.ofPeers(System::nanoTime);

	private final LogLimit weights = LogLimit.ofPeers(System::nanoTime);

	private final LogLimit announced = LogLimit.ofPeers(System::nanoTime);

	private final Disposable.Swap watch = Disposables.swap();

	private final Disposable.Swap identityWatch = Disposables.swap();

	/** Changed by the start, then by the watches, under the lock of this. */
	private volatile @Nullable Listening listening;

	/** Nobody can be told of the end, and no answer arrives; never turns back. */
	private volatile boolean cutOff;

	ServingPart(NodeSettings settings, long incarnation, ProviderSettings provider, TlsContexts tls, RealmServer server,
			DirectoryEngine engine, OwnServices own, List<ServiceDefinition> services, Timer timer, NodeEvents events,
			NodeOperations operations) {
		this.operations = operations;
		this.timer = timer;
		this.events = events;
		this.settings = settings;
		this.incarnation = incarnation;
		this.provider = provider;
		this.tls = tls;
		this.server = server;
		this.engine = engine;
		this.own = own;
		this.services = List.copyOf(services);
		this.told = ContractVersions.of(this.services, server.fingerprints());
	}

	/**
	 * Serve a further service; {@link #tell} advertises it.
	 * @throws IllegalArgumentException if it cannot be served, is served already, or is
	 * too much for one advertisement
	 */
	synchronized void add(ServiceDefinition service) {
		List<ServiceDefinition> all = new ArrayList<>(this.services);
		all.add(service);
		this.server.register(service);
		Listening present = this.listening;
		if (present != null) {
			try {
				advertisement(present.self(), ContractVersions.of(all, this.server.fingerprints()));
			}
			catch (IllegalArgumentException ex) {
				refuse(service, Duration.ZERO).subscribe();
				throw ex;
			}
		}
		changed(all);
	}

	/**
	 * Serve a service no longer that was added; {@link #tell} withdraws it, and then
	 * {@link #refuse} refuses its calls.
	 */
	synchronized void remove(ServiceDefinition service) {
		List<ServiceDefinition> all = new ArrayList<>(this.services);
		all.removeIf((other) -> other == service);
		changed(all);
	}

	/** Say who provides a service from now on. */
	void announce(NodeReport.ServedService service) {
		this.announced.log(service.name(),
				(suppressed) -> logger.info("Node {} provides service {}: {} by {}, methods {}{}",
						this.settings.nodeId(), service.name(), service.contract(), service.handler(),
						String.join(", ", service.methods()), suppressed));
	}

	/** Say that a service that was added is provided no longer. */
	void announceEnd(ServiceName service) {
		this.announced.log(service + " ends", (suppressed) -> logger.info("Node {} provides service {} no longer{}",
				this.settings.nodeId(), service, suppressed));
	}

	private void changed(List<ServiceDefinition> all) {
		this.services = List.copyOf(all);
		this.told = ContractVersions.of(this.services, this.server.fingerprints());
		this.own.serves(this.told);
	}

	Mono<Void> refuse(ServiceDefinition service, Duration grace) {
		return this.server.remove(service.name(), grace);
	}

	/**
	 * Advertise what this node is and serves now, if anything is advertised. The registry
	 * may be the user's: no lock is held while it is called, so that the one who comes
	 * last looks again.
	 */
	void tell() {
		Listening present = this.listening;
		Advertiser advertiser = (present != null) ? present.advertiser() : null;
		while (present != null && advertiser != null) {
			Advertisement replaced = advertisement(present.self());
			advertiser.replace(replaced);
			present = this.listening;
			if (present == null || replaced.equals(advertisement(present.self()))) {
				return;
			}
		}
	}

	/**
	 * Bind the port.
	 * @return where this node is reached from now on, and why there
	 */
	Listening start() {
		AdvertisedHost.requireDialable(this.provider.further());
		Set<InetAddress> addresses = Addresses.ofThisMachine();
		this.server.start();
		this.server.answerFrom(addresses);
		AdvertisedHost host = choose();
		String doubt = host.doubt(bound());
		if (doubt != null) {
			logger.warn("{}", doubt);
		}
		Instance self = self(new Endpoint(host.host(), this.server.port()), this.provider.weight(), identity());
		Advertisement advertised = advertisement(self);
		Registry registry = this.engine.registry();
		Advertiser advertiser = (registry != null) ? new Advertiser(registry, advertised, this.events.lease()) : null;
		if (advertiser == null && !self.further().isEmpty()) {
			logger.warn(
					"Nobody is told the further addresses {} of this node (macula.provider.further-addresses):"
							+ " somebody else writes its directory ({}), and has to name them there",
					self.further(), this.engine.hint());
		}
		Listening started = new Listening(self, host, advertiser);
		this.listening = started;
		this.own.accepts(self, this.told);
		if (bound().isAnyLocalAddress()) {
			this.watch.update(AddressWatch.start(Addresses::ofThisMachine, addresses, this.timer, Addresses.threads(),
					this::addressesChanged)::close);
		}
		this.identityWatch.update(IdentityWatch.start(this::identity, String.valueOf(self.identity()), this.timer,
				Addresses.threads(), this::shows)::close);
		return started;
	}

	/**
	 * This node at an address. One that turned out to be the first of all, as the port
	 * and the addresses of this machine are chosen late, is no further one.
	 */
	private Instance self(Endpoint endpoint, int weight, String identity) {
		List<Endpoint> further = this.provider.further().stream().filter((each) -> !each.equals(endpoint)).toList();
		return new Instance(this.settings.nodeId(), this.incarnation, endpoint, this.settings.zone(),
				this.provider.priority(), weight, this.provider.metadata(), identity, further);
	}

	/**
	 * What clients demand of whoever answers at this node's endpoint: the embedded
	 * directory signs it, other engines tell it as they are told.
	 */
	private String identity() {
		return this.tls.key().identity().text();
	}

	private void shows(String identity) {
		synchronized (this) {
			Listening before = this.listening;
			if (before == null) {
				return;
			}
			Instance old = before.self();
			change(before, before.host(), new Instance(old.nodeId(), old.incarnation(), old.endpoint(), old.zone(),
					old.priority(), old.weight(), old.metadata(), identity, old.further()));
		}
		tell();
	}

	/**
	 * Have another share of the calls of weighted strategies; {@link #tell} advertises
	 * it.
	 * @return whether it is another one
	 */
	synchronized boolean weigh(int weight) {
		Listening before = this.listening;
		if (before == null || before.self().weight() == weight) {
			return false;
		}
		change(before, before.host(), before.self().withWeight(weight));
		this.weights.log("", (suppressed) -> logger.info("Node {} has the weight {} from now on, after {}{}",
				this.settings.nodeId(), weight, before.self().weight(), suppressed));
		return true;
	}

	/** Have other limits from the next call on. */
	synchronized void limits(ProviderLimits limits) {
		this.provider = this.provider.withLimits(limits);
		this.server.limits(limits);
	}

	/** The lock of this is held. */
	private void change(Listening before, AdvertisedHost host, Instance self) {
		this.listening = new Listening(self, host, before.advertiser());
		this.own.moves(self);
	}

	private Advertisement advertisement(Instance self) {
		return advertisement(self, this.told);
	}

	private Advertisement advertisement(Instance self, Map<ServiceName, Fingerprint> serving) {
		return new Advertisement(self, serving.keySet(), serving, this.settings.lease());
	}

	private InetAddress bound() {
		return Objects.requireNonNull(this.server.boundAddress(), "The server has not been started");
	}

	/**
	 * What was chosen of the addresses of this machine follows them. While there are none
	 * it stays as it is: most likely the same one returns.
	 */
	private void addressesChanged(Set<InetAddress> present) {
		this.server.answerFrom(present);
		Listening before = this.listening;
		if (before == null || before.host().among(present)) {
			return;
		}
		// What is configured is chosen again.
		AdvertisedHost host = choose();
		if (!host.loopback() && !host.host().equals(before.host().host())) {
			move(host);
		}
	}

	private void move(AdvertisedHost host) {
		Instance old;
		Instance self;
		synchronized (this) {
			Listening before = this.listening;
			if (before == null) {
				return;
			}
			old = before.self();
			self = self(new Endpoint(host.host(), old.endpoint().port()), old.weight(), String.valueOf(old.identity()));
			change(before, host, self);
		}
		tell();
		this.moves.log("", (suppressed) -> logger.info(
				"Node {} advertises {} from now on ({}), since {} is no address of this machine that others can dial{}",
				self.nodeId(), self.endpoint(), host.reason(), old.endpoint().host(), suppressed));
	}

	private AdvertisedHost choose() {
		return AdvertisedHost.choose(this.provider.advertisedHost(), this.provider.address(), bound(),
				this.settings.seeds());
	}

	/** Does nothing if the directory is told of providers by somebody else. */
	void advertise() {
		Advertiser present = advertiser();
		if (present != null) {
			present.advertise();
		}
	}

	/** Refuse new calls, or take them again; what is advertised stays as it is. */
	void suspend(boolean refuse) {
		this.server.suspend(refuse);
	}

	/** Withdraw the services, and stay where operators look for nodes. */
	Mono<Void> retreat() {
		return withdraw(Advertiser::retreat);
	}

	/** The withdrawal, begun at once, bounded and never failing. */
	private Mono<Void> withdraw(Function<Advertiser, Mono<Void>> how) {
		Advertiser present = advertiser();
		if (present == null) {
			return Mono.empty();
		}
		try {
			return how.apply(present).timeout(WITHDRAW_LIMIT).onErrorResume(this::withdrawalFailed);
		}
		catch (RuntimeException ex) {
			return withdrawalFailed(ex);
		}
	}

	private Mono<Void> withdrawalFailed(Throwable failure) {
		logger.warn("The advertisement of node {} could not be withdrawn; it ends with its lease",
				this.settings.nodeId(), failure);
		return Mono.empty();
	}

	/** The same, and nothing is advertised any more. */
	private Mono<Void> leave() {
		this.watch.dispose();
		this.identityWatch.dispose();
		Advertiser present = advertiser();
		if (present != null) {
			present.end();
		}
		return (this.cutOff) ? Mono.empty() : withdraw(Advertiser::withdraw);
	}

	/**
	 * Withdraw, refuse new calls, finish those in flight; a directory that fails, or does
	 * not answer, does not keep the server from it. There is one drain: the grace of a
	 * further one says nothing.
	 * @param grace bound of the wait
	 */
	Mono<Void> drain(Duration grace) {
		return leave().then(Mono.defer(() -> {
			stopServing();
			return drainServer(grace);
		}));
	}

	private Mono<Void> drainServer(Duration grace) {
		return this.server.drain(grace).doFinally((signal) -> {
			if (this.listening != null && this.drained.compareAndSet(false, true)) {
				this.events.drained(this.server.drainedCompletely());
			}
		});
	}

	private void stopServing() {
		this.own.ends();
		this.operations.end();
		try {
			this.engine.stopServing();
		}
		catch (RuntimeException ex) {
			logger.warn("Node {} drains, though its directory failed to stop serving", this.settings.nodeId(), ex);
		}
	}

	void cutOff() {
		this.cutOff = true;
	}

	private Duration grace() {
		return (this.cutOff) ? Duration.ZERO : this.provider.grace();
	}

	/** Drain with the configured grace, then close the port. */
	void addTo(NodeClosing closing) {
		closing.then("the withdrawal", this::leave, WITHDRAW_LIMIT)
			.then("the services of the directory", this::stopServing)
			.then("the drain", () -> drainServer(grace()).block())
			.then("the server", this.server::close);
	}

	/** For those who look at this node. */
	RealmServer server() {
		return this.server;
	}

	/** This node as others see it, or {@code null} before it listens. */
	@Nullable Instance self() {
		Listening present = this.listening;
		return (present != null) ? present.self() : null;
	}

	/** Whether a drain waits for the present thread. */
	boolean isHandler() {
		return this.server.isHandler();
	}

	int port() {
		return this.server.port();
	}

	@Nullable Endpoint endpoint() {
		Listening present = this.listening;
		return (present != null) ? present.self().endpoint() : null;
	}

	NodeReport.Provider report() {
		Listening present = this.listening;
		int weight = (present != null) ? present.self().weight() : this.provider.weight();
		return Reports.provider(this.server, advertiser(), weight, this.provider);
	}

	private @Nullable Advertiser advertiser() {
		Listening present = this.listening;
		return (present != null) ? present.advertiser() : null;
	}

	/**
	 * What is known once the port is bound.
	 *
	 * @param self this node as others see it
	 * @param host where others dial it, and why there
	 * @param advertiser tells the directory, or {@code null} if somebody else does
	 */
	record Listening(Instance self, AdvertisedHost host, @Nullable Advertiser advertiser) {

	}

}
