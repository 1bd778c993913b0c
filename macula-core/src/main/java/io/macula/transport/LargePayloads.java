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

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.macula.udp.LoopThread;

/**
 * Where payloads are decoded that are too large for an event loop: on a few threads of
 * the process, as many as it has processors, which end when they are idle. What runs
 * there must not block, as on an event loop. Safe for all threads.
 * <p>
 * Senders take turns, callers and providers, so that whoever sends many large payloads
 * delays its own.
 * <p>
 * Decoding costs what a payload has bytes, and an event loop that decodes 16 MB does
 * nothing for all others meanwhile.
 */
public final class LargePayloads {

	/** Bytes of the largest payload that is decoded on an event loop. */
	public static final int THRESHOLD = 16 << 10;

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(LargePayloads.class));

	private static final int IDLE_SECONDS = 5;

	private static final AtomicInteger NUMBER = new AtomicInteger();

	private static final ThreadPoolExecutor THREADS = threads();

	private static final PayloadTurns TURNS = new PayloadTurns();

	private LargePayloads() {
	}

	private static ThreadPoolExecutor threads() {
		int most = Runtime.getRuntime().availableProcessors();
		ThreadPoolExecutor threads = new ThreadPoolExecutor(most, most, IDLE_SECONDS, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), LargePayloads::thread);
		threads.allowCoreThreadTimeOut(true);
		return threads;
	}

	private static Thread thread(Runnable work) {
		Thread thread = new LoopThread(work, "macula-decode-" + NUMBER.incrementAndGet());
		thread.setDaemon(true);
		// That of whoever comes first would be kept from being unloaded.
		thread.setContextClassLoader(LargePayloads.class.getClassLoader());
		return thread;
	}

	/**
	 * Whether a payload is not to be decoded on an event loop.
	 * @param payload encoded
	 * @return true if it goes beyond {@link #THRESHOLD}
	 */
	public static boolean large(byte[] payload) {
		return payload.length > THRESHOLD;
	}

	/**
	 * Run what decodes a large payload. Without a thread for it, it runs here, or another
	 * one whose turn it is: late is better than never.
	 * @param sender whose payload it is, by identity: senders take turns
	 * @param work must not block
	 */
	public static void execute(Object sender, Runnable work) {
		TURNS.add(sender, work);
		NextTurn turn = new NextTurn();
		try {
			THREADS.execute(turn);
		}
		catch (OutOfMemoryError ex) {
			if (!THREADS.getQueue().contains(turn)) {
				turn.run();
			}
		}
	}

	private static void runNext() {
		Runnable work = TURNS.next();
		try {
			work.run();
		}
		catch (Throwable ex) {
			faults.error("Whoever waited for a large payload threw", ex);
		}
	}

	/** One for each payload; equal to itself only. */
	private static final class NextTurn implements Runnable {

		@Override
		public void run() {
			runNext();
		}

	}

}
