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
package io.macula.server;

/**
 * What a caller names: a procedure and the codec of its payloads. Immutable.
 *
 * @param name name on the wire, {@code service/method}
 * @param codec name of the payload codec
 */
record ProcedureKey(String name, String codec) {

	/** The first half of the name, or all of it. */
	String service() {
		int slash = this.name.indexOf('/');
		return (slash < 0) ? this.name : this.name.substring(0, slash);
	}

	/** The second half of the name, or nothing. */
	String method() {
		int slash = this.name.indexOf('/');
		return (slash < 0) ? "" : this.name.substring(slash + 1);
	}

}
