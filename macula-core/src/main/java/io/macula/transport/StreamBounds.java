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

import java.util.function.LongSupplier;

import io.macula.wire.FrameCodec;
import io.macula.wire.FrameDecoder;

/**
 * What the streams of calls of one connection have in common. Owned by its event loop.
 *
 * @param decoder reads their frames
 * @param allowance what the peer may send that carries nothing
 * @param memory what waits on the connection
 */
record StreamBounds(FrameDecoder decoder, FrameAllowance allowance, ConnectionMemory memory) {

	static StreamBounds of(int maxPayloadBytes, LongSupplier clock, ConnectionMemory memory) {
		return new StreamBounds(new FrameDecoder(FrameCodec.maxFrameBytes(maxPayloadBytes)), new FrameAllowance(clock),
				memory);
	}

}
