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

package io.macula.embedded;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.macula.directory.DirectoryLoop;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What a replica logs of the realm, at a rate that other nodes cannot raise. Owned by the
 * loop.
 */
final class ReplicaLog {

	private static final Logger logger = PrintableLogger.of(ReplicaLog.class);

	/** More than there are. */
	private static final int KINDS = 12;

	private final int maxNodes;

	/**
	 * One line of each kind in a minute: other nodes can cause them as often as they
	 * like.
	 */
	private final LogLimit limit;

	private final LogLimit peers;

	/** By node id: who takes one must not hide behind others that he pretends to take. */
	private final LogLimit ids;

	private boolean preserving;

	/**
	 * A log.
	 * @param loop measures the time between entries
	 * @param maxNodes most nodes that the replica keeps
	 */
	ReplicaLog(DirectoryLoop loop, int maxNodes) {
		this.maxNodes = maxNodes;
		this.limit = new LogLimit(loop.clock(), Duration.ofMinutes(1), KINDS);
		// Each seed tells of it, and each renewal.
		this.ids = LogLimit.ofPeers(loop.clock(), 1);
		this.peers = LogLimit.ofPeers(loop.clock());
	}

	/**
	 * A node that had linked to this one is silent.
	 */
	void lost(@Nullable String peerId) {
		this.peers.log("link of " + peerId,
				(suppressed) -> logger.info("Lost the link of node '{}': silent for {} ms{}", peerId,
						DirectoryLink.SILENCE.toMillis(), suppressed));
	}

	/**
	 * There is no room here for a node; said again with each of its renewals.
	 */
	void full(String nodeId) {
		this.limit.log("full", (suppressed) -> logger
			.warn("The directory is full: it holds {} nodes or all that they may tell of themselves, and node"
					+ " '{}', perhaps others too, is left out until there is room. If the realm is meant to be that large, allow more nodes on all its providers"
					+ " (macula.directory.max-nodes); if not, look for nodes that start with ever new ids"
					+ " (macula.node.id){}", this.maxNodes, nodeId, suppressed));
	}

	/**
	 * This node is not taken elsewhere.
	 * @param taken whether because another identity has its id; otherwise there is no
	 * room
	 * @param fault what is wrong with this node's record, if that is the reason
	 */
	void refused(@Nullable String peerId, boolean taken, @Nullable String fault) {
		if (fault != null) {
			this.limit.log("fault",
					(suppressed) -> logger.warn("Node '{}' does not take this node, which is therefore not advertised"
							+ " by it, because of its record: {}{}", peerId, fault, suppressed));
			return;
		}
		if (taken) {
			this.limit.log("taken",
					(suppressed) -> logger
						.warn("Node '{}' does not take this node, whose id belongs to another node that lives:"
								+ " this one is not advertised until that one is gone. Give each node an id of its"
								+ " own (macula.node.id){}", peerId, suppressed));
			return;
		}
		this.limit
			.log("full",
					(suppressed) -> logger.warn(
							"Node '{}' has no room in its directory for this node, which is therefore not advertised"
									+ " by it: allow more nodes there (macula.directory.max-nodes){}",
							peerId, suppressed));
	}

	/**
	 * This node does not know the realm, and does not say so of itself.
	 */
	void fault(String fault) {
		this.limit.log("behind",
				(suppressed) -> logger
					.warn("This node does not know the whole realm and tells its clients so: {}. Until then clients"
							+ " should not rely on it alone as a seed{}", fault, suppressed));
	}

	/**
	 * What was told of a node is not valid, or not demonstrably its owner's.
	 * @param peer told it
	 */
	void invalid(String nodeId, ProvenPeer peer, String reason) {
		this.limit.log("invalid",
				(suppressed) -> logger.warn(
						"Left out what node '{}' (identity {}) told of node '{}': {}. A node passes on only what it has"
								+ " verified: if that one is yours, see that it has the same version as this one, else"
								+ " keep it out of the realm{}",
						peer.nodeId(), identity(peer), nodeId, reason, suppressed));
	}

