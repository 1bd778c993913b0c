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

package io.macula.console;

import java.io.IOException;
import java.util.Map;

import io.macula.codec.JsonTrees;
import io.macula.log.Printable;
import jakarta.servlet.http.HttpServletRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * What the page does with services and nodes.
 */
@RestController
@RequestMapping("/api")
class ActController {

	private static final Logger logger = LoggerFactory.getLogger(ActController.class);

	private static final int MOST_BYTES = 4 * 1024 * 1024;

	private final Contracts contracts;

	private final TrialCalls calls;

	private final SteeringActs steering;

	private final Permissions permissions;

	ActController(Contracts contracts, TrialCalls calls, SteeringActs steering, Permissions permissions) {
		this.contracts = contracts;
		this.calls = calls;
		this.steering = steering;
		this.permissions = permissions;
	}

	@GetMapping("/services/{name}/contract")
	Map<String, Object> contract(@PathVariable String name) {
		return this.contracts.describe(name);
	}

	@PostMapping(path = "/calls", consumes = MediaType.APPLICATION_JSON_VALUE,
			produces = MediaType.APPLICATION_JSON_VALUE)
	byte[] call(Authentication user, HttpServletRequest request) throws IOException {
		String who = "User '" + Printable.text(user.getName()) + "' at " + Printable.text(request.getRemoteAddr());
		String refusal = this.permissions.refusalToCall(user);
		if (refusal != null) {
			logger.warn("Refused a call to {}: {}", who, refusal);
			throw Problems.of(403, "Not allowed: " + refusal);
		}
		return JsonTrees.bytes(this.calls.call(CallRequest.of(body(request)), who));
	}

	/**
	 * Of whoever may call only, and not more than a service takes: it is held in memory.
	 */
	private static byte[] body(HttpServletRequest request) throws IOException {
		byte[] body = request.getInputStream().readNBytes(MOST_BYTES + 1);
		if (body.length > MOST_BYTES) {
			throw Problems.of(413, "The body is too long: expected " + MOST_BYTES + " bytes at most");
		}
		return body;
	}

	@PostMapping("/steering")
	@ResponseStatus(HttpStatus.NO_CONTENT)
	void steer(@RequestBody SteeringActs.Act act, Authentication user, HttpServletRequest request) {
		this.steering.steer(act, user, request.getRemoteAddr());
	}

}
