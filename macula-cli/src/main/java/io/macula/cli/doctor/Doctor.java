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

package io.macula.cli.doctor;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Status;
import io.macula.tls.TlsContexts;
import io.macula.transport.Transport;
import io.macula.transport.TransportSettings;
import io.macula.udp.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * Finds out why a realm cannot be reached: this machine first, then each node from its
 * name up to what it says of itself. Used by one thread.
 */
public final class Doctor {

	static final Status LOOKED = Status.notProcessed(Code.UNAVAILABLE, "the doctor has seen enough");

	private static final String UDP = "udp";

	private static final String OWN_TRUST = "own trust";

	private static final Duration PROBE = Duration.ofSeconds(1);

	private static final int ROUND_TRIPS = 10;

	/** Each silent seed is looked for by itself. */
	private static final int MOST_NODES_AT_ONCE = 8;

	private static final Duration ENDS_SOON = Duration.ofDays(14);

	private final DoctorSettings settings;

	/**
	 * A doctor.
	 * @param settings whom to examine, and with which trust
	 */
	public Doctor(DoctorSettings settings) {
		this.settings = settings;
	}

	/**
	 * The first that is wrong with each of the nodes, for a command that could not reach
	 * its realm.
	 * @param settings whom to examine, and with which trust
	 * @param limit bound of everything, for example 2 seconds
	 * @return what failed or may fail, of each node in the order in which it was found
	 * out; empty if nothing was found in time
	 */
	public static List<Finding> firstFindings(DoctorSettings settings, Duration limit) {
		List<Finding> found = new ArrayList<>();
		Finding own = ownTrust(settings);
		Finding library = MachineCheck.nativeQuic();
		for (Finding finding : List.of(own, library)) {
			if (finding.outcome() == Finding.Outcome.FAILED) {
				found.add(finding);
			}
		}
		if (library.outcome() == Finding.Outcome.FAILED) {
			return found;
		}
		ExecutorService threads = Executors.newFixedThreadPool(MOST_NODES_AT_ONCE, (task) -> {
			Thread thread = new Thread(task, "macula-doctor");
			thread.setDaemon(true);
			return thread;
		});
		Duration part = limit.dividedBy(3);
		List<Endpoint> nodes = settings.nodes().stream().limit(MOST_NODES_AT_ONCE).toList();
		try (Transport transport = transport()) {
			for (Endpoint node : nodes) {
				threads.execute(() -> {
					Finding first = first(settings.withPatience(part), transport, node);
					if (first != null) {
						synchronized (found) {
							found.add(first.of(node.toString()));
						}
					}
				});
			}
			threads.shutdown();
			threads.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS);
			// What fails from here on fails because the time is over.
			synchronized (found) {
				return List.copyOf(found);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return List.of();
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static @Nullable Finding first(DoctorSettings settings, Transport transport, Endpoint node) {
		NameCheck.Named named = NameCheck.of(node.host(), settings.patience());
		if (named.addresses().isEmpty()) {
			return named.finding();
		}
		List<Finding> silent = new ArrayList<>();
		for (InetAddress address : named.addresses()) {
			Finding udp = udp(new InetSocketAddress(address, node.port()), settings.patience());
			if (udp.outcome() == Finding.Outcome.OK) {
				TlsContexts tls = settings.tls();
				return (tls != null) ? new JoinCheck(settings, tls, transport).fault(node) : null;
			}
			silent.add(udp);
		}
		return silent.get(0);
	}

	/**
	 * Examine everything.
	 * @param told of each finding as soon as it is there
	 * @return all findings: those of this machine, then node by node
	 */
	public List<Finding> examine(Consumer<Finding> told) {
		List<Finding> all = new ArrayList<>();
		Consumer<Finding> keep = (finding) -> {
			all.add(finding);
			told.accept(finding);
		};
		for (DoctorSettings.Setting setting : this.settings.used()) {
			keep.accept(Finding.ok("setting", setting.name() + ": " + setting.value() + " (" + setting.origin() + ")"));
		}
		new MachineCheck().all().forEach(keep);
		keep.accept(ownTrust(this.settings));
		if (this.settings.nodes().isEmpty()) {
			keep.accept(Finding.failed("seeds", "no node is named", "name one: macula doctor HOST:PORT, or --seeds"));
		}
		if (MachineCheck.nativeQuic().outcome() == Finding.Outcome.FAILED) {
			return all;
		}
		try (Transport transport = transport()) {
			for (Endpoint node : this.settings.nodes()) {
				examine(node, transport, (finding) -> keep.accept(finding.of(node.toString())));
			}
		}
		return all;
	}

	/** One thread will do. */
	private static Transport transport() {
		TransportSettings all = TransportSettings.defaults();
		return Transport.create(new TransportSettings(all.idleTimeout(), all.keepAlive(), all.suspicion(),
				all.maxPayloadBytes(), all.laneThresholdBytes(), all.lanes(), all.maxConnections(),
				all.maxInFlightPerConnection(), all.maxStreamsPerConnection(), 1, Duration.ZERO));
	}

	private static Finding ownTrust(DoctorSettings settings) {
		TlsContexts tls = settings.tls();
		if (tls == null) {
			return Finding.failed(OWN_TRUST, "this side has no trust to join with: " + settings.fault(),
					"name the secret of the realm (--secret-file), or a key store and a trust store");
		}
		Instant until = tls.expiry();
		Instant now = Instant.now();
		if (until == null) {
			return Finding.ok(OWN_TRUST, "this side joins by " + tls.source());
		}
		String seen = tls.source() + ", valid until " + ShownChain.time(until);
		if (until.isBefore(now)) {
			return Finding.failed(OWN_TRUST, seen + "; the clock of this machine says " + ShownChain.time(now),
					"renew the certificate of this side, or correct the clock");
		}
		return until.isBefore(now.plus(ENDS_SOON))
				? Finding.warning(OWN_TRUST, seen + ", which is soon", "renew the certificate of this side")
				: Finding.ok(OWN_TRUST, seen);
	}

	private void examine(Endpoint node, Transport transport, Consumer<Finding> told) {
		NameCheck.Named named = NameCheck.of(node.host(), this.settings.patience());
		told.accept(named.finding());
		@Nullable InetSocketAddress answers = null;
		boolean refused = !named.addresses().isEmpty();
		for (InetAddress address : named.addresses()) {
			InetSocketAddress remote = new InetSocketAddress(address, node.port());
			VersionProbe.Answer answer = VersionProbe.ask(remote, PROBE);
			told.accept(udp(remote, answer));
			refused &= answer.kind() == VersionProbe.Kind.REFUSED;
			if (answers == null && answer.kind() == VersionProbe.Kind.ANSWERED) {
				answers = remote;
			}
		}
		if (named.addresses().isEmpty() || refused) {
			told.accept(Finding.skipped("trust", "nothing answers that could be trusted"));
			return;
		}
		if (answers != null) {
			told.accept(roundTrip(VersionProbe.roundTrips(answers, ROUND_TRIPS)));
			told.accept(size(PathSizes.find(answers)));
		}
		TlsContexts tls = this.settings.tls();
		if (tls == null) {
			told.accept(Finding.skipped("trust", "this side has no trust to join with"));
			return;
		}
		InetSocketAddress looked = (answers != null) ? answers
				: new InetSocketAddress(named.addresses().get(0), node.port());
		new JoinCheck(this.settings, tls, transport).all(node, looked).forEach(told);
	}

	private static Finding udp(InetSocketAddress remote, Duration patience) {
		return udp(remote, VersionProbe.ask(remote, patience));
	}

	static Finding udp(InetSocketAddress remote, VersionProbe.Answer answer) {
		String place = NameCheck.family(remote.getAddress()) + " " + Addresses.text(remote.getAddress()) + ", UDP port "
				+ remote.getPort() + ": ";
		int port = remote.getPort();
		return switch (answer.kind()) {
			case ANSWERED -> (answer.lost() == 0)
					? Finding.ok(UDP,
							place + "QUIC answers after " + nanos(answer.nanos()) + " (" + versions(answer) + ")")
					: Finding.warning(UDP,
							place + "QUIC answers (" + versions(answer) + "), but only the " + (answer.lost() + 1)
									+ ". datagram was answered",
							"datagrams are lost: look at the load of both sides and of the network");
			case OTHER -> Finding.failed(UDP, place + "something answers that does not speak QUIC",
					"check the port: another service listens there");
			case REFUSED -> Finding.failed(UDP,
					place + "refused (ICMP port unreachable): the machine is there, nobody listens at this port",
					"start the node, or check macula.provider.port and the port of this seed; ss -ulpn | grep :" + port
							+ " on that machine shows who listens");
			case SILENT -> Finding.failed(UDP, place + "silence: no answer and no refusal",
					"a firewall or security group drops UDP, the machine is down, or the way carries no datagrams of "
							+ VersionProbe.LEAST_BYTES + " bytes: open UDP port " + port
							+ " (not TCP) in both directions; tcpdump -ni any udp port " + port
							+ " on that machine shows what arrives");
			case UNSENT -> Finding.failed(UDP, place + "this machine cannot send there: " + answer.detail(),
					"check routes and address families of this machine (ip route get "
							+ Addresses.text(remote.getAddress()) + ")");
		};
	}

	private static String versions(VersionProbe.Answer answer) {
		return String.join(", ", answer.versions());
	}

	private static String nanos(long nanos) {
		return String.format(Locale.ROOT, "%.2f ms", nanos / 1e6);
	}

	static Finding roundTrip(VersionProbe.RoundTrips trips) {
		if (trips.nanos().isEmpty()) {
			return Finding.warning("round trip", "none of " + trips.sent() + " further questions was answered",
					"datagrams are lost: look at the load of both sides and of the network");
		}
		String seen = "least " + nanos(trips.least()) + ", median " + nanos(trips.median()) + ", most "
				+ nanos(trips.most()) + " of " + trips.nanos().size();
		int lost = trips.sent() - trips.nanos().size();
		return (lost == 0) ? Finding.ok("round trip", seen)
				: Finding.warning("round trip", seen + "; " + lost + " of " + trips.sent() + " questions were lost",
						"look at the load of both sides and of the network");
	}

	static Finding size(PathSizes.@Nullable Found found) {
		String check = "path mtu";
		if (found == null) {
			return Finding.skipped(check, "only Linux lets a program forbid fragments");
		}
		if (!found.certain()) {
			return Finding.skipped(check, "too many questions were lost, whatever their size; datagrams of "
					+ found.bytes() + " bytes passed");
		}
		String seen = "datagrams of " + found.bytes() + " bytes pass from here to the node, without fragments";
		return (found.bytes() > VersionProbe.LEAST_BYTES) ? Finding.ok(check, seen)
				: Finding.warning(check, seen + ", larger ones do not: the least that QUIC needs",
						"raise the MTU of the tunnel or overlay network on the way, if large payloads are slow");
	}

}
