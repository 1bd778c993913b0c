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

package io.macula.client;

import java.util.function.Supplier;

import io.macula.RpcException;
import io.macula.transport.LargePayloads;
import reactor.core.publisher.MonoSink;

/**
 * Outcome as a Mono; it completes where the answer arrives, on an event loop, or where a
 * large one is decoded.
 */
final class MonoOutcome implements CallOutcome {

	private final ResultDecoder decoder;

	private final MonoSink<Object> sink;

	MonoOutcome(ResultDecoder decoder, MonoSink<Object> sink) {
		this.decoder = decoder;
		this.sink = sink;
	}

	@Override
	public void succeeded(byte[] payload, Object sender) {
		if (this.decoder.elsewhere(payload)) {
			LargePayloads.execute(sender, () -> decoded(payload));
		}
		else {
			decoded(payload);
		}
	}

	private void decoded(byte[] payload) {
		Object value;
		try {
			value = this.decoder.decode(payload);
		}
		catch (RpcException ex) {
			this.sink.error(ex);
			return;
		}
		this.sink.success(value);
	}

	@Override
	public void failed(Supplier<Throwable> error) {
		this.sink.error(error.get());
	}

}
