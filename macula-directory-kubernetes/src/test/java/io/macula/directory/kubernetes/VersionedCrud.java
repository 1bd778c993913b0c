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

package io.macula.directory.kubernetes;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.WatchEventBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.crud.AttributeSet;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.Response;
import io.fabric8.mockwebserver.http.WebSocket;
import io.fabric8.mockwebserver.http.WebSocketListener;
import org.jspecify.annotations.Nullable;

/**
 * The mock server's CRUD mode with the history of an API server: a watch from a version
 * begins with what changed after it.
 */
class VersionedCrud extends KubernetesCrudDispatcher {

	/*
	 * The mock server itself pays no attention to the version of a watch: it tells what
	 * there is when the watch opens, as added. What was deleted after the list and before
	 * the watch it never tells, though a real API server does. It also keeps a thread for
	 * each watch, and deletes with the version of the object and not with a new one.
	 */

	private final List<Change> history = new ArrayList<>();

	private final List<Stream> streams = new CopyOnWriteArrayList<>();

	@Override
	public void processEvent(String path, AttributeSet pathAttributes, AttributeSet oldAttributes,
			@Nullable GenericKubernetesResource resource, @Nullable String newState) {
		// Its caller holds the lock for writing.
		String before = (oldAttributes != null) ? this.map.get(oldAttributes) : null;
		super.processEvent(path, pathAttributes, oldAttributes, resource, newState);
		GenericKubernetesResource old = read(before);
		GenericKubernetesResource present = read(newState);
		if (present == null && old != null) {
			old.getMetadata().setResourceVersion(String.valueOf(requestResourceVersion()));
		}
		GenericKubernetesResource latest = (present != null) ? present : old;
		if (latest != null) {
			Change change = new Change(Long.parseLong(latest.getMetadata().getResourceVersion()), old, present);
			this.history.add(change);
			this.streams.forEach((stream) -> stream.tell(change));
		}
	}

	private static @Nullable GenericKubernetesResource read(@Nullable String json) {
		return (json != null) ? Serialization.unmarshal(json, GenericKubernetesResource.class) : null;
	}

	@Override
	public MockResponse handleWatch(String path) {
		// Its caller holds the lock for reading: nothing changes meanwhile.
		String version = parameter(path, "resourceVersion");
		String selector = parameter(path, "labelSelector");
		long from = (version != null) ? Long.parseLong(version) : 0;
		Stream stream = new Stream((selector != null) ? selector : "");
		this.history.stream().filter((change) -> change.version() > from).forEach(stream::tell);
		this.streams.add(stream);
		return new MockResponse().withWebSocketUpgrade(stream);
	}

	private static @Nullable String parameter(String path, String name) {
		Matcher matcher = Pattern.compile("[?&]" + name + "=([^&]*)").matcher(path);
		return matcher.find() ? URLDecoder.decode(matcher.group(1), StandardCharsets.UTF_8) : null;
	}

	/** How many watches are open. */
	int watching() {
		return (int) this.streams.stream().filter(Stream::open).count();
	}

	/** One change; {@code before} or {@code after} is missing where it was not there. */
	private record Change(long version, @Nullable GenericKubernetesResource before,
			@Nullable GenericKubernetesResource after) {

		/** As an event of those that are selected, or {@code null}. */
		@Nullable String event(String selector) {
			boolean was = selected(this.before, selector);
			boolean is = selected(this.after, selector);
			if (!was && !is) {
				return null;
			}
			return Serialization.asJson(new WatchEventBuilder().withType(was ? is ? "MODIFIED" : "DELETED" : "ADDED")
				.withObject((this.after != null) ? this.after : this.before)
				.build());
		}

		private static boolean selected(@Nullable GenericKubernetesResource resource, String selector) {
			if (resource == null) {
				return false;
			}
			Map<String, String> labels = resource.getMetadata().getLabels();
			int sign = selector.indexOf('=');
			return selector.isEmpty() || ((sign < 0) ? labels.containsKey(selector)
					: selector.substring(sign + 1).equals(labels.get(selector.substring(0, sign))));
		}

	}

	/** One watch. */
	private final class Stream extends WebSocketListener {

		private final String selector;

		/** What happens before it is open. Guarded by this. */
		private final Queue<String> early = new ArrayDeque<>();

		/** Guarded by this. */
		private @Nullable WebSocket socket;

		Stream(String selector) {
			this.selector = selector;
		}

		synchronized void tell(Change change) {
			String event = change.event(this.selector);
			if (event != null && this.socket != null) {
				this.socket.send(event);
			}
			else if (event != null) {
				this.early.add(event);
			}
		}

		synchronized boolean open() {
			return this.socket != null;
		}

		@Override
		public synchronized void onOpen(WebSocket opened, Response response) {
			this.socket = opened;
			this.early.forEach(opened::send);
			this.early.clear();
		}

		@Override
		public void onClosing(WebSocket closing, int code, String reason) {
			closing.close(code, reason);
		}

		@Override
		public void onClosed(WebSocket closed, int code, String reason) {
			VersionedCrud.this.streams.remove(this);
		}

		@Override
		public void onFailure(WebSocket failed, Throwable cause, Response response) {
			VersionedCrud.this.streams.remove(this);
		}

	}

}
