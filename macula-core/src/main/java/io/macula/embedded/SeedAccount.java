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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

import io.macula.directory.DirectoryLoop;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Upsert;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Brings what the watched seed tells into the table of a client. Owned by the loop.
 */
final class SeedAccount {

	/*
	 * The client judges no leases: its seed tells it of each end. What it holds is
	 * replaced by a complete account only if the seed has run for a lease; the account of
	 * a seed that has just started lacks those that have not yet told it of themselves.
	 */

	private static final Logger logger = PrintableLogger.of(SeedAccount.class);

	private final NodeTable table;

	private final LogLimit invalid;

	private final LogLimit full;

	/** Node id of the seed that tells. */
	private String seed = "";

	/** Records, by node id, of an account that is being heard. */
	private @Nullable Map<String, Upsert> account;

	/** Number of the interest that the last complete account answered. */
	private long answered;

	private boolean answeredBySettled;

	/** When that interest was answered first. */
	private long answeredNanos;

	SeedAccount(NodeTable table, DirectoryLoop loop) {
		this.table = table;
		this.invalid = new LogLimit(loop.clock(), Duration.ofMinutes(1), 1);
		this.full = new LogLimit(loop.clock(), Duration.ofMinutes(1), 1);
	}

	/**
	 * Another seed is watched: what the last one did not tell to the end counts for
	 * nothing.
	 */
	void restart() {
		this.account = null;
	}

	void heard(DirectoryUpdate update, long now) {
		this.seed = update.sender();
		if (update.begins()) {
			this.account = new LinkedHashMap<>();
		}
		update.upserts().forEach(this::apply);
		update.gone().forEach(this::apply);
		if (update.ends() && this.account != null) {
			complete(this.account, update, now);
			this.account = null;
		}
	}

	private void apply(Upsert upsert) {
		if (take(upsert, this.table::apply) && this.account != null) {
			this.account.put(upsert.record().nodeId(), upsert);
		}
	}

	private Verdict adopt(Upsert upsert) {
		this.table.adopt(upsert);
		return Verdict.KNOWN;
	}

	private void apply(Gone gone) {
		if (gone.withdrawn()) {
			this.table.apply(gone);
		}
		else {
			this.table.forget(gone);
		}
	}

	private void complete(Map<String, Upsert> records, DirectoryUpdate last, long now) {
		if (last.settled()) {
			this.table.retain(records.keySet());
			records.values().forEach((upsert) -> take(upsert, this::adopt));
		}
		if (this.answered != last.answers()) {
			this.answeredNanos = now;
		}
		this.answered = last.answers();
		this.answeredBySettled = last.settled();
	}

	/**
	 * Take one record; one that is not valid keeps nobody from the others.
	 * @return whether it is valid, and there is room for it or was for one before it
	 */
	private boolean take(Upsert upsert, Function<Upsert, Verdict> taker) {
		try {
			RecordBounds.require(upsert.record());
			if (taker.apply(upsert) != Verdict.FULL) {
				return true;
			}
			this.full.log("", (suppressed) -> logger.warn("Left out node '{}': the providers of the services that this"
					+ " node calls would take more than a quarter of its memory; look for nodes that start with ever"
					+ " new ids, or give this one more memory{}", upsert.record().nodeId(), suppressed));
			return this.table.record(upsert.record().nodeId()) != null;
		}
		catch (RuntimeException ex) {
			this.invalid.log("",
					(suppressed) -> logger.warn("Left out the record of node '{}', told by seed '{}': {}{}",
							upsert.record().nodeId(), this.seed, ex.getMessage(), suppressed));
		}
		return false;
	}

	/**
	 * Whether an interest was answered by a seed that knows the whole realm, or long
	 * enough ago by another.
	 * @param number the interest, or 0 for none
	 * @param now the time
	 */
	boolean answers(long number, long now) {
		boolean heard = number > 0 && this.answered >= number;
		return heard && (this.answeredBySettled || now - this.answeredNanos >= EmbeddedDirectory.PATIENCE.toNanos());
	}

}
