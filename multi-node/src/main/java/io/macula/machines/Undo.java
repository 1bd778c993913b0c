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

package io.macula.machines;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;

import org.jspecify.annotations.Nullable;

/**
 * What takes back what was done, the last first. For many threads.
 */
final class Undo {

	private final PrintStream out;

	/**
	 * Held while all is taken back, so that whoever else wants that waits for its end.
	 */
	private final Object running = new Object();

	private final Deque<Action> actions = new ArrayDeque<>();

	Undo(PrintStream out) {
		this.out = out;
	}

	/**
	 * Remember how to take something back; before it is done, since it may be half done.
	 * @param what what is lost if that fails, as a part of a sentence
	 * @param action takes it back, and does nothing if there is nothing to take back
	 */
	synchronized void later(String what, Runnable action) {
		this.actions.push(new Action(what, action));
	}

	/**
	 * Take all back, as far as it goes.
	 * @return whether all was taken back
	 */
	boolean run() {
		synchronized (this.running) {
			return takeBack();
		}
	}

	private boolean takeBack() {
		boolean whole = true;
		for (Action action = next(); action != null; action = next()) {
			try {
				action.action().run();
			}
			catch (CannotDeployException ex) {
				whole = false;
				this.out.println(action.what() + ": " + ex.getMessage());
			}
		}
		return whole;
	}

	/**
	 * What was done stays.
	 */
	synchronized void forget() {
		this.actions.clear();
	}

	private synchronized @Nullable Action next() {
		return this.actions.poll();
	}

	private record Action(String what, Runnable action) {

	}

}
