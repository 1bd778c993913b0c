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

import io.macula.MaculaMethod;

/**
 * Methods whose arguments an attacker would like.
 */
interface Trap {

	/** Name of the service. */
	String SERVICE = "test.trap";

	/** A message that must not leave the provider. */
	String CONFIDENTIAL = "jdbc:db://admin:hunter2";

	@MaculaMethod(idempotent = true)
	Instant instant(Instant value);

	@MaculaMethod(idempotent = true)
	Duration duration(Duration value);

	@MaculaMethod(idempotent = true)
	long number(long value);

	@MaculaMethod(idempotent = true)
	int count(List<Map<String, String>> values);

	@MaculaMethod(idempotent = true)
	int sleep(int millis);

	/**
	 * Fail as no contract foresees.
	 * @return never
	 */
	@MaculaMethod(idempotent = true)
	int fail();

}
