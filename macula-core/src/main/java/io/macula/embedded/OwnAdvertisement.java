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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.macula.directory.DirectoryLease;
import io.macula.directory.DirectoryLoop;
import io.macula.directory.Lease;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The advertisement of this node as the application sees it: the lease that counts, and
 * the withdrawals of which other nodes have not heard yet. Owned by the loop.
 */
final class OwnAdvertisement {

	/*
	 * States of the lease: PENDING -> GRANTED (a seed holds the record) -> PENDING (none
	 * does, or another live node took the id), each -> RELEASED (withdrawn, replaced by
	 * another advertisement, or the node leaves). After leave() every lease is RELEASED.
	 *
	 * A withdrawal ends when another node has heard of it, when there is none that could,
	 * or after a second; the record expires by itself then.
	 */

	/** Bound of the wait for another node to hear of a withdrawal. */
	static final Duration WITHDRAWAL_TIMEOUT = Duration.ofSeconds(1);

	private final DirectoryLoop loop;

	private final OwnRecord record;

	private @Nullable DirectoryLease lease;

	/** Leases whose withdrawals have not ended. */
	private final Set<DirectoryLease> withdrawing = new LinkedHashSet<>();

	private boolean left;

	OwnAdvertisement(DirectoryLoop loop, OwnRecord record) {
		this.loop = loop;
		this.record = record;
	}

	/**
	 * Advertise in the place of what was advertised before.
	 * @return whether there is something to tell
	 */
	boolean advertise(DirectoryLease opened) {
		assert this.loop.inLoop();
		if (this.left) {
			opened.become(Lease.State.RELEASED);
			return false;
		}
		if (this.lease != null) {
			this.lease.become(Lease.State.RELEASED);
		}
		this.lease = opened;
		this.record.advertise(opened.advertisement());
		return true;
	}

	/**
	 * Withdraw what a lease advertises, if it is the one that counts.
	 * @return whether there is something to tell
	 */
	boolean withdraw(DirectoryLease released) {
		assert this.loop.inLoop();
		released.become(Lease.State.RELEASED);
		if (this.withdrawing.contains(released)) {
			return false;
		}
		boolean present = this.lease == released;
		if (present) {
			this.lease = null;
		}
		if (!present || !this.record.withdraw()) {
			released.endWithdrawal();
			return false;
		}
		this.withdrawing.add(released);
		this.loop.schedule(() -> end(released), WITHDRAWAL_TIMEOUT);
		return true;
	}

	/**
	 * All withdrawals so far are known to another node, or there is none to tell.
	 */
	void withdrawalsHeard() {
		assert this.loop.inLoop();
		List.copyOf(this.withdrawing).forEach(this::end);
	}

	private void end(DirectoryLease withdrawn) {
		this.withdrawing.remove(withdrawn);
		withdrawn.endWithdrawal();
	}

	/**
	 * Whether the record is held by a seed: a change of the lease, unless another node
	 * took the id.
	 */
	void held(boolean bySeed) {
		assert this.loop.inLoop();
		if (this.lease == null) {
			return;
		}
		boolean granted = bySeed && this.record.claimed();
		if (granted) {
			this.record.accepted();
		}
		this.lease.become(granted ? Lease.State.GRANTED : Lease.State.PENDING);
	}

	/**
	 * Withdraw for good: nothing is advertised any more.
	 * @return whether there is something to tell
	 */
	boolean leave() {
		assert this.loop.inLoop();
		this.left = true;
		return this.lease != null && withdraw(this.lease);
	}

	/**
	 * The end of the withdrawals so far.
	 * @return completes in the loop
	 */
	Mono<Void> withdrawn() {
		assert this.loop.inLoop();
		return Mono.when(this.withdrawing.stream().map(DirectoryLease::withdrawn).toList());
	}

}
