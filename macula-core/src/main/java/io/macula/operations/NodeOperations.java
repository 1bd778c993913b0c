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

package io.macula.operations;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.macula.CallContext;
import io.macula.Code;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.directory.DirectoryEngine;
import io.macula.log.LogLimit;
import io.macula.log.Printable;
import io.macula.log.PrintableLogger;
import io.macula.tls.PeerIdentity;
import io.macula.tls.ProvenCaller;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Serves the reserved service of a node: lets those look at it and steer it who may. Safe
 * for all threads. Works on a thread of its own that is there only while somebody asks.
 */
public final class NodeOperations implements AutoCloseable {

	/** Name of the service. */
	public static final String SERVICE = "macula.node";

	/** Watches that a node has at once. */
	static final int MOST_WATCHES = 64;

	/** Of these, watches from one address. */
	static final int MOST_WATCHES_FROM_ONE = 16;

	/** One answer serves all who ask within this time. */
	private static final long FRESH_NANOS = Duration.ofMillis(100).toNanos();

	/** The same of what takes long to find out and seldom changes. */
	private static final Duration KEPT = Duration.ofSeconds(1);

	/** Whoever reads reports less often gets no latencies. */
	private static final Duration COUNTING = Duration.ofMinutes(2);

	private static final int LONGEST_NAME = 200;

	private static final Logger logger = PrintableLogger.of(NodeOperations.class);

	private final NodeView view;

	private final OperationsAccess access;

	private final OperationsThread thread;

	private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();

	private final LogLimit refusals = LogLimit.ofPeers(System::nanoTime);

	/** Of the thread, as all below. */
	private @Nullable NodeStatus latest;

	private long latestNanos;

	private @Nullable List<KnownNodes.KnownNode> knownNodes;

	private @Nullable List<ServiceDescriptions.ServiceDescription> described;

	private long countUntil;

	/** It is looked whether anybody still wants to know. */
	private boolean ceases;

	/** Tells the watchers what happens while there are any. */
	private @Nullable Disposable listening;

	/**
	 * The service of a node.
	 * @param view the node
	 * @param access who may do what
	 */
	public NodeOperations(NodeView view, OperationsAccess access) {
		this.view = view;
		this.access = access;
		this.thread = new OperationsThread(view.nodeId());
	}

	/**
	 * What the node has to serve.
	 * @return the service, with this as its handler
	 */
	public DirectoryEngine.Service service() {
		return new DirectoryEngine.Service(SERVICE, NodeService.class, new Handler());
	}

	/**
	 * The node begins to drain: whoever watches is told its state and then the end.
	 */
	public void end() {
		if (!this.watchers.isEmpty()) {
			this.thread.execute(() -> {
				this.latest = null;
				List.copyOf(this.watchers).forEach(Watcher::end);
			});
		}
	}

	/** The node is closed for good. */
	@Override
	public void close() {
		this.thread.close();
	}

	/** Of the thread. */
	private NodeStatus status() {
		long now = System.nanoTime();
		NodeStatus known = this.latest;
		if (known == null || now - this.latestNanos > FRESH_NANOS) {
			known = this.view.status();
			this.latest = known;
			this.latestNanos = now;
		}
		return known;
	}

	/** Of the thread. */
	private List<KnownNodes.KnownNode> known() {
		List<KnownNodes.KnownNode> present = this.knownNodes;
		if (present == null) {
			present = this.view.known();
			this.knownNodes = present;
			this.thread.schedule(() -> this.knownNodes = null, KEPT);
		}
		return present;
	}

	/** Of the thread. */
	private List<ServiceDescriptions.ServiceDescription> described() {
		List<ServiceDescriptions.ServiceDescription> present = this.described;
		if (present == null) {
			present = this.view.describe();
			this.described = present;
			this.thread.schedule(() -> this.described = null, KEPT);
		}
		return present;
	}

	/** Somebody looks; of the thread. */
	private void count() {
		this.countUntil = System.nanoTime() + COUNTING.toNanos();
		// Again in each life of the node.
		this.view.record(true);
		if (!this.ceases) {
			this.ceases = true;
			this.thread.schedule(this::cease, COUNTING);
		}
	}

	/** What is kept for readers goes when there are none. */
	private void cease() {
		long left = this.countUntil - System.nanoTime();
		if (left > 0 || !this.watchers.isEmpty()) {
			this.thread.schedule(this::cease, (left > 0) ? Duration.ofNanos(left) : COUNTING);
			return;
		}
		this.ceases = false;
		this.latest = null;
		this.view.record(false);
	}

	private void watches(Watcher watcher) {
		this.watchers.add(watcher);
		if (this.listening == null) {
			this.listening = this.view.listen((event) -> this.watchers.forEach((each) -> each.happened(event)));
		}
		count();
	}

	private void leaves(Watcher watcher) {
		Disposable present = this.listening;
		if (this.watchers.remove(watcher) && this.watchers.isEmpty() && present != null) {
			present.dispose();
			this.listening = null;
		}
	}

	/** Who calls, if it may. */
	private Peer admit(OperationsAccess.Level needed, String method) {
		Peer peer = Peer.of(CallContext.current());
		String refusal = this.access.refusal(needed, peer.identity());
		if (refusal != null) {
			this.refusals.log(peer.nodeId() + ' ' + method, (suppressed) -> logger
				.warn("Refused {} of {}, asked by {}: {}{}", method, this.view.nodeId(), peer, refusal, suppressed));
			throw Status
				.processed(Code.PERMISSION_DENIED,
						method + " of node '" + this.view.nodeId() + "' is not allowed: " + refusal)
				.toException();
		}
		return peer;
	}

