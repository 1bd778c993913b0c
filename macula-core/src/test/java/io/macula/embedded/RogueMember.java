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

package io.macula.embedded;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.macula.Endpoint;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Renewal;
import io.macula.embedded.DirectoryUpdate.Upsert;
import reactor.core.Disposable;
import reactor.core.publisher.Sinks;

/**
 * A member of a simulated realm that says whatever the test makes it say. It has a key
 * and listens like any other.
 */
final class RogueMember {

	final SimulatedRealm.Node node;

	final TestOwner owner;

	/** What it was told. */
	final List<DirectoryUpdate> heard = new ArrayList<>();

	boolean closed;

	private final Sinks.Many<DirectoryUpdate> told = Sinks.many().unicast().onBackpressureBuffer();

	private final SimulatedRealm realm;

	private Disposable link;

	RogueMember(SimulatedRealm realm, String nodeId, Endpoint endpoint) {
		this.realm = realm;
		this.node = realm.stranger(nodeId, endpoint);
		this.owner = new TestOwner(this.node.key);
	}

	/** Open a link to a node. */
	void link(Endpoint seed) {
		this.link = this.node.link(seed, this.told.asFlux(), (peer) -> {
		}).subscribe(this.heard::add, (error) -> this.closed = true, () -> this.closed = true);
		tell(new UpdateDraft());
	}

	void unlink() {
		this.link.dispose();
	}

	void tell(UpdateDraft draft) {
		tell(draft.build(TestLoop.self(this.node.nodeId, 1), 0));
	}

	void tell(DirectoryUpdate update) {
		this.told.tryEmitNext(update);
	}

	void tell(Upsert upsert) {
		tell(new UpdateDraft().upsert(upsert));
	}

	void tell(Renewal renewal) {
		tell(new UpdateDraft().renewal(renewal));
	}

	void tell(Gone gone) {
		tell(new UpdateDraft().gone(gone));
	}

	/** Ask for the record of a node, and get it. */
	Upsert learn(String nodeId) {
		tell(new UpdateDraft().wanted(nodeId));
		this.realm.pass(Duration.ofMillis(100));
		return heardOf(nodeId);
	}

	/** The latest that it was told of a node. */
	private Upsert heardOf(String nodeId) {
		return this.heard.stream()
			.flatMap((update) -> update.upserts().stream())
			.filter((upsert) -> upsert.record().nodeId().equals(nodeId))
			.reduce((first, second) -> second)
			.orElseThrow();
	}

}
