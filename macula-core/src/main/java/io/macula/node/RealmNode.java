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
import java.util.Optional;

import io.macula.Realm;
import io.macula.Status;
import io.macula.client.ClientContext;
import io.macula.client.RealmClient;
import io.macula.operations.OperationsClient;
import io.macula.server.ProviderLimits;
import io.macula.server.RealmServer;
import io.macula.server.ServiceDefinition;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * One node of a realm: client, provider, or both. Safe for all threads; closed by whoever
 * built it.
 * <p>
 * A node lives any number of times: NEW until {@link #start}, then STARTED until
 * {@link #stop}, then STOPPED until the next start, and CLOSED for good by {@link #close}
 * from anywhere. Each life has an incarnation of its own, higher than that of the one
 * before. What was registered and made before stays: services, clients, and proxies,
 * whose calls end at once while the node is not STARTED, not processed.
 *
 * <pre>
 * try (RealmNode node = RealmNode.builder("shop")
 *         .seeds("10.0.0.1:9443")
 *         .provider(ProviderSettings.defaults())
 *         .service("test.calculator", Calculator.class, new CalculatorBean())
 *         .build()) {
 *     node.start();
 *     node.advertise();
 *     Calculator calculator = node.client().proxy(Calculator.class, "test.calculator");
 *     ...
 * }
 * </pre>
 */
public final class RealmNode implements AutoCloseable {

	private final NodePlan plan;

	private final RealmClient client;

	private final NodeRefusals refusals;

	private final NodeEvents events;

	private final CallIntake intake = new CallIntake(this::serving);

	/** Ends what outlives a life; only once there is none any more. */
	private final NodeClosing remains;

	private final Object lock = new Object();

	/** What the next life serves; guarded by the lock, as all below. */
	private final List<ServiceDefinition> services;

	/** What it serves beside them until that is withdrawn. */
	private final List<ServiceDefinition> provided = new ArrayList<>();

	private NodeState state = NodeState.NEW;

	/** Carries out the start that is under way. */
	private @Nullable Thread starter;

	/** Somebody who could not wait for the start that is under way wants a stop. */
	private boolean stopWanted;

	/** Never turns back. */
	private boolean closed;

	private long incarnation;

	private final OwnLimits limits;

	/** There from STARTED until it is closed whole; for readers. */
	private volatile @Nullable Life life;

	RealmNode(NodePlan plan, ClientContext context, List<ServiceDefinition> services, String startedBy,
			String startedAgainBy) {
		this.plan = plan;
		this.limits = new OwnLimits(plan.settings().nodeId(), plan.provider());
		this.services = new ArrayList<>(services);
		this.events = new NodeEvents(plan.settings().nodeId());
		this.refusals = new NodeRefusals(plan.settings().nodeId(), startedBy, startedAgainBy);
		this.client = new RealmClient(context, this.refusals.notStarted());
		this.remains = new NodeClosing(plan.settings().nodeId()).then("the client",
				() -> this.client.stop(this.refusals.closed()));
		this.remains.then("the directory", plan.engines()::close, Life.DIRECTORY_LIMIT);
		this.remains.then("the operations", plan.operations()::close).then("the events", this.events::close);
	}

	/**
	 * Load and compile the call path on a thread of its own, by calls of this process to
	 * itself over loopback: for applications that know long before they build a node that
	 * they will. Returns at once; does nothing the second time, in a process. A failure
	 * is told at level DEBUG, and costs nothing but a slower first call.
	 */
	public static void warmUp() {
		WarmUp.start();
	}

	/**
	 * Begin to describe a node.
	 * @param realm name of the realm
	 * @return a builder with the defaults
	 */
	public static RealmNodeBuilder builder(String realm) {
		return new RealmNodeBuilder(new Realm(realm));
	}

	/**
	 * Begin to describe a node.
	 * @param settings who the node is
	 * @return a builder with the defaults of everything else
	 */
	public static RealmNodeBuilder builder(NodeSettings settings) {
		return new RealmNodeBuilder(settings);
	}

	/**
	 * Serve a further service, in all lives to come: for handlers that need this node's
	 * clients, and so cannot be there before it. Not while the node is started.
	 * @param name name of the service
	 * @param contract a plain interface
	 * @param handler implements it; used by many threads at once
	 * @throws IllegalArgumentException if the name is served already or the interface is
	 * no valid contract
	 * @throws IllegalStateException if this node is started or closed, or was not built
	 * with a provider
	 */
	public void service(String name, Class<?> contract, Object handler) {
		ServiceDefinition definition = ServiceDefinition.of(name, contract, handler);
		synchronized (this.lock) {
			String obstacle = obstacle();
			if (obstacle != null) {
				throw new IllegalStateException("Service '" + name + "' cannot be provided: node '"
						+ this.plan.settings().nodeId() + "' is " + obstacle);
			}
			checkBesideOthers(definition);
			this.services.add(definition);
		}
	}

	/** The lock is held. */
	private void checkBesideOthers(ServiceDefinition definition) {
		List<ServiceDefinition> all = served();
		all.add(definition);
		RealmServer.check(all, this.plan.settings().realm(), this.plan.settings().nodeId(), this.plan.codecs(),
				this.plan.rules());
	}

	/** The lock is held. */
	private List<ServiceDefinition> served() {
		List<ServiceDefinition> all = new ArrayList<>(this.services);
		all.addAll(this.provided);
		return all;
	}

	/**
	 * Serve a further service from now on, started or not, until it is withdrawn: for
	 * handlers that come and go while the node lives. It is advertised when the others
	 * are. Waits for a start that is under way.
	 * @param name name of the service
	 * @param contract a plain interface
	 * @param handler implements it; used by many threads at once
	 * @return the service, to be withdrawn by the caller
	 * @throws IllegalArgumentException if the name is served already or the interface is
	 * no valid contract
	 * @throws IllegalStateException if this node is closed, was not built with a
	 * provider, or is being started by the present thread
	 */
	public ProvidedService provide(String name, Class<?> contract, Object handler) {
		ServiceDefinition definition = ServiceDefinition.of(name, contract, handler);
		ServingPart serving;
		synchronized (this.lock) {
			boolean starting = !awaitStart();
			String obstacle = starting ? "starting on the present thread" : permanentObstacle();
			if (obstacle != null) {
				throw new IllegalStateException("Service '" + name + "' cannot be provided: node '"
						+ this.plan.settings().nodeId() + "' is " + obstacle);
			}
			checkBesideOthers(definition);
			serving = serving();
			if (serving != null) {
				serving.add(definition);
			}
			this.provided.add(definition);
		}
		if (serving != null) {
			serving.tell();
			serving.report()
				.services()
				.stream()
				.filter((service) -> service.name().equals(name))
				.forEach(serving::announce);
		}
		return new ProvidedService(name, (grace) -> withdraw(definition, grace));
	}

	private Mono<Void> withdraw(ServiceDefinition definition, Duration grace) {
		ServingPart serving;
		synchronized (this.lock) {
			awaitStart();
			if (!this.provided.removeIf((other) -> other == definition)) {
				return Mono.empty();
			}
			serving = serving();
			if (serving != null) {
				serving.remove(definition);
			}
		}
		if (serving == null) {
			return Mono.empty();
		}
		serving.tell();
		serving.announceEnd(definition.name());
		return serving.refuse(definition, grace);
	}

	/**
	 * Change the share that this node has of the calls of weighted strategies, for
	 * example of a canary. It is advertised at once if the services are; it holds in all
	 * lives to come, until it is set again, but not in another process.
	 * @param weight the share, relative to that of other instances, from 1 to
	 * {@value io.macula.Instance#MAX_WEIGHT}
	 * @throws IllegalArgumentException if the weight is not valid
	 * @throws IllegalStateException if this node is closed or was not built with a
	 * provider
	 * @throws RuntimeException of a registry of the user's that fails; to set the weight
	 * again tells it again
	 */
	public void weight(int weight) {
		ServingPart serving;
		synchronized (this.lock) {
			serving = serving();
			this.limits.weigh(weight, this.closed, serving);
		}
		if (serving != null) {
			serving.tell();
		}
	}

	/**
	 * Change how much this node serves at once, while calls run: from the next call on,
	 * in this life and those to come. What is in flight goes on, even if it is more than
	 * the limits allow.
	 * @param limits the limits
	 * @throws IllegalStateException if this node is closed or was not built with a
	 * provider
	 */
	public void limits(ProviderLimits limits) {
		synchronized (this.lock) {
			this.limits.limit(limits, this.closed, serving());
		}
	}

	/**
	 * How much this node serves at once, and how long it drains.
	 * @return the limits of this moment, or {@code null} if it does not serve
	 */
	public @Nullable ProviderLimits limits() {
		synchronized (this.lock) {
			return this.limits.limits();
		}
	}

	/**
	 * Wait for a start that is under way; the lock is held.
	 * @return false if the present thread cannot wait for it
	 */
	private boolean awaitStart() {
		while (this.state == NodeState.STARTING) {
			if (this.starter == Thread.currentThread() || Schedulers.isInNonBlockingThread()) {
				return false;
			}
			awaitChange();
		}
		return true;
	}

	private @Nullable String permanentObstacle() {
		return this.limits.obstacle(this.closed);
	}

	private @Nullable String obstacle() {
		String permanent = permanentObstacle();
		if (permanent != null) {
			return permanent;
		}
		return switch (this.state) {
			case STARTING, STARTED -> "started: register services before start(), or between stop() and start()";
			case NEW, STOPPING, STOPPED, CLOSED -> null;
		};
	}

	/**
	 * Begin a life: bind the provider's port, if this node serves, and join the realm
	 * through its seeds; does not wait for them. Does nothing if the node is started.
	 * Waits for a stop that is under way, except on a thread that must not block.
	 * @throws io.macula.RpcException if the port cannot be bound; the node can be closed
	 * then, or started again
	 * @throws IllegalStateException if this node is closed; or is stopping, and the
	 * present thread cannot wait for that; or cannot be started again, because its
	 * directory engine was given as one instance
	 */
	public void start() {
		NodeState before = beginStart();
		if (before == null) {
			return;
		}
		Life begun = null;
		try {
			begun = open();
			this.client.start(begun.calling());
			begun.start();
		}
		catch (RuntimeException | Error ex) {
			this.client.stop((before == NodeState.NEW) ? this.refusals.notStarted() : this.refusals.stopped());
			if (begun != null) {
				begun.endsBy(() -> {
				}, () -> {
				});
				begun.closing().close();
			}
			endStart(before, null);
			throw ex;
		}
		begun.endsBy(() -> this.client.stop(refusal()), this::ended);
		endStart(NodeState.STARTED, begun);
	}

	private Life open() {
		List<ServiceDefinition> served;
		List<ServiceDefinition> further;
		long number;
		NodePlan present;
		synchronized (this.lock) {
			present = this.plan.with(this.limits.provider());
			served = List.copyOf(this.services);
			further = List.copyOf(this.provided);
			// The wall clock may have been set back.
			this.incarnation = Math.max(this.incarnation + 1, Instant.now().toEpochMilli());
			number = this.incarnation;
		}
		return present.open(number, served, further, this.events);
	}

	/**
	 * Claim the start.
	 * @return the state to go back to, or {@code null} if there is nothing to do
	 */
	private @Nullable NodeState beginStart() {
		synchronized (this.lock) {
			while (true) {
				if (this.closed) {
					throw new IllegalStateException(this.refusals.closed().message());
				}
				switch (this.state) {
					case STARTED -> {
						return null;
					}
					case STARTING -> {
						if (this.starter == Thread.currentThread() || Schedulers.isInNonBlockingThread()) {
							return null;
						}
					}
					case STOPPING -> {
						if (Schedulers.isInNonBlockingThread() || holdsUpEnd()) {
							throw new IllegalStateException("node '" + this.plan.settings().nodeId()
									+ "' is stopping: start it again once stop() has returned, on another thread than '"
									+ Thread.currentThread().getName() + "'");
						}
					}
					case NEW, STOPPED, CLOSED -> {
						NodeState before = this.state;
						this.state = NodeState.STARTING;
						this.starter = Thread.currentThread();
						this.stopWanted = false;
						return before;
					}
				}
				awaitChange();
			}
		}
	}

	private boolean holdsUpEnd() {
		Life present = this.life;
		return present != null && present.holdsUp();
	}

	private void endStart(NodeState next, @Nullable Life begun) {
		ServingPart serving = (begun != null) ? begun.serving() : null;
		boolean weighed;
		boolean stop;
		synchronized (this.lock) {
			this.life = begun;
			this.state = next;
			weighed = serving != null && this.limits.begins(serving);
			if (serving != null) {
				this.intake.begins(serving);
			}
			this.starter = null;
			stop = this.stopWanted;
			this.stopWanted = false;
			this.lock.notifyAll();
		}
		if (serving != null && weighed) {
			serving.tell();
		}
		if (stop) {
			end();
		}
	}

	/** Wait, in spite of interrupts; the lock is held. */
	private void awaitChange() {
		Uninterrupted.run(this.lock::wait);
	}

	/**
	 * The calling part.
	 * @return the client
	 */
	public RealmClient client() {
		return this.client;
	}

	/**
	 * The bound UDP port.
	 * @return the port, or -1 if this node does not serve or is not started
	 */
	public int port() {
		ServingPart serving = serving();
		return (serving != null) ? serving.port() : -1;
	}

	private @Nullable ServingPart serving() {
		Life present = this.life;
		return (present != null) ? present.serving() : null;
	}

	/**
	 * Advertise the services, once the application is ready to serve; while this node is
	 * suspended, once it is resumed. Does nothing if this node does not serve, is not
	 * started, drains, or advertises already.
	 */
	public void advertise() {
		this.intake.advertise();
	}

	/**
	 * Get no calls until {@link #resume}, in this life and those to come: withdraw the
	 * services, and refuse new calls as not processed, which sends them to another
	 * instance. Calls in flight go on, and so do this node's own calls. For operators,
	 * whom the directory tells of the node itself still; the application's
	 * {@link #advertise} waits for the end of it.
	 * @return completes when the directory knows, or after a moment; never fails
	 * @throws IllegalStateException if this node is closed or was not built with a
	 * provider
	 */
	public Mono<Void> suspend() {
		synchronized (this.lock) {
			String obstacle = permanentObstacle();
			if (obstacle != null) {
				throw new IllegalStateException(
						"Node '" + this.plan.settings().nodeId() + "' cannot be drained: it is " + obstacle);
			}
		}
		return this.intake.suspend();
	}

	/**
	 * Take calls again after {@link #suspend}, and advertise if the application wants
	 * that. Does nothing if this node is not suspended.
	 */
	public void resume() {
		this.intake.resume();
	}

	/**
	 * Withdraw the services; calls are still served, and the directory tells operators of
	 * the node itself still.
	 * @return completes when the directory knows, or after a moment; never fails
	 */
	public Mono<Void> withdraw() {
		return this.intake.withdraw();
	}

	/**
	 * Drain the serving part: withdraw, refuse new calls as not processed, finish those
	 * in flight, close. There is one drain in each life: a stop that comes later waits
	 * for it.
	 * @param grace bound of the wait
	 * @return completes when nothing is in flight, or after the grace period
	 */
	public Mono<Void> drainServer(Duration grace) {
		ServingPart serving = serving();
		return (serving != null) ? serving.drain(grace) : Mono.empty();
	}

	/**
	 * Tell somebody what happens to this node from now on, in all its lives.
	 * @param listener told on a thread of its own
	 * @return tells it nothing any more once it is disposed of
	 */
	public Disposable listen(NodeListener listener) {
		return this.events.add(listener);
	}

	/** What is open at present, or {@code null}. */
	@Nullable Life life() {
		return this.life;
	}

	/**
	 * Asks other nodes of the realm what they are and do, and steers them, as far as they
	 * let this one. For a node that is started.
	 * @return a client that knows this node's seeds, and whom its directory knows
	 */
	public OperationsClient operations() {
		return NodeQuestions.of(this, this.plan);
	}

	/**
	 * Where this node is in its life.
	 * @return the state of this moment; may have changed when it is looked at
	 */
	public NodeState state() {
		synchronized (this.lock) {
			return this.state;
		}
	}

	/**
	 * What this node is, serves, calls, and is connected to.
	 * @return a report of this moment
	 */
	public NodeReport report() {
		Life present = this.life;
		Reports.Moment moment;
		synchronized (this.lock) {
			moment = new Reports.Moment(this.state, this.incarnation, served(), this.limits.weight());
		}
		return Reports.node(this.plan, present, moment, this.intake.suspended(), this.client, this.events.figures());
	}

	/**
	 * The report of one client service.
	 * @param name name of the client service
	 * @return the report, or {@code null} if there is no such client service
	 */
	public NodeReport.@Nullable ClientService report(String name) {
		return Reports.client(this.client, name);
	}

	/**
	 * End the present life: withdraw, drain with the provider's grace period, close all
	 * connections, sockets and threads. The node can be started again. Blocks until done,
	 * whoever began it and in spite of interrupts; in a thread that must not block, such
	 * as an event loop, and in a handler's method of this node, which the drain waits
	 * for, only begins it. What fails is logged and stops nothing. Does nothing if the
	 * node is not started.
	 */
	public void stop() {
		end();
	}

	/**
	 * The same as {@link #stop}, and for good.
	 */
	@Override
	public void close() {
		synchronized (this.lock) {
			this.closed = true;
		}
		end();
	}

	/**
	 * The same as {@link #stop}, but as abrupt as the death of the process, for whoever
	 * tries what others make of that: first the sockets are closed, so that nothing is
	 * withdrawn, no peer is told, and no call in flight is answered. A directory that is
	 * not reached over this node's own sockets is told as ever.
	 */
	public void abort() {
		Optional.ofNullable(this.life).ifPresent(Life::cutOff);
		end();
	}

	/** Bring the node to where it has no life, or begin to. */
	private void end() {
		Life ending;
		synchronized (this.lock) {
			while (this.state == NodeState.STARTING) {
				if (this.starter == Thread.currentThread() || Schedulers.isInNonBlockingThread()) {
					this.stopWanted = true;
					return;
				}
				awaitChange();
			}
			if (this.state == NodeState.STARTED) {
				this.state = NodeState.STOPPING;
			}
			ending = this.life;
		}
		if (ending != null) {
			ending.end();
		}
		closeRemains();
	}

	/** The last step of a life, on the thread that closed it. */
	private void ended() {
		synchronized (this.lock) {
			this.life = null;
			this.intake.ended();
			this.state = NodeState.STOPPED;
			this.lock.notifyAll();
		}
		closeRemains();
	}

	private void closeRemains() {
		synchronized (this.lock) {
			if (!this.closed || this.life != null || this.state == NodeState.STARTING) {
				return;
			}
			this.state = NodeState.CLOSED;
		}
		this.remains.close();
	}

	private Status refusal() {
		synchronized (this.lock) {
			return (this.closed) ? this.refusals.closed() : this.refusals.stopped();
		}
	}

}
