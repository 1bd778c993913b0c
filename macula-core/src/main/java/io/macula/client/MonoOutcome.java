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

import io.macula.codec.ValueCodec;
import reactor.core.publisher.MonoSink;

/**
 * Outcome as a Mono; it completes where the answer arrives, on an event loop.
 */
final class MonoOutcome implements Outcome {

	private final String wireName;

	private final ValueCodec codec;

	private final MonoSink<Object> sink;

	MonoOutcome(String wireName, ValueCodec codec, MonoSink<Object> sink) {
		this.wireName = wireName;
		this.codec = codec;
		this.sink = sink;
	}

	@Override
	public void succeeded(byte[] payload) {
		Object value;
		try {
			value = this.codec.decode(payload);
		}
		catch (RuntimeException ex) {
			this.sink.error(Failures.undecodable(this.wireName, ex));
			return;
		}
		this.sink.success(value);
	}

	@Override
	public void failed(Supplier<Throwable> error) {
		this.sink.error(error.get());
	}

}
