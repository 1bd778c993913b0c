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

import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

import io.macula.Endpoint;
import io.macula.RpcException;
import io.macula.codec.Codecs;
import io.macula.log.DurationText;
import io.macula.log.Printable;
import io.macula.operations.NodeAddress;
import io.macula.operations.NodeStatus;
import io.macula.operations.OperationsClient;
import io.macula.pool.ConnectionPool;
import io.macula.pool.Connector;
import io.macula.pool.PoolListener;
import io.macula.pool.PoolSettings;
import io.macula.tls.SecretTls;
import io.macula.tls.TlsContexts;
import io.macula.transport.Connection;
import io.macula.transport.NodeInfo;
import io.macula.transport.QuicConnector;
import io.macula.transport.Transport;
import io.macula.wire.Introduction;
import org.jspecify.annotations.Nullable;

/**
 * Joins a node as any other node would, and asks it who it is. Blocks.
 */
final class JoinCheck {

	static final String CERTIFICATE = "certificate";

	static final String NODE = "node";

	private static final Duration ENDS_SOON = Duration.ofDays(14);

	private final DoctorSettings settings;

	private final TlsContexts tls;

	private final Transport transport;

	private final QuicConnector connector;

	JoinCheck(DoctorSettings settings, TlsContexts tls, Transport transport) {
		this.settings = settings;
		this.tls = tls;
		this.transport = transport;
		this.connector = new QuicConnector(transport, tls, new NodeInfo(settings.realm(), settings.nodeId(),
				System.currentTimeMillis(), Codecs.defaults().names()));
	}

	/**
	 * Join, and say what fails.
	 * @return {@code null} if nothing does
	 */
	@Nullable Finding fault(Endpoint endpoint) {
		try {
			connected(endpoint).close(Doctor.LOOKED);
			return null;
		}
		catch (RpcException ex) {
			return failure(Refusal.of(ex.status()));
		}
	}

	private Connection connected(Endpoint endpoint) {
		return Objects.requireNonNull(this.connector.connect(endpoint, this.settings.patience()).block());
	}

	private static Finding failure(Refusal refusal) {
		return Finding.failed(refusal.check(), refusal.seen(), refusal.remedy());
	}

	/**
	 * All that joining tells.
	 * @param endpoint the node
	 * @param address the one of its addresses that is asked for its certificate
	 */
	List<Finding> all(Endpoint endpoint, InetSocketAddress address) {
		List<Finding> findings = new ArrayList<>();
		Connection connection;
		try {
			connection = connected(endpoint);
		}
		catch (RpcException ex) {
			refused(Refusal.of(ex.status()), address, findings);
			return findings;
		}
		try {
			joined(connection, findings);
		}
		finally {
			connection.close(Doctor.LOOKED);
		}
		if (!(this.tls instanceof SecretTls)) {
			certificate(ShownChain.of(address, name(address), this.settings.patience()), findings);
		}
		asked(endpoint, findings);
		return findings;
	}

	private void refused(Refusal refusal, InetSocketAddress address, List<Finding> findings) {
		boolean spoken = !List.of(Refusal.ALPN, Refusal.HANDSHAKE).contains(refusal.check());
		if (spoken) {
			findings.add(Finding.ok(Refusal.ALPN, "it speaks " + TlsContexts.PROTOCOL));
		}
		findings.add(failure(refusal));
		if (spoken) {
			certificate(ShownChain.of(address, name(address), this.settings.patience()), findings);
		}
		findings.add(ClockCheck.unknown("only a node that trusts this side tells of itself"));
	}

	private String name(InetSocketAddress address) {
		String name = this.tls.peerName();
		return (name != null) ? name : address.getHostString();
	}

