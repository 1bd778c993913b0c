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

package io.macula.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

import io.macula.Code;
import io.macula.Instance;
import io.macula.Status;
import io.macula.transport.Connection;
import io.macula.transport.NodeInfo;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that may answer at an endpoint, as the directory tells: of whoever else
 * answers there nothing is known but that a call is not meant for it. Guarded by the lock
 * of its pool.
 */
final class Pins {

	/**
	 * One for each that retains the endpoint and knows the identity, or has further
	 * addresses: at one of them another node may well be found, which has another id.
	 */
	private final List<Instance> pinned = new ArrayList<>();

	/** How many instances retain the pool, pinned or not. */
	private int retained;

	/**
	 * An instance is retained.
	 * @return whether it is the first of its identity
	 */
	boolean add(Instance instance) {
		this.retained++;
		if (instance.identity() == null && instance.further().isEmpty()) {
			return false;
		}
		boolean first = this.pinned.stream().noneMatch((pin) -> same(pin, instance));
		this.pinned.add(instance);
		return first;
	}

	/**
	 * An instance is released.
	 */
	void remove(Instance instance) {
		this.retained--;
		for (int i = 0; i < this.pinned.size(); i++) {
			if (same(this.pinned.get(i), instance)) {
				this.pinned.remove(i);
				return;
			}
		}
	}

	/**
	 * Whether the pool is retained for any instance.
	 */
	boolean anyRetains() {
		return this.retained > 0;
	}

	/**
	 * Whether a call may go to whoever answered.
	 */
	boolean admit(Connection connection) {
		return this.pinned.isEmpty() || isMeant(connection);
	}

	/**
	 * Whether one of those that are meant answered.
	 */
	boolean isMeant(Connection connection) {
		NodeInfo peer = connection.peer();
		return this.pinned.stream()
			.anyMatch((pin) -> pin.nodeId().equals(peer.nodeId())
					&& (pin.identity() == null || pin.identity().equals(peer.identity())));
	}

	/**
	 * Whether it is the process that is meant, which shows another key since it renewed
	 * its certificates. It had that of before when it was connected.
	 */
	private boolean renewedItsKey(Connection connection) {
		NodeInfo peer = connection.peer();
		return this.pinned.stream()
			.anyMatch((pin) -> pin.nodeId().equals(peer.nodeId()) && pin.incarnation() == peer.incarnation());
	}

	/**
	 * End those connections that no call may go to: at once, or when what is in flight is
	 * finished.
	 */
	void endStrangers(List<Connection> connections, Effects effects) {
		for (Connection connection : connections) {
			if (!admit(connection)) {
				Status stranger = stranger(connection);
				effects.add(renewedItsKey(connection) ? connection::drain : () -> connection.close(stranger));
			}
		}
	}

	/**
	 * Why a connection to whoever else answered is not used.
	 */
	Status stranger(Connection connection) {
		NodeInfo peer = connection.peer();
		String expected = this.pinned.stream()
			.map((pin) -> text(pin.nodeId(), pin.identity()))
			.distinct()
			.collect(Collectors.joining(" or "));
		return Status.notProcessed(Code.UNAVAILABLE,
				"another node is at " + connection.endpoint() + ": expected " + expected + ", found "
						+ text(peer.nodeId(), peer.identity())
						+ "; nothing was sent to it. A restarted node is known by the directory within moments; if this"
						+ " lasts, see which of the two belongs there (macula.provider.port, advertised-host; of fixed"
						+ " instances their node-id and identity)");
	}

	private static boolean same(Instance one, Instance other) {
		return one.nodeId().equals(other.nodeId()) && one.incarnation() == other.incarnation()
				&& Objects.equals(one.identity(), other.identity());
	}

	private static String text(String nodeId, @Nullable String identity) {
		String shown = (identity != null) ? identity.substring(0, Math.min(16, identity.length())) : "unknown";
		return "node '" + nodeId + "' (identity " + shown + ")";
	}

}
