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

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.OptionsUtil;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import io.macula.directory.WatchedService;
import org.jspecify.annotations.Nullable;

/**
 * The watch of one service: its records are listed once, and then followed from the
 * revision of that list on. Owned by the connection's thread.
 * <p>
 * States: LISTING to OPENING to FOLLOWING, and to PAUSED from each when the server is
 * left. A watch that is paused goes on at the revision that it had read, after CHECKING
 * that it was the same history: only if etcd forgot what was since then (compaction), or
 * has another history (it lost its data), all is listed again. ENDED by its owner, or
 * after it said that it failed.
 */
final class EtcdWatch {

	/** Records in one answer: with the largest that nodes write it still has a bound. */
	private static final int PAGE = 500;

	/** Watches of many nodes that broke at one moment come back within this time. */
	private static final long SPREAD_MILLIS = 500;

	private static final int MOST_FAILURES = 3;

	private final EtcdConnection connection;

	private final WatchedService watched;

	private final String place;

	private final EtcdFailure.Keys keys;

	private final ByteSequence begin;

	private final ByteSequence end;

	/** Which of its attempts counts. */
	private int attempt;

	/** Records of others may be larger than those of nodes: then fewer are asked for. */
	private int page = PAGE;

	/** What was read; 0 before the list. */
	private long revision;

	/** Which version of each record was read. */
	private final Map<String, Version> versions = new HashMap<>();

	/** Which client it hangs on. */
	private int turn;

	private Watch.@Nullable Watcher watcher;

	private State state = State.PAUSED;

	private int failures;

	EtcdWatch(EtcdConnection connection, EtcdKeys keys, WatchedService watched) {
		this.connection = connection;
		this.watched = watched;
		this.place = keys.service(watched.service());
		this.keys = new EtcdFailure.Keys(this.place, true);
		this.begin = EtcdKeys.bytes(this.place);
		this.end = OptionsUtil.prefixEndOf(this.begin);
	}

	/**
	 * Begin, as soon as a server answers.
	 */
	void begin() {
		if (this.state == State.PAUSED && this.connection.client() != null) {
			if (this.revision == 0) {
				list();
			}
			else {
				check();
			}
		}
	}

	/**
	 * A server answers, maybe another one.
	 */
	void resume() {
		pause();
		if (this.revision == 0) {
			begin();
		}
		else {
			this.connection.later(this::begin, SPREAD_MILLIS);
		}
	}

	/**
	 * Whether it is in touch.
	 */
	boolean open() {
		return this.state == State.FOLLOWING;
	}

	void end() {
		pause();
		this.state = State.ENDED;
	}

	/**
	 * Hear nothing until there is a server again.
	 */
	void pause() {
		if (this.state == State.ENDED) {
			return;
		}
		this.state = State.PAUSED;
		this.attempt++;
		Watch.Watcher closed = this.watcher;
		this.watcher = null;
		if (closed != null) {
			closed.close();
		}
	}

	private void list() {
		this.state = State.LISTING;
		this.attempt++;
		page(this.begin, 0, new HashMap<>());
	}

	private void page(ByteSequence from, long at, Map<String, byte[]> records) {
		int begun = this.attempt;
		GetOption option = GetOption.builder().withRange(this.end).withLimit(this.page).withRevision(at).build();
		this.connection.call((client) -> client.getKVClient().get(from, option), this.connection.timeout(), this.keys)
			.subscribe((answer) -> {
				if (begun == this.attempt) {
					paged(answer, at, records);
				}
			}, (error) -> {
				if (begun == this.attempt) {
					failed(error);
				}
			});
	}

	private void paged(GetResponse answer, long at, Map<String, byte[]> records) {
		if (at == 0) {
			this.versions.clear();
		}
		for (KeyValue read : answer.getKvs()) {
			String nodeId = EtcdKeys.nodeId(this.place, read.getKey());
			records.put(nodeId, read.getValue().getBytes());
			this.versions.put(nodeId, Version.of(read));
		}
		long listed = (at == 0) ? answer.getHeader().getRevision() : at;
		if (answer.isMore() && !answer.getKvs().isEmpty()) {
			ByteSequence last = answer.getKvs().get(answer.getKvs().size() - 1).getKey();
			page(last.concat(ByteSequence.from(new byte[1])), listed, records);
			return;
		}
		this.revision = listed;
		this.failures = 0;
		this.connection.denied(null);
		this.watched.listed(records);
		follow();
	}

