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

package io.macula.directory;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.macula.ServiceName;
import io.macula.testing.LogLines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SnapshotFeed}.
 */
@Timeout(30)
class SnapshotFeedTests {

	private static final ServiceName SERVICE = new ServiceName("test.calculator");

	@RegisterExtension
	final LogLines log = LogLines.of(SnapshotFeed.class);

	private final SnapshotFeed feed = new SnapshotFeed(Schedulers.boundedElastic());

	@Test
	void whoComesLateGetsTheLatest() {
		this.feed.tell(snapshot(1));
		this.feed.tell(snapshot(2));
		StepVerifier.create(this.feed.snapshots().filter((snapshot) -> snapshot.confirmedNanoTime() == 2).take(1))
			.expectNextCount(1)
			.verifyComplete();
		StepVerifier.create(this.feed.snapshots().take(1))
			.assertNext((snapshot) -> assertThat(snapshot.confirmedNanoTime()).isEqualTo(2))
			.verifyComplete();
	}

	@Test
	void whatIsToldWhileTheDirectoryClosesIsNoFault() {
		Scheduler subscribers = SnapshotFeed.subscribers("test");
		subscribers.dispose();
		new SnapshotFeed(subscribers).tell(snapshot(1));
		assertThat(this.log.events()).isEmpty();
	}

	@Test
	void whenASubscriberBlocksThenWhoTellsGoesOnAndTheLatestArrives() throws InterruptedException {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		CountDownLatch last = new CountDownLatch(1);
		List<Long> seen = Collections.synchronizedList(new ArrayList<>());
		this.feed.snapshots().subscribe((snapshot) -> {
			seen.add(snapshot.confirmedNanoTime());
			entered.countDown();
			await(released);
			if (snapshot.confirmedNanoTime() == 1000) {
				last.countDown();
			}
		});
		this.feed.tell(snapshot(1));
		assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
		for (int i = 2; i <= 1000; i++) {
			this.feed.tell(snapshot(i));
		}
		assertThat(seen).containsExactly(1L);
		released.countDown();
		assertThat(last.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(seen).containsExactly(1L, 1000L);
	}

	@Test
	void whenASubscriberAsksForOneAtATimeThenItGetsTheLatest() {
		List<Long> seen = Collections.synchronizedList(new ArrayList<>());
		BaseSubscriber<Snapshot> slow = new BaseSubscriber<>() {

			@Override
			protected void hookOnSubscribe(Subscription subscription) {
				subscription.request(1);
			}

			@Override
			protected void hookOnNext(Snapshot snapshot) {
				seen.add(snapshot.confirmedNanoTime());
			}

		};
		SnapshotFeed direct = new SnapshotFeed(Schedulers.immediate());
		direct.snapshots().subscribe(slow);
		direct.tell(snapshot(1));
		direct.tell(snapshot(2));
		direct.tell(snapshot(3));
		assertThat(seen).containsExactly(1L);
		slow.request(1);
		assertThat(seen).containsExactly(1L, 3L);
	}

	/**
	 * A class of the subscriber's that is missing is an error that Reactor lets through.
	 */
	@Test
	void whenASubscriberFailsForGoodThenTheOthersGoOn() {
		List<Throwable> thrown = new ArrayList<>();
		Scheduler caller = Schedulers.fromExecutor((task) -> {
			try {
				task.run();
			}
			catch (Throwable ex) {
				thrown.add(ex);
			}
		});
		SnapshotFeed direct = new SnapshotFeed(caller);
		direct.snapshots().subscribe((snapshot) -> {
			throw new NoClassDefFoundError("expected/by/the/Test");
		});
		List<Long> seen = new ArrayList<>();
		direct.snapshots().subscribe((snapshot) -> seen.add(snapshot.confirmedNanoTime()));
		direct.tell(snapshot(1));
		direct.tell(snapshot(2));
		assertThat(seen).last().isEqualTo(2L);
	}

	@Test
	void whenNoThreadCanBeHadThenTheNextSnapshotTriesAgain() {
		AtomicBoolean refusing = new AtomicBoolean(true);
		SnapshotFeed direct = new SnapshotFeed(new Scheduler() {

			@Override
			public Disposable schedule(Runnable task) {
				if (refusing.get()) {
					throw new RejectedExecutionException("expected by the test");
				}
				task.run();
				return Disposables.disposed();
			}

			@Override
			public Worker createWorker() {
				throw new UnsupportedOperationException();
			}

		});
		List<Long> seen = new ArrayList<>();
		direct.snapshots().subscribe((snapshot) -> seen.add(snapshot.confirmedNanoTime()));
		direct.tell(snapshot(1));
		refusing.set(false);
		direct.tell(snapshot(2));
		assertThat(seen).containsExactly(2L);
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static Snapshot snapshot(long confirmed) {
		return new Snapshot(SERVICE, List.of(), confirmed);
	}

}
