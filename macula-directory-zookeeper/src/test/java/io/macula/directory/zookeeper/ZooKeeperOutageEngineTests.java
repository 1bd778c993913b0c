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

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

import io.macula.directory.Lease;
import io.macula.directory.tck.Figures;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.MethodName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * What holds when servers of an ensemble are killed, one of them or all.
 */
@Tag("engines")
@Timeout(600)
@TestMethodOrder(MethodName.class)
class ZooKeeperOutageEngineTests extends EnsembleSteps {

	@BeforeAll
	static void start() throws IOException {
		begin(Map.of());
	}

	@Test
	void aTheLeaderIsKilledAndTheQuorumIsLost() throws Exception {
		WatchingClient watch = watch(DEFAULT_LEASE);
		List<Lease> leases = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			leases.add(lease("n" + i, DEFAULT_LEASE));
		}
		Figures.await(() -> watch.count() == 10 && granted(leases));
		int least = watch.snapshots.size();
		int leader = ensemble.leader();
		ensemble.kill(leader);
		long begin = System.nanoTime();
		leases.add(lease("late", DEFAULT_LEASE));
		Figures.await(() -> watch.count() == 11);
		long late = Figures.millisSince(begin);
		this.figures.row("leader killed: until what is advertised then is known, and nobody left (lease 15 s)",
				"<= 15 s", late + " ms", late <= DEFAULT_LEASE.toMillis() && watch.least(least) >= 10);
		ensemble.start(leader);
		Figures.await(() -> ensemble.follows(leader));
		Figures.await(() -> granted(leases));
		int other = ensemble.leader();
		int third = 6 - leader - other;
		ensemble.kill(leader);
		ensemble.kill(third);
		Figures.await(() -> watch.engine.trouble() != null);
		int seconds = Figures.SHORT ? 5 : 20;
		pass(seconds);
		boolean kept = watch.count() == 11;
		ensemble.start(leader);
		ensemble.start(third);
		ensemble.awaitQuorum();
		long back = System.nanoTime();
		Figures.await(() -> watch.engine.trouble() == null && granted(leases));
		long again = Figures.millisSince(back);
		this.figures.row(
				"majority lost for " + seconds + " s and back: until all are advertised, and nobody left (lease 15 s)",
				"<= 15 s", again + " ms", kept && watch.least(least) >= 10 && again <= DEFAULT_LEASE.toMillis());
	}

	@Test
	void bTheEnsembleIsWhollyDownAndBack() throws Exception {
		int nodes = 50;
		CallingPair calls = new CallingPair(ensemble.address());
		this.opened.add(calls);
		WatchingClient watch = watch(DEFAULT_LEASE);
		List<Lease> leases = new ArrayList<>();
		for (int i = 0; i < nodes; i++) {
			leases.add(lease("n" + i, DEFAULT_LEASE));
		}
		Figures.await(() -> watch.count() == nodes && granted(leases));
		int least = watch.snapshots.size();
		calls.start();
		for (int i = 1; i <= 3; i++) {
			ensemble.kill(i);
		}
		int down = Figures.SHORT ? 20 : 120;
		pass(down);
		long age = Figures.millisSince(watch.engine.directory().confirmedNanoTime(watch.latest())) / 1000;
		String trouble = String.valueOf(watch.engine.trouble());
		this.figures.row("ensemble wholly down for " + down + " s: snapshots stay, age and trouble are said",
				"all " + nodes + ", and said",
				watch.count() + ", age " + age + " s, " + (trouble.contains("no server of") ? "said" : trouble),
				watch.count() == nodes && age >= down - 15 && trouble.contains("no server of"));
		long restarted = System.currentTimeMillis();
		for (int i = 1; i <= 3; i++) {
			ensemble.start(i);
		}
		ensemble.awaitQuorum();
		long back = System.nanoTime();
		List<Long> times = new CopyOnWriteArrayList<>();
		Set<Lease> seen = ConcurrentHashMap.newKeySet();
		Figures.await(() -> {
			leases.stream()
				.filter((each) -> each.state() == Lease.State.GRANTED && seen.add(each))
				.forEach((each) -> times.add(Figures.millisSince(back)));
			return times.size() == nodes;
		});
		long last = times.get(times.size() - 1);
		this.figures.row("ensemble back: all of " + nodes + " nodes are advertised again (lease 15 s)", "<= 15 s",
				last + " ms", last <= DEFAULT_LEASE.toMillis());
		noHerd(nodes, restarted);
		Figures.await(() -> watch.engine.trouble() == null);
		calls.stop();
		this.figures.row("ensemble wholly down for " + down + " s and back under load: failed calls", "0",
				calls.failed.get() + " of " + calls.made.get(), calls.failed.get() == 0 && calls.made.get() > 0);
		this.figures.row("instances that left snapshots meanwhile", "0", String.valueOf(nodes - watch.least(least)),
				watch.least(least) == nodes);
	}

	/* As the servers say when records were written. */
	private void noHerd(int nodes, long since) throws Exception {
		List<Long> written = new ArrayList<>();
		RecordPaths paths = new RecordPaths(ZooKeeperSettings.DEFAULT_PREFIX, REALM);
		try (CuratorFramework client = CuratorFrameworkFactory.newClient(ensemble.address(), new RetryNTimes(3, 500))) {
			client.start();
			for (int i = 0; i < nodes; i++) {
				Stat stat = client.checkExists().forPath(paths.of(SERVICE, "n" + i));
				if (stat != null && stat.getMtime() >= since) {
					written.add(stat.getMtime());
				}
			}
		}
		long most = written.stream()
			.mapToLong((time) -> written.stream().filter((each) -> each >= time && each < time + 500).count())
			.max()
			.orElse(0);
		this.figures.row("no herd: the most of these writes within 500 ms", "<= 40 %",
				most + " of " + written.size() + " (the sessions of others lived on)", most <= nodes * 2 / 5);
	}

	private static void pass(int seconds) {
		long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
		while (System.nanoTime() < end) {
			LockSupport.parkNanos(end - System.nanoTime());
		}
	}

}
