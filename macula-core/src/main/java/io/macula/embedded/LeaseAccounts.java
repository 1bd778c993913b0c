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
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

import io.macula.embedded.DirectoryUpdate.Digest;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of all leases that the two ends of a link give each other where their
 * tables differ: the one that is being told and the one that is being heard. Owned by the
 * loop.
 */
final class LeaseAccounts {

	private final NodeTable table;

	/** Whether the peer dialled. */
	private final boolean served;

	private boolean compared;

	/** Rest of the account that is being told. */
	private @Nullable Iterator<String> told;

	private boolean begins;

	/** Node ids of the account that is being heard. */
	private @Nullable Set<String> heard;

	LeaseAccounts(NodeTable table, boolean served) {
		this.table = table;
		this.served = served;
	}

	/**
	 * The peer told its digest: if it differs, tell all leases. One account is enough, so
	 * at the start it is up to the end that dialled.
	 */
	void compare(Digest theirs) {
		boolean first = !this.compared;
		this.compared = true;
		if (this.told == null && !(first && this.served) && !theirs.equals(this.table.digest())) {
			this.told = this.table.nodeIds().iterator();
			this.begins = true;
		}
	}

	/**
	 * Whether an account is being told.
	 */
	boolean telling() {
		return this.told != null;
	}

	/**
	 * Tell the next part.
	 */
	void tell(UpdateDraft draft) {
		Iterator<String> rest = this.told;
		if (rest == null) {
			return;
		}
		for (int i = 0; i < DirectoryUpdate.MAX_ENTRIES && rest.hasNext(); i++) {
			draft.renewal(this.table.renewal(rest.next()));
		}
		draft.account(this.begins, !rest.hasNext(), 0);
		this.begins = false;
		if (!rest.hasNext()) {
			this.told = null;
		}
	}

	/**
	 * Do not hear the peer's account to its end; its next digest brings another one.
	 */
	void drop() {
		this.heard = null;
	}

	/* Of the others, the peer may tell without an end. */
	private void note(Set<String> present, String nodeId) {
		if (this.table.record(nodeId) != null) {
			present.add(nodeId);
		}
	}

	/**
	 * Hear a part of the peer's account.
	 * @return the nodes that it lacks, once it is complete
	 */
	Collection<String> hear(DirectoryUpdate update) {
		if (update.begins()) {
			this.heard = new HashSet<>();
		}
		Set<String> present = this.heard;
		if (present == null) {
			return List.of();
		}
		update.upserts().forEach((upsert) -> note(present, upsert.record().nodeId()));
		update.renewals().forEach((renewal) -> note(present, renewal.nodeId()));
		if (!update.ends()) {
			return List.of();
		}
		this.heard = null;
		return this.table.nodeIds().stream().filter((nodeId) -> !present.contains(nodeId)).toList();
	}

}
