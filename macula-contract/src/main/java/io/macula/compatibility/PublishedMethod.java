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

package io.macula.compatibility;

import java.util.List;

/**
 * A method as its peers see it. Immutable.
 *
 * @param name name on the wire
 * @param parameters in their order
 * @param result type of the result, or of one element of a stream; {@code void} for none
 * @param stream whether it answers with a stream
 * @param idempotent whether callers repeat it
 * @param exceptions names of the exceptions that travel as themselves, sorted
 */
public record PublishedMethod(String name, List<PublishedParameter> parameters, String result, boolean stream,
		boolean idempotent, List<String> exceptions) {

	/** Keeps copies. */
	public PublishedMethod {
		parameters = List.copyOf(parameters);
		exceptions = List.copyOf(exceptions);
	}

	/** Those that are one value each; their order is all that tells them apart. */
	List<PublishedParameter> values() {
		return this.parameters.stream().filter((parameter) -> !parameter.stream()).toList();
	}

	/** The one that is a stream, if any. */
	List<PublishedParameter> streams() {
		return this.parameters.stream().filter(PublishedParameter::stream).toList();
	}

}
