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

import io.macula.Code;

/**
 * How the command ends, for scripts; documented in docs/cli.md.
 */
enum ExitCode {

	/** All was done. */
	OK(0),
	/** The other side failed, or the answer is no. */
	FAILED(1),
	/** What was typed or configured cannot be meant. */
	USAGE(2),
	/** No node of the realm answers. */
	UNREACHABLE(3),
	/** The realm, a node or a service does not let this caller. */
	NOT_PERMITTED(4),
	/** There is no such node, service, method or instance. */
	NOT_FOUND(5),
	/** The operator did not confirm. */
	DECLINED(6),
	/** The command itself is at fault. */
	BUG(70),
	/** Ended by Ctrl-C. */
	INTERRUPTED(130);

	private final int number;

	ExitCode(int number) {
		this.number = number;
	}

	int number() {
		return this.number;
	}

	/** That of a call that failed. */
	static ExitCode of(Code code) {
		return switch (code) {
			case OK -> OK;
			case PERMISSION_DENIED, UNAUTHENTICATED -> NOT_PERMITTED;
			case NOT_FOUND, UNIMPLEMENTED -> NOT_FOUND;
			default -> FAILED;
		};
	}

}
