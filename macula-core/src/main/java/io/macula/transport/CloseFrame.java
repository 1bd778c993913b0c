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

import io.macula.wire.ErrorCode;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.quic.QuicChannel;

/**
 * How a connection is closed so that the peer knows why: with a code and a text, which
 * must fit a packet.
 */
final class CloseFrame {

	private static final int MAX_REASON_CHARS = 256;

	private CloseFrame() {
	}

	/** Close a connection; on its event loop. */
	static void send(QuicChannel channel, ErrorCode code, String text) {
		channel.close(true, code.number(),
				ByteBufUtil.writeUtf8(channel.alloc(), text.substring(0, Math.min(MAX_REASON_CHARS, text.length()))));
	}

}
