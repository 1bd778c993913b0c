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

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A limit on log lines that somebody else provokes: per key so many lines in a period,
 * and so many of all keys together, however many keys there are. The others are counted,
 * and the next line tells how many there were; nothing is remembered of them. Safe for
 * all threads; the line itself is written outside of any lock.
 */
public final class LogLimit {

	/** Lines of all peers that may come at once. */
	static final int BURST = 30;

	/** Lines of all peers a minute when that many have come. */
	static final int STEADY = 10;

	private static final int LINES_PER_PEER = 5;

	/** Lines within a period that begin with the same message. */
	static final int VARIANTS = 3;

	/** Suppressed lines of a message after which nobody looks what the next one says. */
	static final int CROWD = 50;

	private static final char SEPARATOR = '\n';

	private final LongSupplier clock;

	private final long periodNanos;

	/** Most lines within a period; the most at once where lines are saved up. */
	private final int maxLines;

	private final int linesPerKey;

	/** Time in which one more line is saved up, or 0 for a bound of each period alone. */
	private final long savingNanos;

	/** Lines that may still come, of those that are saved up. */
	private int saved;

	private long savedNanos;

	/**
	 * When the line of each key was written, the oldest first; none older than a period.
	 */
	private Map<String, Long> written = Map.of();

	private long suppressed;

	/**
	 * A limit.
	 * @param clock the present in nanoseconds, on any monotonic scale
	 * @param period how long a key stays silent after its line
	 * @param maxLines lines of different keys within any period, at least 1
	 */
	public LogLimit(LongSupplier clock, Duration period, int maxLines) {
		this(clock, period, maxLines, 1, Duration.ZERO);
	}

	private LogLimit(LongSupplier clock, Duration period, int maxLines, int linesPerKey, Duration saving) {
		this.linesPerKey = linesPerKey;
		if (maxLines < 1) {
			throw new IllegalArgumentException("maxLines " + maxLines + " is not valid: expected at least 1");
		}
		this.clock = clock;
		this.periodNanos = period.toNanos();
		this.maxLines = maxLines;
		this.savingNanos = saving.toNanos();
		this.saved = maxLines;
		this.savedNanos = clock.getAsLong();
	}

	/**
	 * A limit for what peers do, of which there may be many, each with ever new names:
	 * the first few lines of each peer, then as many a minute, while it goes on; of all
	 * peers together {@value #BURST}, and {@value #STEADY} a minute from then on.
	 * @param clock the present in nanoseconds, on any monotonic scale
	 * @return a limit without entries
	 */
	public static LogLimit ofPeers(LongSupplier clock) {
		return ofPeers(clock, LINES_PER_PEER);
	}

	/**
	 * The same for what users count, such as new connections.
	 * @param clock monotonic nanoseconds
	 * @param linesPerPeer lines a minute for each key; of all together at least twice as
	 * many at once
	 * @return a limit
	 */
	public static LogLimit ofPeers(LongSupplier clock, int linesPerPeer) {
		int most = Math.max(BURST, 2 * linesPerPeer);
		return new LogLimit(clock, Duration.ofMinutes(1), most, linesPerPeer, Duration.ofMinutes(1).dividedBy(STEADY));
	}

	/**
	 * How many lines are remembered.
	 */
	synchronized int size() {
		return this.written.size();
	}

	/**
	 * Write a line, or count it.
	 * @param key equal for lines that say the same
	 * @param line writes it; receives a text on the suppressed ones to append to the
	 * message, empty if there were none
	 */
	public void log(String key, Consumer<String> line) {
		long dropped = admit(key);
		if (dropped >= 0) {
			line.accept(text(dropped));
		}
	}

	/**
	 * Write a line, or count it, where lines with one message say different things: the
	 * first few of these are written.
	 * @param message the message
	 * @param variant tells what else the line says; not asked where so many lines of the
	 * message are suppressed that finding it out would cost too much
	 * @param line writes it, as for {@link #log(String, Consumer)}
	 * @return whether it was written
	 */
	boolean log(String message, Supplier<String> variant, Consumer<String> line) {
		String group = message + SEPARATOR;
		if (crowded(group)) {
			return false;
		}
		long dropped = admit(group + variant.get(), group);
		if (dropped < 0) {
			return false;
		}
		line.accept(text(dropped));
		return true;
	}

	private static String text(long dropped) {
		return (dropped > 0) ? " (" + dropped + " more were not logged)" : "";
	}

	private synchronized boolean crowded(String group) {
		expire(this.clock.getAsLong());
		if (this.suppressed < CROWD || lines(group) == 0) {
			return false;
		}
		this.suppressed++;
		return true;
	}

	private long lines(String group) {
		return this.written.keySet().stream().filter((key) -> key.startsWith(group)).count();
	}

	/**
	 * Take over to tell how many lines were suppressed.
	 * @return how many there were since the last line
	 */
	synchronized long takeSuppressed() {
		long count = this.suppressed;
		this.suppressed = 0;
		return count;
	}

	private void expire(long now) {
		if (this.written.isEmpty()) {
			return;
		}
		for (Iterator<Long> times = this.written.values().iterator(); times.hasNext();) {
			if (now - times.next() <= this.periodNanos) {
				break;
			}
			times.remove();
		}
	}

	private synchronized long admit(String key, String group) {
		expire(this.clock.getAsLong());
		if (lines(group) >= VARIANTS) {
			this.suppressed++;
			return -1;
		}
		return admit(key);
	}

	/** How many lines were suppressed before this one, or -1 if it is, too. */
	private synchronized long admit(String key) {
		long now = this.clock.getAsLong();
		expire(now);
		if (!room(now) || !enter(key, now)) {
			this.suppressed++;
			return -1;
		}
		this.saved--;
		long dropped = this.suppressed;
		this.suppressed = 0;
		return dropped;
	}

	private boolean room(long now) {
		if (this.savingNanos == 0) {
			return this.written.size() < this.maxLines;
		}
		long more = (now - this.savedNanos) / this.savingNanos;
		this.savedNanos += more * this.savingNanos;
		this.saved = (int) Math.min(this.maxLines, this.saved + more);
		return this.saved > 0;
	}

	private boolean enter(String key, long now) {
		if (this.written.isEmpty()) {
			// Most limits never have a line.
			this.written = new LinkedHashMap<>();
		}
		for (int line = 0; line < this.linesPerKey; line++) {
			if (this.written.putIfAbsent((line == 0) ? key : line + " " + key, now) == null) {
				return true;
			}
		}
		return false;
	}

}
