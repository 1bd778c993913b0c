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

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

import io.macula.ServiceName;
import io.macula.directory.DirectoryLoop;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.jspecify.annotations.Nullable;

/**
 * A client that watches services here: gets a complete account of them and then their
 * changes. Owned by the loop.
 */
final class DirectoryWatcher extends DirectorySession {

	/** To look for a node costs as much as to tell so many bytes. */
	private static final int BYTES_PER_NODE = 8;

	private final DirectorySelf self;

	private final NodeTable table;

	private final AccountShares shares;

	private final ProvenPeer proven;

	/** Nodes of which the client is told the record or the end. */
	private final Set<String> due = new LinkedHashSet<>();

	private Set<ServiceName> interests = Set.of();

	private Set<String> names = Set.of();

	private long interestNumber = -1;

	private @Nullable WatchPace pace;

	/** Whether an account is to be told from its start, as soon as the client may. */
	private boolean accountDue;

	/** Rest of the account that is being told. */
	private @Nullable Iterator<String> account;

	private boolean accountBegins;

	/**
	 * A client that watches nothing yet.
	 * @param shares of the accounts that clients are told
	 * @param proven who the client is
	 */
	DirectoryWatcher(DirectoryLoop loop, DirectorySelf self, NodeTable table, AccountShares shares, ProvenPeer proven) {
		super(loop);
		this.self = self;
		this.table = table;
		this.shares = shares;
		this.proven = proven;
	}

	Set<ServiceName> interests() {
		return this.interests;
	}

	/**
	 * The client says what it watches from now on, or just how patient it is from now on;
	 * it is answered in either case.
	 */
	void watch(long number, Set<ServiceName> interests, WatchPace pace) {
		assert loop().inLoop();
		this.pace = pace;
		heartbeat(pace.heartbeat());
		if (number == this.interestNumber) {
			hurry();
			return;
		}
		this.interestNumber = number;
		this.interests = interests;
		this.names = interests.stream().map(ServiceName::value).collect(Collectors.toUnmodifiableSet());
		tellAccount();
	}

	/**
	 * Whether it keeps this pace and has to be told that this node lives.
	 */
	boolean heartbeatDue(WatchPace pace) {
		return pace == this.pace && heartbeatDue();
	}

	/**
	 * Whether it keeps this pace and is half through its wait.
	 */
	boolean heartbeatNear(WatchPace pace) {
		return pace == this.pace && heartbeatNear();
	}

	/**
	 * Tell all that serve one of the services, once more from the start.
	 */
	void tellAccount() {
		if (this.interestNumber >= 0) {
			this.accountDue = true;
			this.account = null;
		}
	}

	/** What is equal for all streams of one client, as far as that is proven. */
	private Object shareKey() {
		return (this.proven.identity() != null) ? this.proven : this;
	}

	/**
	 * The client gets what the table knows of a node: its record or its end.
	 */
	void tell(String nodeId) {
		this.due.add(nodeId);
	}

	@Override
	@Nullable DirectoryUpdate next() {
		if (this.accountDue && this.shares.left(shareKey())) {
			beginAccount();
		}
		UpdateDraft draft = new UpdateDraft();
		if (this.account != null) {
			tellAccount(draft, this.account);
			return draft.build(this.self, 0);
		}
		// Changes wait behind the account that is due, so that none is told before it.
		if (!this.due.isEmpty() && !this.accountDue) {
			Iterator<String> rest = this.due.iterator();
			for (int i = 0; i < DirectoryUpdate.MAX_RECORDS && rest.hasNext() && !draft.full(); i++) {
				String nodeId = rest.next();
				rest.remove();
				describe(draft, nodeId);
			}
			return draft.build(this.self, 0);
		}
		return heartbeatDue() ? draft.build(this.self, 0) : null;
	}

	private void beginAccount() {
		Collection<String> nodeIds = this.table.nodesOf(this.interests);
		this.shares.spend(shareKey(), (long) nodeIds.size() * BYTES_PER_NODE);
		this.account = nodeIds.iterator();
		this.accountBegins = true;
		this.accountDue = false;
	}

	private void tellAccount(UpdateDraft draft, Iterator<String> rest) {
		for (int i = 0; i < DirectoryUpdate.MAX_RECORDS && rest.hasNext() && !draft.full(); i++) {
			describe(draft, rest.next());
		}
		draft.account(this.accountBegins, !rest.hasNext(), this.interestNumber);
		this.accountBegins = false;
		this.account = rest.hasNext() ? rest : null;
		this.shares.spend(shareKey(), draft.bytes());
	}

	/* A client does not judge leases: it gets no ages, and each end as it comes. */
	private void describe(UpdateDraft draft, String nodeId) {
		Upsert upsert = this.table.upsert(nodeId);
		if (upsert != null) {
			draft.upsert(new Upsert(upsert.record().only(this.names), upsert.renewals(), 0));
		}
		else {
			draft.gone(this.table.gone(nodeId));
		}
	}

}