	private Mono<byte[]> answer(Supplier<Object> work) {
		return this.thread.call(() -> OperationsCodec.encode(work.get()));
	}

	private Mono<byte[]> steer(NodeView.Steer steer, byte[] payload) {
		String method = steer.name().toLowerCase(Locale.ROOT);
		Peer peer = admit(OperationsAccess.Level.WRITE, method);
		Act act = asked(payload, Act.class);
		return this.thread.call(() -> {
			try {
				this.view.steer(steer, act, peer.toString());
			}
			catch (IllegalArgumentException ex) {
				throw Status.processed(Code.INVALID_ARGUMENT, String.valueOf(ex.getMessage())).toException();
			}
			this.latest = null;
			return new byte[0];
		});
	}

	private static <T> T asked(byte[] payload, Class<T> type) {
		if (payload.length > OperationsCodec.MAX_QUESTION) {
			throw Status
				.processed(Code.INVALID_ARGUMENT,
						"a question of " + payload.length + " bytes is too long: expected "
								+ OperationsCodec.MAX_QUESTION + " at most")
				.toException();
		}
		return OperationsCodec.decode(payload, type);
	}

	private static RpcException busy(String what) {
		return Status.processed(Code.RESOURCE_EXHAUSTED, what).toException();
	}

	/** What peers call. */
	private final class Handler implements NodeService {

		@Override
		public Mono<byte[]> report(byte[] question) {
			admit(OperationsAccess.Level.READ, "report");
			return answer(() -> {
				count();
				return status();
			});
		}

		@Override
		public Mono<byte[]> known(byte[] question) {
			admit(OperationsAccess.Level.READ, "known");
			String after = asked(question, Question.class).after();
			return answer(() -> page(NodeOperations.this.known(), after));
		}

		private static KnownNodes page(List<KnownNodes.KnownNode> all, @Nullable String after) {
			List<KnownNodes.KnownNode> rest = all.stream()
				.filter((node) -> after == null || String.valueOf(node.address().nodeId()).compareTo(after) > 0)
				.limit(KnownNodes.MOST + 1L)
				.toList();
			boolean more = rest.size() > KnownNodes.MOST;
			return new KnownNodes(more ? rest.subList(0, KnownNodes.MOST) : rest, more);
		}

		@Override
		public Mono<byte[]> describe(byte[] question) {
			admit(OperationsAccess.Level.READ, "describe");
			String service = asked(question, Question.class).service();
			return answer(() -> new ServiceDescriptions(
					described().stream().filter((each) -> service == null || service.equals(each.name())).toList()));
		}

		@Override
		public Flux<byte[]> watch(byte[] question) {
			String peer = admit(OperationsAccess.Level.READ, "watch").origin();
			Duration interval = Watcher.interval(asked(question, Question.class).interval());
			return Flux.create((sink) -> NodeOperations.this.thread.execute(() -> {
				if (NodeOperations.this.watchers.size() >= MOST_WATCHES) {
					sink.error(busy("node '" + NodeOperations.this.view.nodeId() + "' is watched by " + MOST_WATCHES
							+ " already"));
					return;
				}
				if (NodeOperations.this.watchers.stream()
					.filter((each) -> each.isOf(peer))
					.count() >= MOST_WATCHES_FROM_ONE) {
					sink.error(busy("node '" + NodeOperations.this.view.nodeId() + "' is watched "
							+ MOST_WATCHES_FROM_ONE + " times already from " + peer));
					return;
				}
				Watcher watcher = new Watcher(sink, peer, interval, NodeOperations.this::status,
						NodeOperations.this.thread, NodeOperations.this::leaves);
				watches(watcher);
				watcher.start();
			}, sink::error));
		}

		@Override
		public Mono<byte[]> drain(byte[] act) {
			return steer(NodeView.Steer.DRAIN, act);
		}

		@Override
		public Mono<byte[]> resume(byte[] act) {
			return steer(NodeView.Steer.RESUME, act);
		}

		@Override
		public Mono<byte[]> eject(byte[] act) {
			return steer(NodeView.Steer.EJECT, act);
		}

		@Override
		public Mono<byte[]> restore(byte[] act) {
			return steer(NodeView.Steer.RESTORE, act);
		}

		@Override
		public Mono<byte[]> weight(byte[] act) {
			return steer(NodeView.Steer.WEIGHT, act);
		}

	}

	/**
	 * Who asks.
	 *
	 * @param nodeId what the node calls itself
	 * @param identity what its certificate proves, or {@code null}
	 * @param address from where, or {@code null}
	 */
	private record Peer(String nodeId, @Nullable PeerIdentity identity, @Nullable String address) {

		static Peer of(@Nullable CallContext call) {
			if (call == null) {
				throw new IllegalStateException("This is no call that a node serves");
			}
			return new Peer(call.callerNodeId(), PeerIdentity.ofCaller(call),
					(call instanceof ProvenCaller proven) ? proven.callerAddress() : null);
		}

		/**
		 * Where it is: ids, and keys where a secret is enough, are made up at will.
		 */
		String origin() {
			return (this.address != null) ? this.address : "node '" + Printable.text(this.nodeId, LONGEST_NAME) + "'";
		}

		/** For the log. */
		@Override
		public String toString() {
			String who = "node '" + Printable.text(this.nodeId, LONGEST_NAME) + "'";
			String proof = (this.identity != null) ? ", " + this.identity : ", which proved no identity";
			return who + proof + ((this.address != null) ? ", at " + this.address : "");
		}

	}

}
