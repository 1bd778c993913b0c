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

/**
 * A contract needs a library that is not on the class path.
 */
public final class MissingDependencyException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	private final String dependency;

	/**
	 * An exception with its message.
	 * @param message names what needs the library, and why
	 * @param dependency group and artifact
	 * @param cause the class that is missing
	 */
	public MissingDependencyException(String message, String dependency, Throwable cause) {
		super(message, cause);
		this.dependency = dependency;
	}

	/**
	 * What to add to the build.
	 * @return group and artifact, for example
	 * {@code org.jetbrains.kotlinx:kotlinx-coroutines-reactor}
	 */
	public String dependency() {
		return this.dependency;
	}

}
