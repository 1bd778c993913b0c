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
import io.macula.Processed;
import io.macula.Status;

/**
 * What a status of HTTP is as a code, and the other way round. The tables of
 * docs/errors.md.
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

	/**
	 * The status of an HTTP request that failed since a call of it did. A call that no
	 * handler saw, since there is no provider or it does not let this application in,
	 * says nothing of what the request asked for and who it is from.
	 */
	static int of(Status failure) {
		boolean served = failure.processed() != Processed.NO;
		return switch (failure.code()) {
			case INVALID_ARGUMENT -> 400;
			case UNAUTHENTICATED -> (served) ? 401 : 500;
			case PERMISSION_DENIED -> (served) ? 403 : 500;
			case NOT_FOUND -> (served) ? 404 : 503;
			case APPLICATION -> 409;
			case RESOURCE_EXHAUSTED -> 429;
			case UNIMPLEMENTED -> 501;
			case CANCELLED, UNAVAILABLE -> 503;
			case DEADLINE_EXCEEDED -> 504;
			case OK, UNKNOWN, INTERNAL -> 500;
		};
	}

	private static Code byClass(int status) {
		if (status >= 400 && status < 500) {
			return Code.INVALID_ARGUMENT;
		}
		return (status >= 500 && status < 600) ? Code.INTERNAL : Code.UNKNOWN;
	}

}
