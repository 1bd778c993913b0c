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

package io.macula.directory.zookeeper;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import io.macula.directory.WatchedService;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;

/**
 * One service as an ensemble tells it: all records are listed, and each that is said to
 * have changed is read again. Safe for all threads; methods return at once.
 */
final class ServiceRecords implements Watcher {

	/*
	 * A persistent recursive watch says which path changed, not how. All answers and
	 * events of one connection come in the order in which the server knew them, by one
	 * thread. So a path that changed is read after the event, and what the answer says is
	 * never older; also that it is gone. A record that is replaced in one transaction is
	 * told as deleted and created, and read once: it never seems to be away.
	 *
	 * Records are read many at a time (a "multi" of reads), since 10,000 answers one by
	 * one cost seconds, but no more than fit into what the client takes as one answer
	 * (jute.maxbuffer, 1 MiB less one byte) when all have their greatest length. Whoever
	 * writes longer ones breaks the connection once; from then on they are read singly.
	 *
	 * A client that loses its connection tells so while it holds a lock that whoever asks
	 * it something needs: nobody may wait for anything here.
	 */

	private static final int READ_AT_ONCE = 15;

	private static final byte[] EMPTY = new byte[0];

	/** What may not be read counts as corrupt, beside others that may. */
	private static final byte[] UNREADABLE = new byte[0];

	private final ZooKeeperClient client;

	private final WatchedService watched;

	private final String path;

	/** All of the following is touched by what it runs. */
	private final InOrder inOrder = new InOrder((ex) -> failed("ZooKeeper's client failed: " + ex));

	private final Set<String> changed = new HashSet<>();

	private @Nullable ZooKeeper connection;

	/** Whatever belongs to an earlier round is void. */
	private long round;

	private boolean reading;

	private int readAtOnce = READ_AT_ONCE;

	private boolean ended;

	ServiceRecords(ZooKeeperClient client, WatchedService watched, String path) {
		this.client = client;
		this.watched = watched;
		this.path = path;
	}

	/**
	 * Watch, and list all that is there.
	 */
	void list(ZooKeeper connected) {
		this.inOrder.execute(() -> listInOrder(connected));
	}

	private void listInOrder(ZooKeeper connected) {
		if (this.ended) {
			return;
		}
		this.connection = connected;
		this.round++;
		this.changed.clear();
		this.reading = true;
		long current = this.round;
		connected.addWatch(this.path, this, AddWatchMode.PERSISTENT_RECURSIVE,
				(rc, where, context) -> this.inOrder.execute(() -> watching(current, Code.get(rc))), null);
		connected.getChildren(this.path, false,
				(rc, where, context, children) -> this.inOrder.execute(() -> children(current, Code.get(rc), children)),
				null);
	}

	/* Without its chroot it would seem that nobody ever served anything. */
	private void lookForChroot(ZooKeeper connected) {
		long current = this.round;
		connected.exists("/", false,
				(rc, where, context, stat) -> this.inOrder.execute(() -> chroot(current, Code.get(rc))), null);
	}

	private void chroot(long asked, Code code) {
		if (asked != this.round) {
			return;
		}
		if (code == Code.OK) {
			/* Nobody ever served it. */
			this.reading = false;
			listed(Map.of());
		}
		else {
			refused(code, "list");
		}
	}

	private void watching(long asked, Code code) {
		if (asked == this.round && code != Code.OK) {
			refused(code, "watch");
		}
	}

	private void children(long asked, Code code, @Nullable List<String> children) {
		if (asked != this.round) {
			return;
		}
		if (code == Code.OK && children != null) {
			read(children, this::listed);
		}
		else if (code == Code.NONODE && this.connection != null) {
			lookForChroot(this.connection);
		}
		else {
			refused(code, "list");
		}
	}

	private void listed(Map<String, byte[]> records) {
		if (!records.isEmpty() && records.values().stream().allMatch((record) -> record == UNREADABLE)) {
			refused(Code.NOAUTH, "read");
			return;
		}
		Map<String, byte[]> byNode = new HashMap<>();
		records.forEach((name, record) -> byNode.put(RecordPaths.name(name), record));
		this.client.allowed(this.watched.service());
		this.watched.listed(byNode);
		next();
	}

