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

import java.net.SocketAddress;

import org.jspecify.annotations.Nullable;

/**
 * The serving side's receiver of calls; called on event loops, so nothing here may block.
 * Safe for all threads.
 */
public interface CallHandler {

	/**
	 * Find what serves a procedure; asked once per lane and procedure, the answer comes
	 * back as {@link InboundCall#target()}.
	 * @param procedure name on the wire, {@code service/method}
	 * @param codec name of the payload codec of the calls
	 * @return the target, or {@code null} if nothing serves it
	 */
	@Nullable Object resolve(String procedure, String codec);

	/**
	 * A client was welcomed.
	 * @param peer what it says of itself
	 * @param address where it came from
	 * @return what stands for it, see {@link InboundCall#caller()}
	 */
	default Object connected(NodeInfo peer, @Nullable SocketAddress address) {
		return peer;
	}

	/**
	 * Its connection is over, for each {@link #connected}.
	 * @param caller what that returned
	 */
	default void disconnected(Object caller) {
		// Nothing is kept.
	}

	/**
	 * A unary call arrived.
	 * @param call to be answered exactly once, from any thread
	 */
	void onCall(InboundCall call);

	/**
	 * A streaming call arrived.
	 * @param stream to be answered exactly once, from any thread
	 */
	void onStream(InboundStream stream);

	/**
	 * All calls of one read were delivered: the moment to hand over the batch.
	 */
	void onReadComplete();

}
