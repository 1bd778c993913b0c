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

package io.macula.rogue;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

import io.macula.rogue.RawConnection.Plan;
import io.macula.rogue.RawStream.Received;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A member after HELLO and WELCOME: from here on it does as it likes. Safe for all
 * threads.
 */
final class RogueMember implements AutoCloseable {

	private static final int PATIENCE_SECONDS = 5;

	private final RawConnection connection;

	private final RawStream control;

	private final @Nullable Received answer;

	private final AtomicLong calls = new AtomicLong();

	private RogueMember(RawConnection connection, RawStream control, @Nullable Received answer) {
		this.connection = connection;
		this.control = control;
		this.answer = answer;
	}

	/**
	 * Say HELLO and wait for the answer.
	 * @param plan how to dial
	 * @param nodeId the id in HELLO
	 * @return a member, perhaps one that was refused
	 */
	static RogueMember join(Plan plan, String nodeId)
			throws InterruptedException, ExecutionException, TimeoutException {
		return join(plan, nodeId, true);
	}

	/**
	 * Say HELLO and wait for the answer.
	 * @param plan how to dial
	 * @param nodeId the id in HELLO
	 * @param alive whether to answer PINGs, so that the node does not take this one for
	 * dead
	 */
	static RogueMember join(Plan plan, String nodeId, boolean alive)
			throws InterruptedException, ExecutionException, TimeoutException {
		RawConnection connection = RawConnection.dial(plan);
		var first = new LinkedBlockingQueue<Received>();
		RawStream control = connection.open((stream, frame) -> {
			if (frame.type() == FrameWriter.PING) {
				if (alive) {
					ByteBuf token = frame.reader();
					stream.write(new FrameWriter().pong(token));
				}
			}
			else if (first.size() < 10) {
				first.add(frame);
			}
		});
		control.write(new FrameWriter().hello(Foe.REALM, nodeId, System.currentTimeMillis()));
		Received answer = first.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
		return new RogueMember(connection, control, answer);
	}

	boolean welcome() {
		return this.answer != null && this.answer.type() == FrameWriter.WELCOME;
	}

	/** What the node answered to HELLO, for the outcome. */
	String reception() throws InterruptedException {
		if (welcome()) {
			return "WELCOME";
		}
		return "refused, closed " + this.connection.ended(2) + " '" + this.connection.reason() + "'";
	}

	RawConnection connection() {
		return this.connection;
	}

	RawStream control() {
		return this.control;
	}

	RawStream open() throws InterruptedException, ExecutionException, TimeoutException {
		return this.connection.open();
	}

	long nextCall() {
		return this.calls.incrementAndGet();
	}

	@Override
	public void close() {
		this.connection.close();
	}

}