	/**
	 * A record was left out because its owner has too many.
	 */
	void crowded(String nodeId, ProvenPeer peer) {
		this.limit.log("crowded", (suppressed) -> logger.warn(
				"Left out node '{}', perhaps others too, of which node '{}' (identity {}) told: its owner has"
						+ " as many nodes as one key may have. Where nodes share a certificate, have all of"
						+ " them share it, or give each its own; if they do not, keep that one out of the" + " realm{}",
				nodeId, peer.nodeId(), identity(peer), suppressed));
	}

	/**
	 * A peer speaks in the name of another node, or tells again and again what nobody
	 * vouches for, or too much: its link is closed.
	 */
	void dishonest(ProvenPeer peer, String why) {
		this.limit.log("dishonest",
				(suppressed) -> logger.warn(
						"Closed the link of node '{}' (identity {}): {}. If that node is yours, see that it has the"
								+ " same version as this one, else keep it out of the realm{}",
						peer.nodeId(), identity(peer), why, suppressed));
	}

	/**
	 * A node id was claimed by another identity while the one that has it lives.
	 * @param why what proves that it does
	 */
	void claimRefused(NodeRecord bound, NodeRecord claim, List<DirectoryLink> links, String why) {
		this.ids.log("claimed " + bound.nodeId(),
				(suppressed) -> logger.warn(
						"Node id '{}' belongs to the node at {}, which lives ({}); the one at {}, told by {}, is not"
								+ " advertised. If both are yours, give each an id of its own (macula.node.id); if not,"
								+ " somebody poses as that node{}",
						bound.nodeId(), bound.owner(), why, claim.owner(), tellers(links), suppressed));
	}

	/**
	 * A node id passed to another identity: a restart, most of the time.
	 * @param why what says that the one before is gone
	 */
	void claimPassed(NodeRecord bound, NodeRecord claim, List<DirectoryLink> links, String why) {
		this.peers.log("passed " + bound.nodeId(),
				(suppressed) -> logger.info(
						"Node id '{}' passed from the node at {} ({}) to the one at {}, told by {}{}", bound.nodeId(),
						bound.owner(), why, claim.owner(), tellers(links), suppressed));
	}

	private static String tellers(List<DirectoryLink> links) {
		return links.stream()
			.map((link) -> "node '" + link.peerId() + "' (identity " + identity(link.proven()) + ")")
			.collect(Collectors.joining(", "));
	}

	private static String identity(ProvenPeer peer) {
		String identity = peer.identity();
		return (identity != null) ? identity.substring(0, 16) : "unknown";
	}

	/**
	 * What a client watches is not valid.
	 */
	void invalidInterest(RuntimeException ex) {
		this.limit.log("interest",
				(suppressed) -> logger.warn("Left out what a client watches: {}{}", ex.getMessage(), suppressed));
	}

	/**
	 * Two live nodes use one id.
	 * @param conflicts by node id: the two addresses
	 */
	void conflicts(Map<String, String> conflicts) {
		conflicts.forEach((nodeId, addresses) -> this.ids.log("conflict " + nodeId,
				(suppressed) -> logger.warn(
						"Node id '{}' is used by two nodes at once, at {}; only one of them is advertised."
								+ " Give each node an id of its own (macula.node.id){}",
						nodeId, addresses, suppressed)));
	}

	/**
	 * Log the begin and the end of self-preservation.
	 */
	void preservation(NodeTable table) {
		if (table.preserving() == this.preserving) {
			return;
		}
		this.preserving = table.preserving();
		if (this.preserving) {
			this.peers.log("preserving", (suppressed) -> logger.warn(
					"Self-preservation: more than 15 % of the {} leases went silent at once, which is more likely"
							+ " this node's own network; overdue advertisements are kept: {}{}",
					table.size(), table.overdue(), suppressed));
		}
		else {
			this.peers.log("preserved", (suppressed) -> logger.info("Self-preservation is over{}", suppressed));
		}
	}

}
