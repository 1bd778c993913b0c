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

package io.macula.benchmarks.scale;

import java.util.List;
import java.util.Map;

import io.macula.Metadata;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.codec.PayloadCodec;
import io.macula.codec.ValueCodec;
import io.macula.transport.Connection;
import io.macula.transport.StreamCall;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * The directory's protocol as another implementation would speak it, for nodes that are
 * only simulated: the real ones would not fit into one machine.
 */
final class DirectoryProtocol {

	private static final PayloadCodec CBOR = JacksonPayloadCodec.cbor();

	private static final ValueCodec BYTES = CBOR.forType(byte[].class);

	private static final ValueCodec UPDATE = CBOR.forType(Update.class);

	private static final ValueCodec INTEREST = CBOR.forType(Interest.class);

	private DirectoryProtocol() {
	}

	static Flux<Update> link(Connection seed, Flux<Update> mine) {
		return call(seed, "link", mine.map(UPDATE::encode));
	}

	static Flux<Update> watch(Connection seed, Flux<Interest> interests) {
		return call(seed, "watch", interests.map(INTEREST::encode));
	}

	private static Flux<Update> call(Connection seed, String method, Flux<byte[]> told) {
		return seed
			.stream(new StreamCall("macula.directory/" + method, CBOR.name(), new byte[0], Metadata.EMPTY,
					StreamCall.NO_DEADLINE, told.map(BYTES::encode), true))
			.map((payload) -> decode(payload));
	}

	private static Update decode(byte[] payload) {
		byte[] update = (byte[]) BYTES.decode(payload);
		if (update == null) {
			throw new IllegalStateException("an update was null");
		}
		Update decoded = (Update) UPDATE.decode(update);
		if (decoded == null) {
			throw new IllegalStateException("an update was null");
		}
		return decoded;
	}

	record Update(String sender, long senderIncarnation, boolean settled, boolean begins, boolean ends, long answers,
			long received, @Nullable Digest digest, List<Upsert> upserts, List<Renewal> renewals, List<Gone> gone,
			List<String> wanted) {

	}

	record Digest(int count, long hash) {

	}

	record Upsert(Node record, long renewals, long ageMillis, @Nullable Proof proof) {

	}

	record Node(String nodeId, long term, long version, long incarnation, String host, int port, @Nullable String zone,
			int priority, int weight, Map<String, String> metadata, List<String> services, long leaseMillis,
			@Nullable Seal seal) {

		Node sealed(Seal by) {
			return new Node(this.nodeId, this.term, this.version, this.incarnation, this.host, this.port, this.zone,
					this.priority, this.weight, this.metadata, this.services, this.leaseMillis, by);
		}

	}

	record Proof(long high, long low) {

	}

	record Seal(byte[] key, Proof renewal, Proof withdrawal, byte[] signature) {

	}

	record Renewal(String nodeId, long term, long version, long renewals, long ageMillis, @Nullable Proof proof) {

	}

	record Gone(String nodeId, long term, long version, long renewals, boolean withdrawn, @Nullable Proof proof) {

	}

	record Interest(long number, List<String> services) {

	}

}
