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

package io.macula.spring.error;

import io.macula.Code;

/**
 * What a status of HTTP is as a code. The table of docs/errors.md.
 */
final class HttpCodes {

	private HttpCodes() {
	}

	static Code of(int status) {
		return switch (status) {
			case 401 -> Code.UNAUTHENTICATED;
			case 403 -> Code.PERMISSION_DENIED;
			case 404, 410 -> Code.NOT_FOUND;
			case 405, 501 -> Code.UNIMPLEMENTED;
			case 408, 504 -> Code.DEADLINE_EXCEEDED;
			case 409, 412, 423, 428 -> Code.APPLICATION;
			case 429, 507 -> Code.RESOURCE_EXHAUSTED;
			case 499 -> Code.CANCELLED;
			case 502, 503 -> Code.UNAVAILABLE;
			default -> byClass(status);
		};
	}

	private static Code byClass(int status) {
		if (status >= 400 && status < 500) {
			return Code.INVALID_ARGUMENT;
		}
		return (status >= 500 && status < 600) ? Code.INTERNAL : Code.UNKNOWN;
	}

}
