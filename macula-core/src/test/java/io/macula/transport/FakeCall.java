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

import java.util.ArrayList;
import java.util.List;

import io.macula.Metadata;
import io.macula.Status;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A call that remembers its outcomes, and throws where it is told to.
 */
class FakeCall extends OutboundCall {

	/** All that was told, in order: there must be one at most. */
	final List<Object> outcomes = new ArrayList<>();

	/** Thrown by whoever hears the outcome. */
	@Nullable Error onOutcome;

	/** Thrown when the transport asks for the deadline that it tells the peer. */
	@Nullable Error onLastDeadline;

	/** Thrown when the transport asks whether the call waits on. */
	@Nullable Error onWaiting;

	/** Runs when the outcome is told. */
	Runnable then = () -> {
	};

	boolean leaves = true;

	boolean leavesUnwritten;

	FakeCall(long deadlineNanoTime, byte[] payload) {
		super("test/call", "raw", payload, Metadata.EMPTY, deadlineNanoTime);
	}

	/** The failure that was told. */
	Status failure() {
		assertThat(this.outcomes).hasSize(1);
		return ((Failure) this.outcomes.get(0)).status();
	}

	@Override
	protected long lastDeadlineNanoTime() {
		raise(this.onLastDeadline);
		return super.lastDeadlineNanoTime();
	}

	@Override
	protected boolean leavesSuspectedPeer() {
		raise(this.onWaiting);
		return this.leaves;
	}

	@Override
	protected boolean leavesUnwritten() {
		return this.leavesUnwritten;
	}

	@Override
	public void onResult(byte[] payload) {
		tell(payload);
	}

	@Override
	protected void onFailure(Failure failure) {
		tell(failure);
	}

	private void tell(Object outcome) {
		this.outcomes.add(outcome);
		this.then.run();
		raise(this.onOutcome);
	}

	private static void raise(@Nullable Error error) {
		if (error != null) {
			throw error;
		}
	}

}