	private static void certificate(ShownChain shown, List<Finding> findings) {
		X509Certificate own = shown.own();
		String text = shown.text();
		if (own == null || text == null) {
			findings.add(Finding.skipped(CERTIFICATE, "the certificate of the node could not be looked at"));
			return;
		}
		Instant now = Instant.now();
		Instant until = own.getNotAfter().toInstant();
		if (until.isBefore(now) || own.getNotBefore().toInstant().isAfter(now)) {
			findings.add(Finding.failed(CERTIFICATE, text + "; the clock of this machine says " + ShownChain.time(now),
					"renew the certificate of the node, or correct the clock that is wrong"));
		}
		else if (SecretTls.fingerprint(own) == null && until.isBefore(now.plus(ENDS_SOON))) {
			findings.add(Finding.warning(CERTIFICATE, text + "; it ends soon", "renew the certificate of the node"));
		}
		else {
			findings.add(Finding.ok(CERTIFICATE, text));
		}
	}

	private void joined(Connection connection, List<Finding> findings) {
		NodeInfo peer = connection.peer();
		String identity = peer.identity();
		findings.add(Finding.ok(Refusal.ALPN, "it speaks " + TlsContexts.PROTOCOL));
		findings.add(Finding.ok(Refusal.TRUST, "both sides trust each other, by " + this.tls.source()
				+ ((identity != null) ? "; identity of the node " + identity.substring(0, 16) + "..." : "")));
		findings.add(Finding.ok(Refusal.REALM, "it belongs to '" + peer.realm().name() + "', as this side does"));
		findings.add(Finding.ok(Refusal.PROTOCOL,
				"version " + Introduction.VERSION + ", payload codecs " + String.join(", ", peer.codecs())));
		findings.add(Finding.ok(Refusal.HANDSHAKE,
				"done after " + DurationText.of(millis(connection.stats().handshake())) + ", WELCOME included"));
	}

	private static Duration millis(Duration duration) {
		return Duration.ofNanos(duration.toNanos() / 100_000 * 100_000);
	}

	private void asked(Endpoint endpoint, List<Finding> findings) {
		PoolSettings defaults = PoolSettings.defaults();
		PoolSettings patient = new PoolSettings(1, defaults.idleEviction(), 1, defaults.maxPending(),
				this.settings.patience());
		try (ConnectionPool pool = new ConnectionPool(patient, Connector.of(this.connector), this.transport::schedule,
				System::nanoTime, PoolListener.SILENT)) {
			OperationsClient client = new OperationsClient(() -> pool, List::of, Codecs.defaults())
				.withDeadline(this.settings.patience());
			NodeAddress node = NodeAddress.of(endpoint);
			// The first answer waits for a handshake.
			client.report(node).block();
			Instant asked = Instant.now();
			NodeStatus status = Objects.requireNonNull(client.report(node).block());
			Instant answered = Instant.now();
			findings.add(node(status));
			findings.add(ClockCheck.of(status, asked, answered));
		}
		catch (RpcException ex) {
			findings
				.add(Finding.warning(NODE, "it does not tell of itself: " + Printable.text(ex.status().message(), 400),
						"macula.operations.access of the node says who may look (read, the default, or write)"));
			findings.add(ClockCheck.unknown("the node does not tell of itself"));
		}
	}

	private static String services(NodeStatus status) {
		return status.services().isEmpty() ? "no service"
				: status.services()
					.stream()
					.map(NodeStatus.ServiceStatus::name)
					.limit(5)
					.collect(Collectors.joining(", ", "with ", (status.services().size() > 5) ? ", ..." : ""));
	}

	private static Finding node(NodeStatus status) {
		NodeStatus.Identity node = status.node();
		NodeStatus.Life life = status.life();
		String seen = "node '" + node.nodeId() + "'"
				+ ((node.application() != null) ? " of application '" + node.application() + "'" : "")
				+ ((node.maculaVersion() != null) ? ", Macula " + node.maculaVersion() : "") + ", " + life.state()
				+ " for " + DurationText.of(Duration.ofSeconds(life.age().toSeconds())) + ", " + services(status) + ", "
				+ life.knownNodes() + " nodes known";
		if (life.trouble() != null) {
			return Finding.warning(NODE, Printable.text(seen + "; its directory: " + life.trouble(), 600),
					"examine its seeds from its machine");
		}
		return Finding.ok(NODE, Printable.text(seen, 400));
	}

}