	@Override
	public void process(WatchedEvent event) {
		String where = event.getPath();
		if (where == null || where.length() <= this.path.length() + 1) {
			return;
		}
		String name = where.substring(this.path.length() + 1);
		if (name.indexOf('/') < 0) {
			this.inOrder.execute(() -> changed(name));
		}
	}

	private void changed(String name) {
		if (!this.ended) {
			this.changed.add(name);
			next();
		}
	}

	/* One read at a time; what changes meanwhile follows together. */
	private void next() {
		if (this.reading || this.changed.isEmpty()) {
			return;
		}
		List<String> names = List.copyOf(this.changed);
		this.changed.clear();
		read(names, (records) -> changesRead(names, records));
	}

	private void changesRead(Collection<String> names, Map<String, byte[]> records) {
		for (String name : names) {
			byte[] record = records.get(name);
			if (record != null) {
				this.watched.put(RecordPaths.name(name), record);
			}
			else {
				this.watched.deleted(RecordPaths.name(name));
			}
		}
		next();
	}

	private void read(Collection<String> names, Consumer<Map<String, byte[]>> whole) {
		this.reading = true;
		new Reading(List.copyOf(names), whole).begin();
	}

	private void refused(Code code, String action) {
		if (ZooKeeperFaults.passes(code)) {
			/* All is listed again once there is a connection. */
			this.round++;
			return;
		}
		failed(this.client.refused(this.watched.service(), code, action, this.path));
	}

	/**
	 * End this watch, for a reason.
	 */
	void fail(String reason) {
		this.inOrder.execute(() -> failed(reason));
	}

	private void failed(String reason) {
		if (!this.ended) {
			this.round++;
			this.watched.failed(reason);
		}
	}

	/**
	 * End this watch.
	 */
	void dispose() {
		this.inOrder.execute(this::end);
	}

	private void end() {
		ZooKeeper connected = this.connection;
		this.ended = true;
		this.round++;
		this.changed.clear();
		if (connected != null) {
			/* That it was not there, or goes with the connection, is as well. */
			connected.removeAllWatches(this.path, WatcherType.Any, true, (rc, where, context) -> {
			}, null);
		}
	}

	/**
	 * Several records that are read, in as few questions as may be.
	 */
	private final class Reading {

		private final List<String> names;

		private final Consumer<Map<String, byte[]>> whole;

		private final Map<String, byte[]> records = new HashMap<>();

		private final long asked = ServiceRecords.this.round;

		private int open;

		Reading(List<String> names, Consumer<Map<String, byte[]>> whole) {
			this.names = names;
			this.whole = whole;
		}

		void begin() {
			ZooKeeper connected = ServiceRecords.this.connection;
			int most = ServiceRecords.this.readAtOnce;
			for (int from = 0; from < this.names.size(); from += most) {
				List<String> some = this.names.subList(from, Math.min(from + most, this.names.size()));
				List<Op> questions = new ArrayList<>();
				some.forEach((name) -> questions.add(Op.getData(ServiceRecords.this.path + "/" + name)));
				this.open++;
				if (connected != null) {
					connected.multi(questions, (rc, where, context, results) -> ServiceRecords.this.inOrder
						.execute(() -> answered(some, Code.get(rc), results)), null);
				}
			}
			end();
		}

		private void answered(List<String> some, Code code, @Nullable List<OpResult> results) {
			if (this.asked != ServiceRecords.this.round) {
				return;
			}
			if (results == null) {
				if (code == Code.CONNECTIONLOSS && some.size() > 1) {
					ServiceRecords.this.readAtOnce = 1;
				}
				refused(code, "read");
				return;
			}
			for (int i = 0; i < results.size(); i++) {
				answer(some.get(i), results.get(i));
			}
			this.open--;
			end();
		}

		private void answer(String name, OpResult result) {
			if (result instanceof OpResult.GetDataResult read) {
				byte[] data = read.getData();
				this.records.put(name, (data != null) ? data : EMPTY);
			}
			else if (result instanceof OpResult.ErrorResult error && error.getErr() != Code.NONODE.intValue()) {
				this.records.put(name, UNREADABLE);
			}
		}

		private void end() {
			if (this.open == 0) {
				ServiceRecords.this.reading = false;
				this.whole.accept(this.records);
			}
		}

	}

}
