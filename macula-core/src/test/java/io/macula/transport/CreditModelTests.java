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

import io.macula.Metadata;
import io.macula.testing.ModelStep;
import io.macula.wire.Frame;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.state.Action;
import net.jqwik.api.state.ActionChain;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A call with elements in both directions as random steps: demand, elements, ends,
 * cancellation, and frames that arrive when they like. No side sends more elements than
 * it has credit for or than were asked for; and once everything has arrived, whatever was
 * asked for and is there has arrived, too.
 */
@Tag("model")
class CreditModelTests {

	@Property(tries = 200)
	void nothingIsSentWithoutCreditAndNothingIsStuck(@ForAll("lives") ActionChain<World> life) {
		World world = life.run();
		try {
			world.end();
		}
		finally {
			world.net.close();
		}
	}

	@Provide
	Arbitrary<ActionChain<World>> lives() {
		return ActionChain.startWith(World::new)
			.withAction(6, step("request", (world, choice) -> world.way(choice).sink.request(demand(choice / 2))))
			.withAction(10, step("emit", (world, choice) -> world.way(choice).tap.emit(1 + choice / 2 % 700)))
			.withAction(14, step("deliver", World::deliver))
			.withAction(3, step("settle", (world, choice) -> world.net.settle()))
			.withAction(2, step("full", World::full))
			.withAction(1, step("complete", (world, choice) -> world.way(choice).tap.complete()))
			.withAction(1, step("cancel", (world, choice) -> world.cancel(choice)))
			.withMaxTransformations(40);
	}

	/** Of a few, of more than a window, and of all. */
	private static long demand(int choice) {
		return switch (choice % 5) {
			case 0 -> 1;
			case 1 -> 2 + choice % 30;
			case 2 -> ElementReceiver.WINDOW;
			case 3 -> 3L * ElementReceiver.WINDOW + choice % 100;
			default -> (choice % 3 == 0) ? Long.MAX_VALUE : 300;
		};
	}

	private static Action.Independent<World> step(String name, ModelStep<World> step) {
		return ModelStep.named(name, step, (world) -> {
			world.net.run();
			world.check();
		});
	}

	private static final class World implements CallHandler {

		private final JoinedNet net = new JoinedNet(this);

		/** From client to server. */
		private final Way up = new Way();

		private final Way down = new Way();

		private boolean cancelled;

		World() {
			this.net.client.connection
				.stream(new StreamCall("test/mirror", "raw", new byte[1], Metadata.EMPTY, StreamCall.NO_DEADLINE,
						this.up.tap, true))
				.subscribe(this.down.sink);
			this.net.settle();
		}

		Way way(int choice) {
			return (choice % 2 == 0) ? this.up : this.down;
		}

		private int stream() {
			return this.net.streams() - 1;
		}

		void deliver(int choice) {
			this.net.deliver(stream(), choice % 2 == 0, 1 + choice / 2 % 400);
		}

		/** QUIC takes no more for now, or again. */
		void full(int choice) {
			FakeQuicStream stream = (choice % 2 == 0) ? this.net.here(stream()) : this.net.there(stream());
			stream.writable(choice / 2 % 2 == 0);
		}

		void cancel(int choice) {
			if (choice % 3 == 0) {
				this.cancelled = true;
				this.down.sink.cancel();
			}
		}

		void check() {
			this.up.check(this.net.here(stream()), this.net.there(stream()));
			this.down.check(this.net.there(stream()), this.net.here(stream()));
		}

		void end() {
			this.net.here(stream()).writable(true);
			this.net.there(stream()).writable(true);
			for (int i = 0; i < 20; i++) {
				this.net.settle();
				this.up.tap.emit(10_000);
				this.down.tap.emit(10_000);
				check();
			}
			this.net.settle();
			check();
			assertThat(this.net.channel.closeCode).as(this.net.channel.closeReason).isEqualTo(-1);
			if (!this.cancelled) {
				boolean answered = this.down.tap.completed;
				this.down.arrived();
				if (!answered) {
					this.up.arrived();
				}
				// Whatever is still asked for.
				this.up.sink.request(5);
				this.down.sink.request(5);
				for (int i = 0; i < 10; i++) {
					this.net.settle();
					this.up.tap.emit(10_000);
					this.down.tap.emit(10_000);
				}
				this.net.settle();
				check();
				this.down.arrived();
				if (!answered) {
					this.up.arrived();
				}
				this.up.tap.complete();
				this.net.settle();
				this.down.tap.complete();
				this.net.settle();
				assertThat(this.down.sink.ended).isTrue();
				assertThat(this.up.sink.ended || this.up.tap.cancelled).isTrue();
			}
			else {
				assertThat(this.up.tap.cancelled || this.up.tap.completed).isTrue();
				assertThat(this.down.tap.cancelled || this.down.tap.completed).isTrue();
			}
			assertThat(this.net.client.connection.inFlight()).isZero();
			assertThat(this.net.server.inFlight()).isZero();
		}

