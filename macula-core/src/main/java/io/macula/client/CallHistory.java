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

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

import io.github.resilience4j.retry.Retry;
import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.Status;
import io.macula.selection.InstanceTracker;
import org.jspecify.annotations.Nullable;

/**
 * What a call has to remember once its first attempt was not enough: the instances tried,
 * the failures, how far the Retry is. Made when the first attempt fails or is hedged, so
 * that a call without faults does not pay for it. Guarded by the monitor of its call.
 */
final class CallHistory {

	/** A call with bad arguments must not visit each of hundreds of instances. */
	static final int MOST_UNTOLD = 8;

	private final RetryPolicy policy;

	/** Instances that had an attempt since the last round began. */
	private final List<InstanceTracker> tried = new ArrayList<>(2);

	private final List<AttemptFailure> failures = new ArrayList<>(2);

	/** Versions of the contract that the call does not fit; made when there is one. */
	private @Nullable Set<String> misfits;

	/**
	 * Instances that it does not fit and of whose version nothing, or another, was told.
	 */
	private int untoldMisfits;

	/** Instances that do not know its payload codec, or do not let this node call. */
	private int codecMisfits;

	/** Instances that may not provide the service; made when there is one. */
	private @Nullable Set<InstanceTracker> denied;

	private Retry.@Nullable AsyncContext<Object> retry;

	/** Failures that the Retry was told of. */
	private int told;

	private boolean settled;

	/** Leave for another attempt, taken from the budget before the open one failed. */
	private boolean granted;

	CallHistory(RetryPolicy policy) {
		this.policy = policy;
	}

	List<InstanceTracker> tried() {
		return this.tried;
	}

	/**
	 * The call does not fit the version of the contract that an instance has, whichever
	 * instance has it, or its payload codec is not known to this one. What the directory
	 * told of the instance may be out of date: its own word counts, and until it is known
	 * to be right, others of that version are asked.
	 * @param tracker the instance
	 * @param single whether it is of this one instance: its codecs, or its allow-lists
	 * @param version that it has, as it says itself, or {@code null} if it does not
	 */
	void misfit(InstanceTracker tracker, boolean single, @Nullable String version) {
		Set<String> present = this.misfits;
		if (present == null) {
			present = new HashSet<>();
			this.misfits = present;
		}
		if (single) {
			this.codecMisfits++;
			return;
		}
		if (version != null) {
			present.add(version);
		}
		Fingerprint told = tracker.fingerprint();
		if (told != null && (told.version().equals(version) || this.untoldMisfits >= MOST_UNTOLD)) {
			present.add(told.version());
		}
		else {
			this.untoldMisfits++;
		}
	}

	/** An instance may not provide the service: it is not asked again. */
	void deny(InstanceTracker tracker) {
		Set<InstanceTracker> present = this.denied;
		if (present == null) {
			present = Collections.newSetFromMap(new IdentityHashMap<>());
			this.denied = present;
		}
		present.add(tracker);
	}

	/** Whether none of these may provide the service. */
	boolean denied(List<InstanceTracker> trackers) {
		return this.denied != null && this.denied.containsAll(trackers);
	}

	/** Whether asking again is in vain where some instances are concerned. */
	boolean excludes() {
		return this.misfits != null || this.denied != null;
	}

	void forgetExcluded() {
		this.denied = null;
		this.misfits = null;
		this.untoldMisfits = 0;
		this.codecMisfits = 0;
	}

	/** Whether asking an instance is in vain: it was asked, or would say the same. */
	boolean useless(InstanceTracker tracker) {
		if (this.denied != null && this.denied.contains(tracker)) {
			return true;
		}
		Set<String> versions = this.misfits;
		if (versions == null) {
			return this.tried.contains(tracker);
		}
		Fingerprint told = tracker.fingerprint();
		boolean misfit = (told != null) ? versions.contains(told.version()) : this.untoldMisfits >= MOST_UNTOLD;
		return misfit || this.codecMisfits >= MOST_UNTOLD || this.tried.contains(tracker);
	}

	/** In the order in which the attempts failed. */
	List<AttemptFailure> failures() {
		return this.failures;
	}

	AttemptFailure remember(int number, Instance instance, Status status, boolean repeatable) {
		AttemptFailure failure = new AttemptFailure(number, instance, status, repeatable);
		this.failures.add(failure);
		return failure;
	}

	/** Whether the Retry allows a further attempt if the open one fails. */
	boolean mayRepeat() {
		return this.told + 1 < this.policy.maxAttempts();
	}

	/** Take leave for another attempt from the budget; kept until it is used. */
	boolean tryAcquire() {
		if (!this.granted) {
			this.granted = this.policy.tryAcquire();
		}
		return this.granted;
	}

	/**
	 * Tell the Retry of a failure, and ask how long to wait before another attempt on an
	 * instance that was tried already.
	 * @return milliseconds; negative if no further attempt may follow
	 */
	long retryMillis(AttemptFailure failure) {
		this.granted = false;
		long millis = this.policy.failed(retry(), failure, ++this.told);
		this.settled = millis < 0;
		return millis;
	}

	/** The call succeeded. */
	void succeeded() {
		this.policy.succeeded(retry());
	}

	/** The call failed; the Retry is told unless it said so itself. */
	void failed(Status status) {
		if (!this.settled) {
			this.settled = true;
			this.policy.failed(retry(), new AttemptFailure(0, Failures.NOBODY, status, false), ++this.told);
		}
	}

	private Retry.AsyncContext<Object> retry() {
		Retry.AsyncContext<Object> present = this.retry;
		if (present == null) {
			present = this.policy.begin();
			this.retry = present;
		}
		return present;
	}

}
