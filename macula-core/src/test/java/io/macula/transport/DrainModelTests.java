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

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.macula.Processed;
import io.macula.testing.ModelStep;
import io.macula.wire.Failure;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.state.Action;
import net.jqwik.api.state.ActionChain;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The drain of a connection, by either side, as random steps on both: calls, answers, and
 * frames that arrive when they like. Nothing new is accepted, nothing in flight is lost,
 * "not processed" is true, and it always ends.
 */
@Tag("model")
class DrainModelTests {

	@Property(tries = 75)
	void nothingInFlightIsLostAndNothingNewIsAccepted(@ForAll("lives") ActionChain<World> life) {
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
			.withAction(8, step("call", (world, choice) -> world.call()))
			.withAction(6, step("answer", World::answer))
			.withAction(12, step("deliver", World::deliver))
			.withAction(2, step("settle", (world, choice) -> world.net.settle()))
			.withAction(1, step("time", (world, choice) -> world.net.pass(Duration.ofMillis(choice % 50))))
			.withAction(1, step("the client drains", (world, choice) -> world.drain()))
			.withAction(1, step("the server drains", (world, choice) -> world.goAway()))
			.withAction(1, step("the grace period ends", World::close))
			.withMaxTransformations(40);
	}

	private static Action.Independent<World> step(String name, ModelStep<World> step) {
		return ModelStep.named(name, step, (world) -> {
			world.net.run();
			world.check();
		});
	}

	private static final class World implements CallHandler {

		private final JoinedNet net = new JoinedNet(this);

		private final List<FakeCall> calls = new ArrayList<>();

		/** Those that this side could not expect to be accepted. */
		private final Set<FakeCall> late = new HashSet<>();

		/** Numbers of the calls that ran. */
		private final List<Integer> ran = new ArrayList<>();

		private final List<InboundCall> unanswered = new ArrayList<>();

		private final Set<Integer> answered = new HashSet<>();

		private boolean drained;

		private boolean goneAway;

		/** Whether the server left before everything was answered. */
		private boolean cut;

		void call() {
			byte[] payload = { (byte) this.calls.size() };
			FakeCall call = new FakeCall(this.net.client.clock.getAsLong() + Duration.ofHours(1).toNanos(), payload);
			if (this.net.client.connection.state() != Connection.State.READY) {
				this.late.add(call);
			}
			this.calls.add(call);
			this.net.client.connection.send(call);
		}

		void deliver(int choice) {
			int stream = choice / 2 % this.net.streams();
			this.net.deliver(stream, choice % 2 == 0, 1 + choice / 100 % 3);
		}

		void answer(int choice) {
			if (!this.unanswered.isEmpty()) {
				InboundCall call = this.unanswered.remove(choice % this.unanswered.size());
				if (!call.cancelled()) {
					this.answered.add((int) call.payload()[0]);
				}
				call.result(call.payload());
			}
		}

		void drain() {
			this.drained = true;
			this.net.client.connection.drain();
		}

		void goAway() {
			this.goneAway = true;
			this.net.server.goAway("the provider shuts down");
		}

		/** As a listener does: GOAWAY first, and what is in flight is given up. */
		void close(int choice) {
			if (this.goneAway) {
				this.cut |= this.server() > 0;
				this.net.server.close("the provider shuts down");
			}
		}

		private int server() {
			return this.net.server.inFlight();
		}

		void check() {
			assertThat(new HashSet<>(this.ran)).as("each runs once").hasSameSizeAs(this.ran);
			for (int i = 0; i < this.calls.size(); i++) {
				FakeCall call = this.calls.get(i);
				assertThat(call.outcomes).hasSizeLessThanOrEqualTo(1);
				Object outcome = call.outcomes.isEmpty() ? null : call.outcomes.get(0);
				if (outcome instanceof Failure failure && failure.status().processed() == Processed.NO) {
					assertThat(this.ran).as("call %s that was not processed: %s", i, failure).doesNotContain(i);
				}
				if (outcome instanceof byte[] result) {
					assertThat(this.answered).contains((int) result[0]);
					assertThat((int) result[0]).isEqualTo(i);
				}
				if (this.late.contains(call)) {
					assertThat(outcome).isInstanceOf(Failure.class);
				}
			}
		}

		/** The network brings everything, and the handlers answer. */
		void end() {
			this.net.settle();
			if (!this.drained && !this.goneAway) {
				if (this.calls.size() % 2 == 0) {
					drain();
				}
				else {
					goAway();
				}
			}
			boolean wasCut = this.cut;
			this.net.settle();
			check();
			while (!this.unanswered.isEmpty()) {
				answer(0);
				this.net.settle();
				check();
			}
			this.net.pass(Duration.ofMillis(200));
			check();
			assertThat(this.net.client.connection.state()).isEqualTo(Connection.State.CLOSED);
			assertThat(this.net.client.connection.inFlight()).isZero();
			assertThat(this.net.server.inFlight()).isZero();
			for (int i = 0; i < this.calls.size(); i++) {
				FakeCall call = this.calls.get(i);
				assertThat(call.outcomes).as("call " + i).hasSize(1);
				if (this.ran.contains(i) && !wasCut) {
					assertThat(call.outcomes.get(0)).as("call %s, which ran", i).isInstanceOf(byte[].class);
				}
			}
		}

		@Override
		public @Nullable Object resolve(String procedure, String codec) {
			return procedure;
		}

		@Override
		public void onCall(InboundCall call) {
			assertThat(this.goneAway).as("nothing new is accepted").isFalse();
			this.ran.add((int) call.payload()[0]);
			this.unanswered.add(call);
		}

		@Override
		public void onStream(InboundStream stream) {
			throw new AssertionError("no streams");
		}

		@Override
		public void onReadComplete() {
			// Whatever ran waits for its answer.
		}

	}

}
