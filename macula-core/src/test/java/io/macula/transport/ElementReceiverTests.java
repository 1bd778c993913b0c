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

import org.junit.jupiter.api.Test;
import reactor.core.publisher.BaseSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Demand, credit and the end of a stream of elements.
 */
class ElementReceiverTests {

	private final List<Long> credits = new ArrayList<>();

	private final List<byte[]> received = new ArrayList<>();

	private boolean completed;

	private final ElementReceiver receiver = new ElementReceiver(new ElementReceiver.Source() {

		@Override
		public void execute(Runnable action) {
			action.run();
		}

		@Override
		public boolean credit(long elements) {
			ElementReceiverTests.this.credits.add(elements);
			return true;
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
