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

import io.macula.ServiceName;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import reactor.core.publisher.Flux;
import reactor.util.retry.Retry;

/**
 * A watch that is watched again when it ends. A directory's watch neither fails nor
 * completes; one that does so all the same, say one of the user's own, must not leave the
 * service unresolved for good.
 */
final class LastingWatch {

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(LastingWatch.class));

	private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

	private LastingWatch() {
	}

	/**
	 * A watch that never ends.
	 * @param directory the directory
	 * @param service the service
	 */
	static Flux<Snapshot> of(Directory directory, ServiceName service) {
		return Flux.defer(() -> directory.watch(service))
			.repeatWhen((completions) -> completions.delayElements(LONGEST_PAUSE))
			.doOnError((ex) -> faults.warn("Watch of service " + service + " failed; watching again", ex))
			.retryWhen(Retry.backoff(Long.MAX_VALUE, FIRST_PAUSE).maxBackoff(LONGEST_PAUSE));
	}

}
