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
package io.macula.cli;

import org.jspecify.annotations.Nullable;

/**
 * Ends the command with one sentence for people: what is wrong, where it came from and
 * what to do.
 */
final class CommandException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final ExitCode code;

	CommandException(ExitCode code, String message) {
		this(code, message, null);
	}

	CommandException(ExitCode code, String message, @Nullable Throwable cause) {
		super(message, cause);
		this.code = code;
	}

	static CommandException usage(String message) {
		return new CommandException(ExitCode.USAGE, message);
	}

	static CommandException notFound(String message) {
		return new CommandException(ExitCode.NOT_FOUND, message);
	}

	ExitCode code() {
		return this.code;
	}

	/** What is wrong; never {@code null}. */
	@Override
	public String getMessage() {
		return String.valueOf(super.getMessage());
	}

}
