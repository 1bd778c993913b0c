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

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

import io.macula.harness.Clock;

/**
 * What a client under load does when it is told to by a line of its standard input. Each
 * is answered with one line, marked by {@link #REPLY}. For one thread.
 */
final class Orders {

	/** Mark of an answer among the lines of the log. */
	static final String REPLY = "@@";

	private final Map<String, Function<String[], String>> orders = new HashMap<>();

	/**
	 * Orders that each load obeys: {@code settle 45} waits until all calls that are open
	 * now have ended, at most so many seconds; {@code pace 0.5} slows the load down;
	 * {@code burst 1000} starts so many calls at once.
	 * @param load the load
	 * @param log takes its calls
	 */
	static Orders of(Load load, CallLog log) {
		return new Orders().on("settle", (words) -> {
			long now = Clock.now();
			boolean settled = Clock.within(Duration.ofSeconds(Long.parseLong(words[1])), () -> load.oldestOpen() > now);
			log.flush();
			return settled ? "settled" : "open " + load.open();
		}).on("pace", (words) -> {
			load.pace(Double.parseDouble(words[1]));
			return "paced";
		}).on("burst", (words) -> {
			load.burst(Integer.parseInt(words[1]));
			return "sent";
		});
	}

	/**
	 * A further order.
	 * @param word its first word
	 * @param what takes all of its words, and tells the answer
	 * @return this
	 */
	Orders on(String word, Function<String[], String> what) {
		this.orders.put(word, what);
		return this;
	}

	/**
	 * Obey until the end of the input.
	 */
	void obey() throws IOException {
		reply("started");
		BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		for (String line = input.readLine(); line != null; line = input.readLine()) {
			String[] words = line.split(" ");
			try {
				reply(this.orders.getOrDefault(words[0], (any) -> "unknown").apply(words));
			}
			catch (RuntimeException ex) {
				reply("failed: " + ex.toString().replaceAll("\\s+", " "));
			}
		}
	}

	private static void reply(String text) {
		System.out.println(REPLY + text);
		System.out.flush();
		if (System.out.checkError()) {
			throw new UncheckedIOException(new IOException("The suite is gone"));
		}
	}

}
