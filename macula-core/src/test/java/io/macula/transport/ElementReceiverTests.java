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

package io.macula.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.BaseSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Demand, credit and the end of a stream of elements.
 */
class ElementReceiverTests {

	private final List<Long> credits = new ArrayList<>();

	private final List<byte[]> received = new ArrayList<>();

	private final Thread owner = Thread.currentThread();

	private final BlockingQueue<Runnable> actions = new LinkedBlockingQueue<>();

	private boolean held;

	private boolean completed;

	private final ElementReceiver receiver = new ElementReceiver(new ElementReceiver.Source() {

		@Override
		public void execute(Runnable action) {
			if (ElementReceiverTests.this.owner == Thread.currentThread()) {
				action.run();
			}
			else {
				ElementReceiverTests.this.actions.add(action);
			}
		}

		@Override
		public boolean credit(long elements) {
			ElementReceiverTests.this.credits.add(elements);
			return true;
		}

		@Override
		public boolean gone() {
			return false;
		}

		@Override
		public Object sender() {
			return this;
		}

		@Override
		public void hold() {
			ElementReceiverTests.this.held = true;
		}

		@Override
		public void goOn() {
			ElementReceiverTests.this.held = false;
		}

		@Override
		public void unsubscribed() {
			// Nobody is told here.
		}

	});

	@Test
	void theOnlyElementTakesTheDemandForWhichCreditWasGiven() {
		subscribe(256);
		assertThat(this.credits).containsExactly(256L);
		this.receiver.only(new byte[] { 1 });
		assertThat(this.received).hasSize(1);
		assertThat(this.completed).isTrue();
	}

	@Test
	void aLargeElementIsDeliveredOffTheLoopWhileTheStreamIsHeld() throws Exception {
		List<String> seen = new CopyOnWriteArrayList<>();
		CountDownLatch decode = new CountDownLatch(1);
		this.receiver.start();
		this.receiver.subscribe(new BaseSubscriber<>() {

			@Override
			protected void hookOnNext(byte[] element) {
				seen.add(element.length + " on " + Thread.currentThread().getName());
				if (LargePayloads.large(element)) {
					try {
						decode.await();
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
				}
			}

			@Override
			protected void hookOnComplete() {
				seen.add("end");
			}

		});
		this.receiver.element(new byte[LargePayloads.THRESHOLD]);
		assertThat(this.held).isFalse();
		this.receiver.element(new byte[LargePayloads.THRESHOLD + 1]);
		assertThat(this.held).isTrue();
		this.receiver.end(null);
		decode.countDown();
		Runnable back = this.actions.poll(20, TimeUnit.SECONDS);
		assertThat(seen).hasSize(2);
		assertThat(seen.get(0)).contains(" on " + this.owner.getName());
		assertThat(seen.get(1)).contains(" on macula-decode-");
		assertThat(back).isNotNull();
		back.run();
		assertThat(this.held).isFalse();
		assertThat(seen).hasSize(3).endsWith("end");
	}

	@Test
	void theOnlyElementWaitsForDemand() {
		BaseSubscriber<byte[]> subscriber = subscribe(0);
		this.receiver.only(new byte[] { 1 });
		assertThat(this.received).isEmpty();
		subscriber.request(1);
		assertThat(this.received).hasSize(1);
		assertThat(this.completed).isTrue();
	}

	private BaseSubscriber<byte[]> subscribe(long demand) {
		BaseSubscriber<byte[]> subscriber = new BaseSubscriber<>() {

			@Override
			protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
				if (demand > 0) {
					request(demand);
				}
			}

			@Override
			protected void hookOnNext(byte[] element) {
				ElementReceiverTests.this.received.add(element);
			}

			@Override
			protected void hookOnComplete() {
				ElementReceiverTests.this.completed = true;
			}

		};
		this.receiver.subscribe(subscriber);
		this.receiver.start();
		return subscriber;
	}

}
