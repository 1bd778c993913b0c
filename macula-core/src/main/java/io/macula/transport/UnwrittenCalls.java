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

package io.macula.transport;

import java.util.ArrayDeque;
import java.util.Deque;

import io.macula.Status;
import org.jspecify.annotations.Nullable;

/**
 * The unary calls of a dialled connection that left the queue and are not written: they
 * wait for a lane that takes data, or are parked, because the peer is in doubt and they
 * must not be repeated, or because nothing at all is written before the peer has proved
 * that it lives. Their time is watched. Owned by the connection's owner, see
 * {@link ClientConnection#owned}.
 */
final class UnwrittenCalls {

	private final ClientConnection connection;

	private final CallPump pump;

	private final OpenCalls calls;

	private final int limit;

	private final Deque<OutboundCall> waiting = new ArrayDeque<>();

	private final Deque<OutboundCall> parked = new ArrayDeque<>();

	/** Whether it is in doubt that the peer lives. */
	private boolean holding;

	/** Whether the peer has to prove it, so that nothing is written. */
	private boolean holdingAll;

	/**
	 * None yet.
	 * @param limit of each kind
	 */
	UnwrittenCalls(ClientConnection connection, CallPump pump, OpenCalls calls, int limit) {
		this.connection = connection;
		this.pump = pump;
		this.calls = calls;
		this.limit = limit;
	}

	int size() {
		return this.waiting.size() + this.parked.size();
	}

	/** Whether one waits for a lane. */
	boolean waits() {
		return !this.waiting.isEmpty();
	}

	/** The next one that waits for a lane. */
	@Nullable OutboundCall poll() {
		return this.waiting.poll();
	}

	/** Whether a call must not be written now. */
	boolean holds(OutboundCall call) {
		return this.holding && (this.holdingAll || !call.leavesSuspectedPeer());
	}

	/** No lane takes data: it waits. */
	void add(OutboundCall call, long now) {
		add(this.waiting, call, now);
	}

	/**
	 * It waits unwritten, so that nobody has to ask later whether it was executed.
	 */
	void park(OutboundCall call, long now) {
		if (this.connection.state() == Connection.State.DRAINING) {
			this.calls.fail(call, this.connection.refusal());
		}
		else {
			add(this.parked, call, now);
		}
	}

	private void add(Deque<OutboundCall> kind, OutboundCall call, long now) {
		if (kind.size() >= this.limit) {
			kind.removeIf((each) -> each.callId == OutboundCall.OVER);
		}
		if (kind.size() >= this.limit) {
			this.calls.fail(call, this.pump.full());
		}
		else {
			this.calls.watch(call, now);
			kind.add(call);
		}
	}

	/**
	 * From now on it is in doubt that the peer lives.
	 * @param all whether nothing is written until it has proved that
	 */
	void hold(boolean all, long now) {
		this.holding = true;
		this.holdingAll = all;
		for (int left = this.waiting.size(); left > 0; left--) {
			OutboundCall call = this.waiting.remove();
			try {
				if (call.callId != OutboundCall.OVER && holds(call)) {
					park(call, now);
				}
				else {
					this.waiting.add(call);
				}
			}
			catch (Throwable ex) {
				this.calls.failed(call, ex);
			}
		}
	}

	/** The peer lives: what is parked may be written. */
	void release() {
		this.holding = false;
		while (!this.parked.isEmpty()) {
			this.waiting.addFirst(this.parked.removeLast());
		}
	}

	/** The peer is suspected: what may go on elsewhere does. */
	void leave(Status status) {
		leave(this.waiting, status);
		leave(this.parked, status);
	}

	private void leave(Deque<OutboundCall> kind, Status status) {
		for (int left = kind.size(); left > 0; left--) {
			OutboundCall call = kind.remove();
			try {
				if (call.callId != OutboundCall.OVER && !call.leavesSuspectedPeer() && !call.leavesUnwritten()) {
					kind.add(call);
				}
				else {
					this.calls.fail(call, status);
				}
			}
			catch (Throwable ex) {
				this.calls.failed(call, ex);
			}
		}
	}

	/** Forget those that are over. */
	void sweep() {
		if (!this.waiting.isEmpty()) {
			this.waiting.removeIf((call) -> call.callId == OutboundCall.OVER);
		}
		if (!this.parked.isEmpty()) {
			this.parked.removeIf((call) -> call.callId == OutboundCall.OVER);
		}
	}

	void failAll(Status status) {
		while (!this.waiting.isEmpty()) {
			this.calls.fail(this.waiting.remove(), status);
		}
		while (!this.parked.isEmpty()) {
			this.calls.fail(this.parked.remove(), status);
		}
	}

}
