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

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.macula.node.RealmNode;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

/**
 * What the page shows of the realm.
 */
@RestController
@RequestMapping("/api")
class RealmController {

	private final RealmWatch watch;

	private final LiveStreams streams;

	private final Timeline timeline;

	private final History history;

	private final Permissions permissions;

	private final PictureWriter writer;

	RealmController(RealmWatch watch, LiveStreams streams, Timeline timeline, History history, Permissions permissions,
			JsonMapper json) {
		this.watch = watch;
		this.streams = streams;
		this.timeline = timeline;
		this.history = history;
		this.permissions = permissions;
		this.writer = new PictureWriter(json, watch.realm());
	}

	@GetMapping("/me")
	Map<String, @Nullable Object> me(Authentication user) {
		Map<String, @Nullable Object> me = new LinkedHashMap<>();
		me.put("user", user.getName());
		me.put("maySteer", this.permissions.refusalToSteer(user) == null);
		me.put("mayCall", this.permissions.refusalToCall(user) == null);
		me.put("csrf", Map.of("header", "X-XSRF-TOKEN", "cookie", "XSRF-TOKEN"));
		me.put("realm", this.watch.realm());
		me.put("version", RealmNode.class.getPackage().getImplementationVersion());
		return me;
	}

	@GetMapping(path = "/picture", produces = MediaType.APPLICATION_JSON_VALUE)
	byte[] picture(@RequestParam(required = false) @Nullable String parts) {
		return this.writer.write(this.watch.picture(), PictureParts.of(parts));
	}

	@GetMapping("/live")
	ResponseEntity<ResponseBodyEmitter> live(@RequestParam(required = false) @Nullable String parts,
			@RequestHeader(name = "Last-Event-ID", required = false) @Nullable String last,
			HttpServletRequest request) {
		ResponseBodyEmitter stream = this.streams.open(PictureParts.of(parts), request.getSession().getId(), seq(last),
				this.writer);
		return ResponseEntity.ok()
			.contentType(MediaType.TEXT_EVENT_STREAM)
			// Some proxies would collect it otherwise.
			.header("X-Accel-Buffering", "no")
			.body(stream);
	}

	/** What is no number is nothing that this console said. */
	private static @Nullable Long seq(@Nullable String last) {
		return (last != null && last.matches("[0-9]{1,18}")) ? Long.valueOf(last) : null;
	}

	@GetMapping("/timeline")
	List<Timeline.Entry> timeline(@RequestParam(defaultValue = "0") long since) {
		return this.timeline.since(since);
	}

	@GetMapping(path = "/history", produces = MediaType.APPLICATION_JSON_VALUE)
	byte[] history() {
		return this.history.write();
	}

}
