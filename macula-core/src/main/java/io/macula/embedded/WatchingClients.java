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

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.macula.ServiceName;
import io.macula.directory.DirectoryLoop;

/**
 * The clients that watch services at this replica, and who of them watches what. Owned by
 * the loop.
 */
final class WatchingClients implements SessionOwner<DirectoryWatcher, DirectoryInterest> {

	/** Most services of all clients, each counted once for each client. */
	static final int MOST_WATCHED = 300_000;

	/** The heartbeats of a large realm do not all go out in one instant. */
	private static final int MOST_AT_ONCE = 100;

	private final DirectoryLoop loop;

	private final Outbox outbox;

	private final ReplicaLog log;

	private final Set<DirectoryWatcher> watchers = new LinkedHashSet<>();

	/** Never an empty set. */
	private final Map<ServiceName, Set<DirectoryWatcher>> byService = new HashMap<>();

	private final AccountShares shares;

	private int watched;

	/**
	 * Nobody watches.
	 * @param shares of the accounts that clients are told
	 */
	WatchingClients(DirectoryLoop loop, Outbox outbox, ReplicaLog log, AccountShares shares) {
		this.loop = loop;
		this.outbox = outbox;
		this.log = log;
		this.shares = shares;
	}

	@Override
	public void opened(DirectoryWatcher watcher) {
		assert this.loop.inLoop();
		this.watchers.add(watcher);
	}

	@Override
	public void heard(DirectoryWatcher watcher, DirectoryInterest interest) {
		assert this.loop.inLoop();
		if (watcher.closed()) {
			return;
		}
		try {
			Set<ServiceName> services = interest.services()
				.stream()
				.map(ServiceName::new)
				.collect(Collectors.toUnmodifiableSet());
			if (this.watched - watcher.interests().size() + services.size() > MOST_WATCHED) {
				throw new IllegalArgumentException("all clients together would watch more than " + MOST_WATCHED
						+ " services, each counted once for each client");
			}
			index(watcher, services);
			watcher.watch(interest.number(), services, interest.pace());
			watcher.send();
		}
		catch (IllegalArgumentException ex) {
			this.log.invalidInterest(ex);
		}
	}

	@Override
	public void close(DirectoryWatcher watcher) {
		assert this.loop.inLoop();
		watcher.close();
		this.outbox.remove(watcher);
		if (this.watchers.remove(watcher)) {
			index(watcher, Set.of());
		}
	}

	/**
	 * End all watches.
	 */
	void closeAll() {
		List.copyOf(this.watchers).forEach(this::close);
	}

	/**
	 * Nodes changed: those who watch their services are to be told.
	 */
	void passOn(TableChanges changes) {
		assert this.loop.inLoop();
		changes.nodes().forEach((nodeId, services) -> {
			for (ServiceName service : services) {
				for (DirectoryWatcher watcher : this.byService.getOrDefault(service, Set.of())) {
					watcher.tell(nodeId);
					this.outbox.add(watcher);
				}
			}
		});
	}

	/**
	 * All get a complete account once more, because this replica has settled.
	 */
	void tellAccounts() {
		assert this.loop.inLoop();
		this.watchers.forEach(DirectoryWatcher::tellAccount);
	}

	/**
	 * Let all send what is due, heartbeats too.
	 */
	void tick() {
		assert this.loop.inLoop();
		this.shares.tick();
		gatherHeartbeats(WatchPace.BRISK);
		gatherHeartbeats(WatchPace.CALM);
		this.watchers.forEach(this.outbox::add);
	}

	/*
	 * Heartbeats that go out together wake this node once: a heartbeat that is due takes
	 * along those of its pace that are half through their wait, so that all fall into
	 * step soon.
	 */
	private void gatherHeartbeats(WatchPace pace) {
		long due = this.watchers.stream().filter((watcher) -> watcher.heartbeatDue(pace)).count();
		if (due > 0 && due < MOST_AT_ONCE) {
			this.watchers.stream()
				.filter((watcher) -> watcher.heartbeatNear(pace))
				.limit(MOST_AT_ONCE - due)
				.forEach(DirectoryWatcher::hurry);
		}
	}

	private void index(DirectoryWatcher watcher, Set<ServiceName> services) {
		this.watched += services.size() - watcher.interests().size();
		for (ServiceName service : watcher.interests()) {
			Set<DirectoryWatcher> watching = this.byService.get(service);
			if (watching != null && watching.remove(watcher) && watching.isEmpty()) {
				this.byService.remove(service);
			}
		}
		for (ServiceName service : services) {
			this.byService.computeIfAbsent(service, (name) -> new LinkedHashSet<>()).add(watcher);
		}
	}

}
