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

import java.util.ArrayList;
import java.util.List;

import io.macula.embedded.DirectoryUpdate.Digest;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Renewal;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.jspecify.annotations.Nullable;

/**
 * An update that is being put together. Owned by the loop.
 */
final class UpdateDraft {

	/**
	 * Room for records, in bytes: an update has fewer of them where they are large. The
	 * last one may go beyond it.
	 */
	static final int MAX_BYTES = 256 * 1024;

	/** Of a renewal or an end: numbers, their names, a proof, a node id. */
	private static final int ENTRY_BYTES = 150;

	private final List<Upsert> upserts = new ArrayList<>();

	private final List<Renewal> renewals = new ArrayList<>();

	private final List<Gone> gone = new ArrayList<>();

	private final List<String> wanted = new ArrayList<>();

	private List<String> refused = List.of();

	private boolean taken;

	private @Nullable String fault;

	private int bytes;

	private boolean begins;

	private boolean ends;

	private long answers;

	private @Nullable Digest digest;

	UpdateDraft upsert(@Nullable Upsert upsert) {
		if (upsert != null) {
			this.upserts.add(upsert);
			this.bytes += RecordBounds.bytes(upsert.record());
		}
		return this;
	}

	/** What it takes where it travels, about. */
	int bytes() {
		return this.bytes + ENTRY_BYTES * (this.renewals.size() + this.gone.size());
	}

	/** Whether further records have to wait for the next update. */
	boolean full() {
		return this.upserts.size() >= DirectoryUpdate.MAX_RECORDS || this.bytes >= MAX_BYTES;
	}

	UpdateDraft renewal(@Nullable Renewal renewal) {
		if (renewal != null) {
			this.renewals.add(renewal);
		}
		return this;
	}

	UpdateDraft gone(@Nullable Gone gone) {
		if (gone != null) {
			this.gone.add(gone);
		}
		return this;
	}

	UpdateDraft wanted(String nodeId) {
		this.wanted.add(nodeId);
		return this;
	}

	UpdateDraft refused(String nodeId, boolean taken) {
		return refused(nodeId, taken, null);
	}

	UpdateDraft refused(String nodeId, boolean taken, @Nullable String fault) {
		this.refused = List.of(nodeId);
		this.taken = taken;
		this.fault = fault;
		return this;
	}

	UpdateDraft digest(Digest digest) {
		this.digest = digest;
		return this;
	}

	UpdateDraft account(boolean begins, boolean ends, long answers) {
		this.begins = begins;
		this.ends = ends;
		this.answers = answers;
		return this;
	}

	DirectoryUpdate build(DirectorySelf self, long received) {
		return new DirectoryUpdate(self.nodeId(), self.incarnation(), self.settled(), this.begins, this.ends,
				this.answers, received, this.digest, this.upserts, this.renewals, this.gone, this.wanted, this.refused,
				this.taken, true, this.fault);
	}

}
