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
package io.macula.server;

import io.macula.Priority;
import io.macula.transport.InboundCall;
import org.jspecify.annotations.Nullable;

/**
 * A call whose handler may block: runs on a thread of the {@link HandlerExecutor}, which
 * is interrupted when the caller gives up. Safe for all threads.
 */
final class BlockingCall extends ServedCall implements HandlerTask {

	/*
	 * States beside those of its superclass. RUNNING: the handler's method is on the
	 * stack of its thread and may be interrupted; INTERRUPTING, INTERRUPTED: it is being,
	 * it was interrupted.
	 *
	 * OPEN -> RUNNING -> OPEN -> DONE, or RUNNING -> INTERRUPTING -> INTERRUPTED -> DONE.
	 * The thread of the handler does not go on while the state is INTERRUPTING, so that
	 * no interrupt hits the next call of this thread (java.util.concurrent.FutureTask
	 * does the same).
	 *
	 * A call whose handler runs is released when the handler has ended, however early its
	 * caller gave up: it still occupies a thread.
	 */

	private static final int RUNNING = 3;

	private static final int INTERRUPTING = 4;

	private static final int INTERRUPTED = 5;

	/** Written before RUNNING. */
	private @Nullable Thread runner;

	private final Priority priority;

	/** Guarded by the {@link CallerTurns}. */
	private byte occupancy;

	BlockingCall(Admission admission, ServedMethod method, InboundCall call) {
		super(admission, method, call);
		this.priority = Priority.of(call.metadata());
	}

	@Override
	public void run(long now) {
		@Nullable Object[] arguments = start(now);
		if (arguments == null) {
			return;
		}
		this.runner = Thread.currentThread();
		if (!change(OPEN, RUNNING)) {
			return;
		}
		Object result = null;
		Throwable thrown = null;
		try {
			call().onCancel(this::cancel);
			result = invoke(arguments);
		}
		catch (Throwable ex) {
			thrown = ex;
		}
		boolean interrupted = leaveRunning();
		if (interrupted && call().cancelled()) {
			giveUp();
		}
		else if (interrupted && thrown != null) {
			refuse(refusals().closedWhileRunning());
		}
		else if (thrown != null) {
			failThrown(thrown);
		}
		else {
			answer(result);
		}
	}

	/** Whether the handler was interrupted; the thread is not any more. */
	private boolean leaveRunning() {
		if (change(RUNNING, OPEN)) {
			return false;
		}
		while (state() == INTERRUPTING) {
			Thread.onSpinWait();
		}
		Thread.interrupted();
		return true;
	}

	/** The caller gave up. */
	private void cancel() {
		for (;;) {
			int present = state();
			if (present == RUNNING) {
				if (interrupt()) {
					return;
				}
			}
			else if (present != OPEN) {
				return;
			}
			else if (change(OPEN, DONE)) {
				release(GAVE_UP, null);
				return;
			}
		}
	}

	/** Whether the handler ran and was interrupted. */
	private boolean interrupt() {
		Thread thread = this.runner;
		if (!change(RUNNING, INTERRUPTING)) {
			return false;
		}
		try {
			if (thread != null) {
				thread.interrupt();
			}
		}
		finally {
			change(INTERRUPTING, INTERRUPTED);
		}
		return true;
	}

	/** The handler gets the failure from its elements; it answers when it has ended. */
	@Override
	void failTaking(Throwable thrown) {
		// Nothing to do.
	}

	@Override
	public @Nullable Caller caller() {
		return (call().caller() instanceof Caller caller) ? caller : null;
	}

	@Override
	public Priority priority() {
		return this.priority;
	}

	@Override
	public void shed() {
		admission().refused();
		refuse(refusals().shed());
	}

	@Override
	public byte occupancy() {
		return this.occupancy;
	}

	@Override
	public void occupancy(byte occupancy) {
		this.occupancy = occupancy;
	}

	@Override
	public boolean slow() {
		return servedMethod().slow();
	}

	@Override
	public void took(long nanos) {
		servedMethod().took(nanos);
	}

	@Override
	public void drop() {
		refuse(refusals().draining());
	}

	@Override
	public void abort() {
		for (;;) {
			boolean done = switch (state()) {
				case WAITING -> refuseFrom(WAITING, refusals().draining());
				case OPEN -> refuseFrom(OPEN, refusals().closedWhileRunning());
				case RUNNING -> interrupt();
				default -> true;
			};
			if (done) {
				return;
			}
		}
	}

}
