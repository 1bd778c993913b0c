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

package io.macula.faults;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.macula.spring.MaculaService;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;

/**
 * Does what the {@link Trap} says, on those providers that are to be attacked.
 */
@MaculaService(Trap.SERVICE)
@ConditionalOnProperty("calculator.trap")
final class TrapService implements Trap {

	@Override
	public Instant instant(Instant value) {
		return value;
	}

	@Override
	public Duration duration(Duration value) {
		return value;
	}

	@Override
	public long number(long value) {
		return value;
	}

	@Override
	public int count(List<Map<String, String>> values) {
		return values.size();
	}

	@Override
	public int sleep(int millis) {
		LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
		return millis;
	}

	@Override
	public int fail() {
		throw new IllegalStateException(CONFIDENTIAL);
	}

}
