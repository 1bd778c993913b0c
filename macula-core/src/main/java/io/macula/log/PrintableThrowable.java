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

package io.macula.log;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Stands in the log for an exception whose message, or that of one of its causes, is not
 * {@link Printable}: the same stack traces, each with the class name and the escaped
 * message of the exception that it stands for. Immutable.
 */
final class PrintableThrowable extends Throwable {

	private static final long serialVersionUID = 1L;

	/** Causes of causes beyond it are left out. */
	private static final int DEEPEST = 20;

	private PrintableThrowable(String message, @Nullable Throwable cause) {
		super(message, cause, true, true);
	}

	/**
	 * What to log.
	 * @param thrown the exception
	 * @return the exception itself if all of its messages are printable
	 */
	static @Nullable Throwable of(@Nullable Throwable thrown) {
		return (thrown == null || printable(thrown)) ? thrown : copy(thrown, DEEPEST);
	}

	private static boolean printable(Throwable thrown) {
		Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
		Deque<Throwable> rest = new ArrayDeque<>();
		rest.add(thrown);
		while (!rest.isEmpty()) {
			Throwable next = rest.remove();
			if (!seen.add(next)) {
				continue;
			}
			String message = next.getMessage();
			if (message != null && (message.length() > Printable.MESSAGE || !Printable.printable(message))) {
				return false;
			}
			if (next.getCause() != null) {
				rest.add(next.getCause());
			}
			Collections.addAll(rest, next.getSuppressed());
		}
		return true;
	}

	private static Throwable copy(Throwable thrown, int depth) {
		Throwable cause = thrown.getCause();
		String name = thrown.getClass().getName();
		String message = thrown.getMessage();
		PrintableThrowable copy = new PrintableThrowable(
				(message != null) ? name + ": " + Printable.text(message, Printable.MESSAGE) : name,
				(cause != null && depth > 0) ? copy(cause, depth - 1) : null);
		copy.setStackTrace(thrown.getStackTrace());
		for (Throwable suppressed : (depth > 0) ? thrown.getSuppressed() : new Throwable[0]) {
			copy.addSuppressed(copy(suppressed, depth - 1));
		}
		return copy;
	}

	@Override
	public String toString() {
		return String.valueOf(getMessage());
	}

}
