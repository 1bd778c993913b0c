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

package io.macula.client;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import io.macula.Code;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.directory.ServiceResolver;
import io.macula.directory.Snapshot;
import io.macula.log.DurationText;
import io.macula.log.LogLimit;
import io.macula.log.NearestName;
import io.macula.log.PrintableLogger;
import io.macula.selection.InstanceListener;
import io.macula.selection.InstanceTracker;
import io.macula.selection.LoadBalancer;
import io.macula.tls.PeerAccess;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * One client service during one phase of its client: the watch of its instances, what its
 * calls share under whatever settings ({@link ServiceCalls}), and those that wait. Safe
 * for all threads.
 * <p>
 * Goes from NEW to BEGUN by {@link #begin} and from either to ENDED by {@link #end}. A
 * phase without a life is ENDED from the beginning: its calls find no instance and are
 * told the refusal instead of waiting for one.
 */
final class ServiceLife {

	private static final Logger logger = PrintableLogger.of(ServiceLife.class);

	private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

	private final ClientPhase phase;

	private final ServiceName service;

	private final ClientContext context;

	private final LoadBalancer balancer;

	private final @Nullable InstanceLinks links;

	private final WaitingCalls waiting;

	private final CallObserver.Factory observations;

	private final AtomicLong ticks;

	private final Supplier<ServiceSettings> present;

	private final LogLimit providersLog;

	private final VersionSpread versions;

	private final AtomicBoolean begun = new AtomicBoolean();

	private volatile @Nullable ServiceResolver resolver;

	/** The latest time at which the last instance left; {@code null} if none ever did. */
	private volatile @Nullable Departure departure;

	private volatile @Nullable Nearest nearest;

	private ServiceLife(ClientPhase phase, String name, ServiceName service, ServiceSettings settings,
			ClientContext context, AtomicLong ticks, Supplier<ServiceSettings> present) {
		this.phase = phase;
		this.service = service;
		this.context = context;
		this.ticks = ticks;
		this.present = present;
		this.providersLog = LogLimit.ofPeers(context.clock());
		ClientLife life = phase.life();
		InstanceListener listener = (life != null) ? life.listeners().apply(name, service) : InstanceListener.SILENT;
		this.versions = new VersionSpread(service, listener, this.providersLog);
		this.balancer = new LoadBalancer(service, settings.strategyName(), settings.strategy(), settings.ejection(),
				nearZone(settings), context.clock(), ThreadLocalRandom::current, listener);
		this.links = (life != null) ? new InstanceLinks(this.balancer, life.pool()) : null;
		this.waiting = (life != null) ? new WaitingCalls(this.balancer, life.timer(), this::futile, this::noInstances)
				: WaitingCalls.ended(this.balancer, phase.refusal());
		this.observations = Observed.factory(context.realm(), context.observationRegistry());
	}

	private @Nullable String nearZone(ServiceSettings settings) {
		return settings.zoneAware() ? this.context.zone() : null;
	}

	/**
	 * A life that is NEW, or ENDED if the phase is none.
	 * @param phase of the client
	 * @param name of the client service
	 * @param service the service
	 * @param settings how its instances are judged at first
	 * @param context of the client
	 * @param ticks outlives this
	 * @param present how it is called now
	 */
	static ServiceLife of(ClientPhase phase, String name, ServiceName service, ServiceSettings settings,
			ClientContext context, AtomicLong ticks, Supplier<ServiceSettings> present) {
		return new ServiceLife(phase, name, service, settings, context, ticks, present);
	}

	/**
	 * What its calls share under some settings: all instances, connections and waits of
	 * this life, whatever the settings are.
	 */
	ServiceCalls calls(ServiceRules rules) {
		ServiceSettings settings = rules.settings();
		LoadBalancer chosen = this.balancer.with(settings.strategyName(), settings.strategy(), settings.ejection(),
				nearZone(settings));
		PeerAccess access = this.context.access();
		return new ServiceCalls(this, rules, this.service, this.context.zone(), chosen,
				new AttemptTimes(settings, chosen), this.waiting, this.observations, this.context.clock(),
				this.waiting.timer(), this.ticks,
				(access != null && !this.service.reserved()) ? access.providers(this.service) : null);
	}

	/** Begin to watch the instances; what was ended before is not begun. */
	void begin() {
		ClientLife life = this.phase.life();
		if (life == null || !this.begun.compareAndSet(false, true)) {
			return;
		}
		ServiceResolver watched = ServiceResolver.watch(life.directory(), this.service);
		this.resolver = watched;
		watched.onChange(this::update);
		if (this.waiting.end() != null) {
			watched.close();
		}
	}

	/** The directory knows other instances. */
	private void update(Snapshot snapshot) {
		int before = this.balancer.trackers().size();
		if (this.links != null) {
			this.links.update(snapshot);
		}
		this.versions.update(snapshot);
		if (!snapshot.instances().isEmpty()) {
			this.waiting.instancesKnown();
			if (before == 0 && this.departure != null) {
				this.providersLog.log("back",
						(suppressed) -> logger.info("Service {} has a provider again{}", this.service, suppressed));
			}
		}
		else {
			if (before > 0) {
				this.departure = new Departure(before, this.context.clock().getAsLong());
				this.providersLog.log("gone", (suppressed) -> logger.info("Service {} has no provider any more: {}{}",
						this.service, waits(), suppressed));
			}
			this.waiting.instancesGone();
		}
	}

	private String waits() {
		return (futile() != null) ? "calls of it are refused, since this node itself was the last and is shutting down"
				: "calls wait up to " + DurationText.of(this.present.get().patience()) + " for one";
	}

	/** Why nobody waits for an instance at present, or {@code null}. */
	private @Nullable Status futile() {
		ClientLife life = this.phase.life();
		return (life != null && life.ownEnded().test(this.service))
				? unavailable(nobody() + " any more: the last one was this node itself, which is shutting down and"
						+ " serves no longer in this life")
				: null;
	}

	/** Why there is no instance. */
	Status noInstances() {
		ClientLife life = this.phase.life();
		if (life == null) {
			return this.phase.refusal();
		}
		Status obstacle = told(life.directoryObstacle());
		if (obstacle != null) {
			return Status.notProcessed(obstacle.code(), "no provider of service '" + this.service
					+ "' is known, because the directory cannot be joined: " + obstacle.message());
		}
		ServiceResolver watched = this.resolver;
		String trouble = told(life.directoryTrouble());
		String where = ((trouble != null) ? trouble + "; " : "") + life.directoryHint();
		String nobody = nobody();
		if (watched == null || watched.current() == null) {
			String awaited = told(life.directoryAwaited());
			return (trouble == null && awaited != null) ? unavailable(nobody + " yet: " + awaited + "; " + where)
					: unavailable("the directory has not answered yet, so no provider of service '" + this.service
							+ "' is known; " + where);
		}
		Departure left = this.departure;
		if (left != null) {
			return unavailable(nobody + " any more: it had " + left.text(this.context.clock().getAsLong())
					+ "; start one again; " + where);
		}
		return (trouble != null) ? unavailable(nobody + ", but the directory may be out of date: " + where)
				: Status.notProcessed(Code.NOT_FOUND, nobody + nearest(life) + "; " + where);
	}

	/**
	 * The service that may have been meant, of those of which this node knows anyway.
	 * Looked for once a second at most, however many calls fail.
	 */
	private String nearest(ClientLife life) {
		long now = this.context.clock().getAsLong();
		Nearest last = this.nearest;
		if (last == null || now - last.nanos() > LOOK_NANOS) {
			Collection<ServiceName> known = told(life.directory()::known);
			String text = (known == null) ? "" : NearestName.of(this.service.value(), known.stream()
				// Itself, if a provider came while the call failed.
				.filter((other) -> !other.reserved() && !other.equals(this.service))
				.map(ServiceName::value)
				.toList()).map((name) -> " (did you mean '" + name + "'?)").orElse("");
			last = new Nearest(text, now);
			this.nearest = last;
		}
		return last.text();
	}

	/**
	 * A question to whoever misspelt a name.
	 *
	 * @param text empty if no name is like it
	 * @param nanos when the names were looked through
	 */
	private record Nearest(String text, long nanos) {

	}

	private String nobody() {
		return "no provider of service '" + this.service + "' is known in the realm '" + this.context.realm() + "'";
	}

	private static Status unavailable(String message) {
		return Status.notProcessed(Code.UNAVAILABLE, message);
	}

	/** What the engine says, which may be the user's. */
	private static <T> @Nullable T told(Supplier<@Nullable T> engine) {
		try {
			return engine.get();
		}
		catch (RuntimeException ex) {
			logger.debug("The directory cannot tell its state", ex);
			return null;
		}
	}

	/**
	 * Nothing begins any more; whoever waits, now or later, is told why. Calls that were
	 * sent end with their connections.
	 * @param reason not processed
	 */
	void end(Status reason) {
		this.waiting.end(reason);
		attempt("watch", () -> {
			ServiceResolver watched = this.resolver;
			if (watched != null) {
				watched.close();
			}
		});
		InstanceLinks present = this.links;
		if (present != null) {
			attempt("connections", present::close);
		}
	}

	private void attempt(String what, Runnable step) {
		try {
			step.run();
		}
		catch (Throwable ex) {
			logger.warn("The {} of client service {} did not end as it should; the rest goes on", what, this.service,
					ex);
		}
	}

	ClientPhase phase() {
		return this.phase;
	}

	WaitingCalls waiting() {
		return this.waiting;
	}

	List<InstanceTracker> instances() {
		return this.balancer.trackers();
	}

	@Nullable String eject(String nodeId, String reason) {
		return this.balancer.eject(nodeId, reason);
	}

	@Nullable String restore(String nodeId) {
		return this.balancer.restore(nodeId);
	}

	long ejections() {
		return this.balancer.ejections();
	}

	@Nullable Duration snapshotAge() {
		ServiceResolver watched = this.resolver;
		return (watched != null) ? watched.age() : null;
	}

	/**
	 * The last instances left.
	 *
	 * @param providers how many there were
	 * @param nanos when, on the scale of the clock
	 */
	private record Departure(int providers, long nanos) {

		String text(long now) {
			return this.providers + ((this.providers == 1) ? " provider" : " providers") + " until "
					+ Failures.text(Duration.ofNanos(now - this.nanos)) + " ago";
		}

	}

}
