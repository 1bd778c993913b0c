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

package io.macula.directory;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

import io.macula.log.DurationText;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Answers of a remote system that are not waited for any longer than is said.
 */
final class Answers {

	private Answers() {
	}

	/**
	 * Wait for an answer.
	 * @param bound how long
	 * @param answer is cancelled then
	 * @param timer measures it
	 * @return the answer; fails with what an operator understands if it does not come
	 */
	static <T> Mono<T> within(Duration bound, Mono<T> answer, Scheduler timer) {
		return answer.timeout(bound,
				Mono.error(() -> new TimeoutException("no answer within " + DurationText.of(bound))), timer);
	}

}
