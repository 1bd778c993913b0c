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

package io.macula;

import java.time.Duration;

import reactor.util.context.ContextView;

/**
 * Says something of single calls without an interceptor: metadata that travels with them,
 * their deadline and priority, and who gets what comes back beside the answer.
 *
 * <pre>{@code
 * try (var scope = MaculaCall.with("tenant", "a").deadline(Duration.ofSeconds(2)).open()) {
 *     orders.find("4711");
 *     log.info("served by {}", scope.responseMetadata().get("served-by"));
 * }
 *
 * orders.watch("4711").contextWrite(MaculaCall.with("tenant", "a").context());
 * }</pre>
 *
 * Safe for all threads.
 */
public final class MaculaCall {

	/** Key of {@link CallOptions} in the Reactor context of a subscriber. */
	public static final Object KEY = MaculaCall.class;

	private MaculaCall() {
	}

	/**
	 * Options with an entry of metadata.
	 * @param key as {@link Metadata#requireKey} has it
	 * @param value any text
	 * @return the options
	 * @throws IllegalArgumentException if {@link Metadata#add} refuses it
	 */
	public static CallOptions with(String key, String value) {
		return CallOptions.NONE.with(key, value);
	}

	/**
	 * Options with a receiver of what comes beside the answers.
	 * @param capture made by {@link #capture()}
	 * @return the options
	 */
	public static CallOptions with(ResponseMetadata capture) {
		return CallOptions.NONE.with(capture);
	}

	/**
	 * Options with a deadline, see {@link CallOptions#deadline(Duration)}.
	 * @param deadline bound of the whole call; more than 0, at most 365 days
	 * @return the options
	 */
	public static CallOptions deadline(Duration deadline) {
		return CallOptions.NONE.deadline(deadline);
	}

	/**
	 * Options with a routing key, see {@link CallOptions#key(String)}.
	 * @param key any text
	 * @return the options
	 */
	public static CallOptions key(String key) {
		return CallOptions.NONE.key(key);
	}

	/**
	 * Options with a priority, see {@link CallOptions#priority(Priority)}.
	 * @param priority how important the calls are
	 * @return the options
	 */
	public static CallOptions priority(Priority priority) {
		return CallOptions.NONE.priority(priority);
	}

	/**
	 * A receiver of what comes beside the answers, for callers that have no scope.
	 * @return new and empty
	 */
	public static ResponseMetadata capture() {
		return new ResponseMetadata();
	}

	/**
	 * What holds for the calls of the present thread.
	 * @return the options of its innermost scope; they say nothing outside of one
	 */
	public static CallOptions current() {
		return CallOptions.current();
	}

	/**
	 * What holds for the calls of a subscriber.
	 * @param context its context
	 * @return the options in it; they say nothing where there are none
	 */
	public static CallOptions from(ContextView context) {
		CallOptions carried = context.getOrDefault(KEY, null);
		return (carried != null) ? carried : CallOptions.NONE;
	}

}
