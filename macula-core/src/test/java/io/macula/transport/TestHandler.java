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

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.Code;
import io.macula.Status;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code test/echo} at once, keeps the calls of {@code test/keep}, answers
 * {@code test/large} with as many bytes as its argument says.
 */
class TestHandler implements CallHandler {

	final Queue<InboundCall> kept = new ConcurrentLinkedQueue<>();

	final AtomicInteger calls = new AtomicInteger();

	final AtomicInteger reads = new AtomicInteger();

	@Override
	public @Nullable Object resolve(String procedure, String codec) {
		return procedure.startsWith("test/") ? procedure : null;
	}

	@Override
	public void onCall(InboundCall call) {
		this.calls.incrementAndGet();
		Object target = call.target();
		if (target == null) {
			call.fail(Failure.of(Status.notProcessed(Code.UNIMPLEMENTED, "unknown procedure " + call.procedure())));
		}
		else if (target.equals("test/keep")) {
			this.kept.add(call);
		}
		else if (target.equals("test/large")) {
			call.result(new byte[Integer.parseInt(new String(call.payload()))]);
		}
		else {
			call.result(call.payload());
		}
	}

	@Override
	public void onStream(InboundStream stream) {
		stream.fail(Failure.of(Status.notProcessed(Code.UNIMPLEMENTED, "no streams")));
	}

	@Override
	public void onReadComplete() {
		this.reads.incrementAndGet();
	}

}
