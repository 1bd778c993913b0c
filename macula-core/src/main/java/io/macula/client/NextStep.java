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

import java.util.function.Supplier;

import io.macula.selection.InstanceTracker;
import io.macula.wire.Failure;

/**
 * What follows when an attempt failed or a wait is over: decided under the monitor of the
 * call, carried out outside of it. Immutable.
 */
sealed interface NextStep {

	/** Nothing: the call is over, or another attempt is still open. */
	NextStep NONE = new None();

	/** Wait until an instance is known. */
	NextStep AWAIT_INSTANCES = new AwaitInstances();

	/**
	 * Nothing.
	 */
	record None() implements NextStep {

	}

	/**
	 * An attempt on this instance, now. The instance counts it as in flight already.
	 *
	 * @param tracker the instance
	 * @param number 1 for the call's first attempt
	 */
	record Attempt(InstanceTracker tracker, int number) implements NextStep {

	}

	/**
	 * All instances were tried: wait, then start over with all of them.
	 *
	 * @param nanos how long
	 */
	record Pause(long nanos) implements NextStep {

	}

	/**
	 * Wait until an instance is known.
	 */
	record AwaitInstances() implements NextStep {

	}

	/**
	 * The call failed.
	 *
	 * @param failure how, for those who watch
	 * @param error makes what the caller is thrown
	 */
	record GiveUp(Failure failure, Supplier<Throwable> error) implements NextStep {

	}

}
