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

package io.macula.faults;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * File of the calls that have ended, a line each. Calls come from any thread; one thread
 * writes.
 */
final class CallLog implements AutoCloseable {

	private final Queue<CallRecord> calls = new ConcurrentLinkedQueue<>();

	private final ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor();

	private final BufferedWriter file;

	private CallLog(BufferedWriter file) {
		this.file = file;
	}

	static CallLog open(Path path) throws IOException {
		CallLog log = new CallLog(Files.newBufferedWriter(path));
		var unused = log.writer.scheduleWithFixedDelay(log::write, 200, 200, TimeUnit.MILLISECONDS);
		return log;
	}

	void add(CallRecord call) {
		this.calls.add(call);
	}

	/**
	 * Write what is there.
	 */
	void flush() {
		write();
	}

	private synchronized void write() {
		try {
			for (CallRecord call = this.calls.poll(); call != null; call = this.calls.poll()) {
				this.file.write(call.line());
				this.file.write('\n');
			}
			this.file.flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Calls cannot be written", ex);
		}
	}

	@Override
	public void close() throws IOException {
		this.writer.shutdownNow();
		write();
		this.file.close();
	}

}
