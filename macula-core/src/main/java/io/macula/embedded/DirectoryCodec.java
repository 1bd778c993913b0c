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

package io.macula.embedded;

import io.macula.CallContext;
import io.macula.Code;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.codec.CodecException;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.codec.PayloadCodec;
import io.macula.codec.ValueCodec;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * Updates and interests to bytes and back: CBOR with the product's own settings. Safe for
 * all threads.
 */
final class DirectoryCodec {

	/**
	 * Most bytes of an update or an interest: refused before it is decoded. Updates are
	 * half as large at most.
	 */
	static final int MAX_BYTES = 1 << 20;

	private static final PayloadCodec CBOR = JacksonPayloadCodec.cbor();

	private static final ValueCodec UPDATE = CBOR.forType(DirectoryUpdate.class);

	private static final ValueCodec INTEREST = CBOR.forType(DirectoryInterest.class);

	private DirectoryCodec() {
	}

	/** Does nothing but load the codecs above. */
	static void load() {
		// Once in a process, by the first who comes.
	}

	/**
	 * A peer as the service that other nodes call.
	 */
	static RealmDirectoryService serve(DirectoryPeer peer) {
		return new RealmDirectoryService() {
			@Override
			public Flux<byte[]> link(Flux<byte[]> mine) {
				return Flux.deferContextual((context) -> encode(
						peer.link(ProvenPeer.of(CallContext.from(context)), decode(mine, DirectoryUpdate.class)),
						DirectoryUpdate.class));
			}

			@Override
			public Flux<byte[]> watch(Flux<byte[]> interests) {
				return Flux.deferContextual((context) -> encode(peer.watch(ProvenPeer.of(CallContext.from(context)),
						decode(interests, DirectoryInterest.class)), DirectoryUpdate.class));
			}
		};
	}

	static <T> Flux<byte[]> encode(Flux<T> values, Class<T> type) {
		ValueCodec codec = codec(type);
		return values.map(codec::encode);
	}

	static <T> Flux<T> decode(Flux<byte[]> payloads, Class<T> type) {
		ValueCodec codec = codec(type);
		return payloads.map((payload) -> {
			if (payload.length > MAX_BYTES) {
				throw broken("a message of " + payload.length + " bytes, expected at most " + MAX_BYTES);
			}
			@Nullable Object message;
			try {
				message = codec.decode(payload);
			}
			catch (CodecException ex) {
				throw broken(String.valueOf(ex.getMessage()));
			}
			if (message == null) {
				throw broken("null is no message");
			}
			return type.cast(message);
		});
	}

	private static RpcException broken(String how) {
		return Status.processed(Code.INVALID_ARGUMENT, "The directory's protocol was broken: " + how).toException();
	}

	private static ValueCodec codec(Class<?> type) {
		return (type == DirectoryUpdate.class) ? UPDATE : INTEREST;
	}

}
