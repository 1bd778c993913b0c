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

/**
 * What the callers noticed of a fault. Immutable.
 *
 * @param idempotent idempotent calls
 * @param idempotentFailed those of them that failed
 * @param once calls that are not idempotent
 * @param onceFailed those of them that failed
 * @param worstMillis longest idempotent call
 */
record Noticed(int idempotent, int idempotentFailed, int once, int onceFailed, double worstMillis) {

	static final Noticed NOTHING = new Noticed(0, 0, 0, 0, 0);

	static Noticed of(Window calls) {
		Window idempotent = calls.idempotent();
		Window once = calls.once();
		return new Noticed(idempotent.size(), idempotent.failed().size(), once.size(), once.failed().size(),
				idempotent.worstMillis());
	}

}
