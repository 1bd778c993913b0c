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

package io.macula.node;

/**
 * Waits in spite of interrupts, and lets the thread know of them afterwards.
 */
final class Uninterrupted {

	private Uninterrupted() {
	}

	/** Begins again when it is interrupted. */
	static void run(Wait wait) {
		boolean interrupted = Thread.interrupted();
		try {
			while (true) {
				try {
					wait.run();
					return;
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * What can be interrupted.
	 */
	@FunctionalInterface
	interface Wait {

		void run() throws InterruptedException;

	}

}
