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

import java.time.Duration;
import java.util.List;

import io.macula.CallOptions;
import io.macula.Instance;
import io.macula.Metadata;
import io.macula.Priority;
import io.macula.ResponseMetadata;
import io.macula.ServiceName;
import io.macula.interceptor.ClientAttempt;
import io.macula.interceptor.ClientInterceptor;
import org.jspecify.annotations.Nullable;

/**
 * What holds for one call beside its arguments: what travels with it, its own deadline,
 * who is told of its attempts and of what came beside its answer. Of one call, but for
 * {@link #NONE}, which all those share of which nothing is said. Safe for all threads.
 */
final class CallTerms {

	static final CallTerms NONE = new CallTerms(Metadata.EMPTY, null, null, List.of(), List.of(), 0);

	private final @Nullable Duration deadline;

	private final @Nullable String key;

	private final List<ResponseMetadata> captures;

	private final List<ClientInterceptor> interceptors;

	/** What interceptors have left of it is the call's; of a call without them 0. */
	private final long deadlineNanos;

	/** Changed by interceptors until the call begins. */
	private volatile Metadata metadata;

	/** What came beside the latest answer of an attempt. */
	private volatile Metadata received = Metadata.EMPTY;

	/** The same, once the call is over. */
	private volatile Metadata answered = Metadata.EMPTY;

	private CallTerms(Metadata metadata, @Nullable Duration deadline, @Nullable String key,
			List<ResponseMetadata> captures, List<ClientInterceptor> interceptors, long deadlineNanos) {
		this.metadata = metadata;
		this.deadline = deadline;
		this.key = key;
		this.captures = captures;
		this.interceptors = interceptors;
		this.deadlineNanos = deadlineNanos;
	}

	/** Those of a call that nobody intercepts. */
	static CallTerms of(CallOptions options) {
		return (options.metadata().isEmpty() && options.deadline() == null && options.key() == null
				&& options.priority() == null && options.captures().isEmpty()) ? NONE : of(options, List.of(), 0);
	}

	/** Those of a call that is intercepted: its deadline was fixed when it began. */
	static CallTerms of(CallOptions options, List<ClientInterceptor> interceptors, long deadlineNanos) {
		Priority priority = options.priority();
		Metadata metadata = (priority != null) ? priority.in(options.metadata()) : options.metadata();
		return new CallTerms(metadata, options.deadline(), options.key(), options.captures(), interceptors,
				deadlineNanos);
	}

	/** Of the call, in the place of that of the contract or the settings. */
	Duration deadlineOr(Duration other) {
		return (this.deadline != null) ? this.deadline : other;
	}

	/** Of the call, in the place of that of its arguments. */
	@Nullable String keyOr(@Nullable String other) {
		return (this.key != null) ? this.key : other;
	}

	/** Whether {@link #deadlineNanos} holds. */
	boolean intercepted() {
		return !this.interceptors.isEmpty();
	}

	/** Bound of an intercepted call, as {@link Deadlines} has it. */
	long deadlineNanos() {
		return this.deadlineNanos;
	}

	boolean hasDeadline() {
		return this.deadline != null;
	}

	Metadata metadata() {
		return this.metadata;
	}

	synchronized void add(String key, String value) {
		this.metadata = this.metadata.add(key, value);
	}

	/**
	 * An attempt is about to be sent: ask the interceptors.
	 * @return what travels with it
	 */
	Metadata attempt(ServiceName service, String method, Instance instance, int number, boolean hedged) {
		if (this.interceptors.isEmpty()) {
			return this.metadata;
		}
		Attempt attempt = new Attempt(service, method, instance, number, hedged, this.metadata);
		for (ClientInterceptor interceptor : this.interceptors) {
			interceptor.attempt(attempt);
		}
		return attempt.metadata();
	}

	/** What came beside the answer of an attempt, before it is known to be the last. */
	void received(Metadata beside) {
		if (this != NONE) {
			this.received = beside;
		}
	}

	/** The call is over, or its first element is here: tell before the caller is told. */
	void answered() {
		answered(this.received);
	}

	/** The same with what came beside the answer, whatever other attempts are told. */
	void answered(Metadata beside) {
		if (this == NONE) {
			return;
		}
		this.answered = beside;
		for (ResponseMetadata capture : this.captures) {
			capture.answered(beside);
		}
	}

	/** What came beside the answer of the call. */
	Metadata responseMetadata() {
		return this.answered;
	}

	/** One attempt, for the interceptors. */
	private static final class Attempt implements ClientAttempt {

		private final ServiceName service;

		private final String method;

		private final Instance instance;

		private final int number;

		private final boolean hedged;

		private Metadata metadata;

		Attempt(ServiceName service, String method, Instance instance, int number, boolean hedged, Metadata metadata) {
			this.service = service;
			this.method = method;
			this.instance = instance;
			this.number = number;
			this.hedged = hedged;
			this.metadata = metadata;
		}

		@Override
		public ServiceName service() {
			return this.service;
		}

		@Override
		public String method() {
			return this.method;
		}

		@Override
		public int number() {
			return this.number;
		}

		@Override
		public Instance instance() {
			return this.instance;
		}

		@Override
		public boolean hedged() {
			return this.hedged;
		}

		@Override
		public Metadata metadata() {
			return this.metadata;
		}

		@Override
		public void addMetadata(String key, String value) {
			this.metadata = this.metadata.add(key, value);
		}

		@Override
		public String toString() {
			return "attempt " + this.number + " of " + this.service + "/" + this.method + " at " + this.instance;
		}

	}

}