		@Override
		public @Nullable Object resolve(String procedure, String codec) {
			return procedure;
		}

		@Override
		public void onCall(InboundCall call) {
			throw new AssertionError("no unary calls");
		}

		@Override
		public void onStream(InboundStream stream) {
			stream.elements().subscribe(this.up.sink);
			stream.respond(this.down.tap);
		}

		@Override
		public void onReadComplete() {
			// Nothing was batched.
		}

	}

	/** One direction. */
	private static final class Way {

		private final Tap tap = new Tap();

		private final Sink sink = new Sink();

		void check(FakeQuicStream from, FakeQuicStream to) {
			long credit = 0;
			for (Frame.Credit each : to.written(Frame.Credit.class)) {
				credit += each.elements();
			}
			assertThat((long) from.written(Frame.Element.class).size()).isLessThanOrEqualTo(credit);
			assertThat(this.tap.emitted).isLessThanOrEqualTo(this.tap.requested);
			assertThat(this.tap.requested).as("asked of the publisher").isLessThanOrEqualTo(credit);
			assertThat(credit).as("credit").isLessThanOrEqualTo(this.sink.requested);
			assertThat((long) this.sink.received.size()).isLessThanOrEqualTo(this.sink.requested);
			for (int i = 0; i < this.sink.received.size(); i++) {
				assertThat(this.sink.received.get(i)).as("in order").isEqualTo(i);
			}
			assertThat(this.sink.ends).isLessThanOrEqualTo(1);
		}

		/** Everything that was asked for, as far as there is something. */
		void arrived() {
			assertThat((long) this.sink.received.size())
				.isEqualTo(this.tap.completed ? this.tap.emitted : Math.min(this.tap.limit(), this.sink.requested));
		}

	}

	/** Emits what it is asked for, when the test says so. */
	private static final class Tap implements Publisher<byte[]>, Subscription {

		private static final int MOST = 6000;

		private @Nullable Subscriber<? super byte[]> subscriber;

		private long requested;

		private long emitted;

		private boolean completed;

		private boolean cancelled;

		long limit() {
			return MOST;
		}

		@Override
		public void subscribe(Subscriber<? super byte[]> actual) {
			this.subscriber = actual;
			actual.onSubscribe(this);
		}

		@Override
		public void request(long n) {
			this.requested += n;
		}

		@Override
		public void cancel() {
			this.cancelled = true;
		}

		void emit(int most) {
			for (int i = 0; i < most && this.emitted < this.requested && this.emitted < MOST && !this.completed
					&& !this.cancelled; i++) {
				int number = (int) this.emitted++;
				this.subscriber.onNext(new byte[] { (byte) (number >> 8), (byte) number });
			}
		}

		void complete() {
			if (this.subscriber != null && !this.completed && !this.cancelled) {
				this.completed = true;
				this.subscriber.onComplete();
			}
		}

	}

	/** Asks for elements when the test says so. */
	private static final class Sink implements reactor.core.CoreSubscriber<byte[]> {

		private final List<Integer> received = new ArrayList<>();

		private @Nullable Subscription subscription;

		private long requested;

		private boolean ended;

		private int ends;

		@Override
		public void onSubscribe(Subscription given) {
			this.subscription = given;
		}

		void request(long n) {
			if (this.subscription != null && this.requested < Long.MAX_VALUE / 2) {
				this.requested = (n == Long.MAX_VALUE) ? n : this.requested + n;
				this.subscription.request(n);
			}
		}

		void cancel() {
			if (this.subscription != null) {
				this.subscription.cancel();
			}
		}

		@Override
		public void onNext(byte[] element) {
			assertThat(this.ended).isFalse();
			this.received.add((element[0] & 0xFF) << 8 | (element[1] & 0xFF));
		}

		@Override
		public void onError(Throwable cause) {
			this.ended = true;
			this.ends++;
		}

		@Override
		public void onComplete() {
			this.ended = true;
			this.ends++;
		}

	}

}