	/*
	 * A server that lost its data begins to count revisions anew, with the same name, and
	 * what was read last may be behind or ahead of what it has now. In the same history
	 * there were as many records at that revision, and the last of them was this one.
	 */
	private void check() {
		this.state = State.CHECKING;
		int begun = ++this.attempt;
		GetOption option = GetOption.builder()
			.withRange(this.end)
			.withRevision(this.revision)
			.withSortField(GetOption.SortTarget.MOD)
			.withSortOrder(GetOption.SortOrder.DESCEND)
			.withLimit(1)
			.build();
		this.connection
			.call((client) -> client.getKVClient().get(this.begin, option), this.connection.timeout(), this.keys)
			.subscribe((answer) -> {
				if (begun == this.attempt) {
					checked(answer);
				}
			}, (error) -> {
				if (begun == this.attempt) {
					failed(error);
				}
			});
	}

	private void checked(GetResponse answer) {
		boolean same = answer.getCount() == this.versions.size();
		for (KeyValue read : answer.getKvs()) {
			same &= Version.of(read).equals(this.versions.get(EtcdKeys.nodeId(this.place, read.getKey())));
		}
		if (same) {
			follow();
		}
		else {
			relist();
		}
	}

	private void follow() {
		Client client = this.connection.client();
		if (client == null) {
			pause();
			return;
		}
		this.state = State.OPENING;
		int begun = ++this.attempt;
		this.turn = this.connection.turn();
		WatchOption option = WatchOption.builder()
			.withRange(this.end)
			.withRevision(this.revision + 1)
			.withCreateNotify(true)
			.withRequireLeader(true)
			.build();
		try {
			this.watcher = client.getWatchClient().watch(this.begin, option, new Ear(begun));
		}
		catch (RuntimeException ex) {
			failed(ex);
		}
	}

	private void heard(WatchResponse told) {
		if (told.isCreatedNotify()) {
			if (told.getHeader().getRevision() < this.revision) {
				relist();
				return;
			}
			this.state = State.FOLLOWING;
			this.failures = 0;
			return;
		}
		for (WatchEvent event : told.getEvents()) {
			KeyValue changed = event.getKeyValue();
			String nodeId = EtcdKeys.nodeId(this.place, changed.getKey());
			if (event.getEventType() == WatchEvent.EventType.PUT) {
				this.versions.put(nodeId, Version.of(changed));
				this.watched.put(nodeId, changed.getValue().getBytes());
			}
			else {
				this.versions.remove(nodeId);
				this.watched.deleted(nodeId);
			}
			this.revision = Math.max(this.revision, changed.getModRevision());
		}
	}

	private void relist() {
		pause();
		this.revision = 0;
		this.connection.later(this::begin, SPREAD_MILLIS);
	}

	private void failed(Throwable error) {
		EtcdFailure failure = this.connection.failure(error, this.keys);
		int failing = this.turn;
		boolean following = this.state == State.OPENING || this.state == State.FOLLOWING;
		pause();
		switch (failure.kind()) {
			case COMPACTED -> relist();
			case TOO_LARGE -> {
				this.page = Math.max(1, this.page / 4);
				relist();
			}
			case UNREACHABLE, REFUSED -> {
				if (following) {
					this.connection.failed(failing, failure);
				}
				/* A client that is up then, or is still, begins it again. */
				this.connection.later(this::begin, SPREAD_MILLIS);
			}
			case DENIED -> {
				this.connection.denied(failure.text());
				fail(failure.text());
			}
			default -> {
				if (++this.failures >= MOST_FAILURES) {
					fail(failure.text());
				}
				else {
					this.connection.later(this::begin, SPREAD_MILLIS);
				}
			}
		}
	}

	private void fail(String reason) {
		end();
		this.watched.failed(reason);
	}

	private enum State {

		PAUSED, LISTING, CHECKING, OPENING, FOLLOWING, ENDED

	}

	/**
	 * What tells one version of a record from another.
	 */
	private record Version(long revision, int hash) {

		static Version of(KeyValue read) {
			return new Version(read.getModRevision(), Arrays.hashCode(read.getValue().getBytes()));
		}

	}

	/**
	 * Hears one attempt, by any thread.
	 */
	private final class Ear implements Watch.Listener {

		private final int begun;

		Ear(int begun) {
			this.begun = begun;
		}

		@Override
		public void onNext(WatchResponse told) {
			run(() -> heard(told));
		}

		@Override
		public void onError(Throwable error) {
			run(() -> failed(error));
		}

		@Override
		public void onCompleted() {
			run(() -> failed(io.grpc.Status.UNAVAILABLE.withDescription("the watch was ended").asRuntimeException()));
		}

		private void run(Runnable task) {
			EtcdWatch.this.connection.execute(() -> {
				if (this.begun == EtcdWatch.this.attempt) {
					task.run();
				}
			});
		}

	}

}
