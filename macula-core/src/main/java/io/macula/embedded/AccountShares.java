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
import java.util.Map;

import io.macula.directory.DirectoryLoop;

/**
 * How much of the table the clients that watch here may have told to them again, because
 * they watch other services than before: each so much at once, and that again in a
 * minute. Owned by the loop.
 */
final class AccountShares {

	/*
	 * A client that gets to know its services one after the other has ever longer
	 * accounts told to it; many begin at once when a seed has started. So none of them
	 * waits for others, and its share is many times the table.
	 */

	/** How often a client may have all of it told in {@link AnswerTurns#PERIOD}. */
	private static final int TIMES = 16;

	private final DirectoryLoop loop;

	private final NodeTable table;

	/** Of those that do not have their whole share. */
	private final Map<Object, WorkSavings> shares = new HashMap<>();

	AccountShares(DirectoryLoop loop, NodeTable table) {
		this.loop = loop;
		this.table = table;
	}

	/**
	 * Whether a client may have another account.
	 * @param client by whom it is equal over all its streams
	 */
	boolean left(Object client) {
		assert this.loop.inLoop();
		WorkSavings share = this.shares.get(client);
		return share == null || share.untilNext().isZero();
	}

	/**
	 * A client was told so many bytes of an account, or what costs as much.
	 */
	void spend(Object client, long bytes) {
		assert this.loop.inLoop();
		this.shares.computeIfAbsent(client, (key) -> whole()).spend(bytes);
	}

	private WorkSavings whole() {
		long bytes = TIMES * (AnswerTurns.LEAST_SHARE + this.table.cost());
		return new WorkSavings(this.loop.clock(), bytes, bytes / AnswerTurns.PERIOD.toSeconds());
	}

	/**
	 * Forget those that have their whole share again.
	 */
	void tick() {
		assert this.loop.inLoop();
		this.shares.values().removeIf(WorkSavings::whole);
	}

}
