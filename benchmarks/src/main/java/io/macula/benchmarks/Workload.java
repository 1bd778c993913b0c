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

package io.macula.benchmarks;

import java.util.List;

import io.macula.benchmarks.stack.Mode;

/**
 * What a client does during one window.
 *
 * @param id short name on command lines
 * @param kind name in the report
 * @param mode way of calling
 * @param inFlight calls in flight, or threads
 * @param payloadBytes size of the request's body; 0 for that of the small record
 * @param link what is between server and client
 */
record Workload(String id, Kind kind, Mode mode, int inFlight, int payloadBytes, Link link) {

	static final int LARGE_BYTES = 64 << 10;

	private static final List<Workload> ALL = List.of(new Workload("async-1", Kind.SMALL, Mode.ASYNC, 1, 0),
			new Workload("async-64", Kind.SMALL, Mode.ASYNC, 64, 0),
			new Workload("async-512", Kind.SMALL, Mode.ASYNC, 512, 0),
			new Workload("sync-1", Kind.BLOCKING, Mode.BLOCKING, 1, 0),
			new Workload("sync-64", Kind.BLOCKING, Mode.BLOCKING, 64, 0),
			new Workload("echo-16", Kind.ECHO, Mode.ASYNC, 16, LARGE_BYTES),
			new Workload("mixed-64", Kind.MIXED, Mode.ASYNC, 64, 0),
			new Workload("stream", Kind.STREAM, Mode.STREAM, 1, 0),
			new Workload("echo-16-mtu1500", Kind.ECHO_LINK, Mode.ASYNC, 16, LARGE_BYTES, Link.MTU_1500),
			new Workload("echo-16-mtu9000", Kind.ECHO_JUMBO, Mode.ASYNC, 16, LARGE_BYTES, Link.MTU_9000),
			new Workload("async-64-lossy", Kind.LOSSY, Mode.ASYNC, 64, 0, Link.LOSSY));

	Workload(String id, Kind kind, Mode mode, int inFlight, int payloadBytes) {
		this(id, kind, mode, inFlight, payloadBytes, Link.LOOPBACK);
	}

	static List<Workload> all() {
		return ALL;
	}

	static Workload named(String id) {
		return ALL.stream()
			.filter((workload) -> workload.id().equals(id))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException(
					"Workload '" + id + "' is unknown: expected one of " + ALL.stream().map(Workload::id).toList()));
	}

	boolean large() {
		return this.kind == Kind.ECHO || this.kind == Kind.ECHO_LINK || this.kind == Kind.ECHO_JUMBO
				|| this.kind == Kind.MIXED;
	}

	/**
	 * What is between the two processes.
	 */
	enum Link {

		/** Loopback of this machine. */
		LOOPBACK,
		/** A cable between two network namespaces. */
		MTU_1500,
		/** The same for frames of up to 9,000 bytes. */
		MTU_9000,
		/** That of 1,500 bytes with 10 ms of delay and 1 % loss each way. */
		LOSSY

	}

	/**
	 * Kinds of work, by their names in the report.
	 */
	enum Kind {

		/** Small calls. */
		SMALL("small"),
		/** Small calls by threads that wait for them. */
		BLOCKING("small, blocking"),
		/** 64 KiB there and back. */
		ECHO("echo 64 KiB"),
		/** 64 KiB there and back between two hosts. */
		ECHO_LINK("echo 64 KiB, MTU 1500"),
		/** The same where the cable carries more. */
		ECHO_JUMBO("echo 64 KiB, MTU 9000"),
		/** Small calls between two hosts over a bad link. */
		LOSSY("small, 1 % loss, 20 ms RTT"),
		/** Small calls while 64 KiB ones are under way; the small ones are measured. */
		MIXED("small beside 64 KiB"),
		/** Elements of one stream of a million; a call is an element here. */
		STREAM("stream of 1,000,000"),
		/** The first call of a fresh process, connecting included where it is lazy. */
		FIRST("first call");

		private final String title;

		Kind(String title) {
			this.title = title;
		}

		String title() {
			return this.title;
		}

	}

}
