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

package io.macula.directory.etcd;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Which server is asked, at which of its addresses, and which one next. Owned by the
 * thread of the connection.
 */
final class EtcdCandidates {

	private final List<String> servers;

	/** What each server was found to stand for. */
	private final Map<String, List<String>> addresses = new HashMap<>();

	private int server;

	/** Which of its addresses. */
	private int choice;

	/** How many in turn did not answer. */
	private int silent;

	/**
	 * Candidates of which any may be the first.
	 * @param servers of the settings
	 */
	EtcdCandidates(List<String> servers) {
		this.servers = servers;
		this.server = ThreadLocalRandom.current().nextInt(servers.size());
	}

	/**
	 * The present server, as the settings name it.
	 */
	String server() {
		return this.servers.get(this.server);
	}

	/**
	 * The address at which it is asked.
	 * @param found all that its name stands for
	 */
	String address(List<String> found) {
		this.addresses.put(server(), found);
		return found.get(this.choice % found.size());
	}

	/**
	 * The present one does not answer.
	 * @return whether there is another one that was not asked meanwhile
	 */
	boolean next() {
		this.choice++;
		if (this.choice >= this.addresses.getOrDefault(server(), List.of()).size()) {
			this.choice = 0;
			this.server = (this.server + 1) % this.servers.size();
		}
		this.silent++;
		int all = this.servers.stream()
			.mapToInt((each) -> this.addresses.getOrDefault(each, List.of(each)).size())
			.sum();
		return this.silent < all;
	}

	/**
	 * The present one answers, or none of them does: all count as not asked.
	 */
	void reset() {
		this.silent = 0;
	}

}
