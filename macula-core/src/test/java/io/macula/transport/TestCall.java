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

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.macula.Metadata;
import io.macula.wire.Failure;

/**
 * A call whose outcome is a future; a failure completes it exceptionally with
 * {@link FailureException}.
 */
final class TestCall extends OutboundCall {

	final CompletableFuture<byte[]> answer = new CompletableFuture<>();

	/** What came beside the answer. */
	volatile Metadata beside = Metadata.EMPTY;

	private final boolean leaves;

	TestCall(String procedure, byte[] payload, Duration timeout, boolean leaves) {
		super(procedure, "raw", payload, Metadata.EMPTY, System.nanoTime() + timeout.toNanos());
		this.leaves = leaves;
	}

	static TestCall of(String procedure, byte[] payload) {
		return new TestCall(procedure, payload, Duration.ofSeconds(20), true);
	}

	@Override
	protected boolean leavesSuspectedPeer() {
		return this.leaves;
	}

	@Override
	public void onMetadata(Metadata metadata) {
		this.beside = metadata;
	}

	@Override
	public void onResult(byte[] payload) {
		if (!this.answer.complete(payload)) {
			throw new IllegalStateException("told twice");
		}
	}

	@Override
	protected void onFailure(Failure failure) {
		if (!this.answer.completeExceptionally(new FailureException(failure))) {
			throw new IllegalStateException("told twice");
		}
	}

}
