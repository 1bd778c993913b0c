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

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.macula.Code;
import io.macula.RpcException;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Fuzz target of what nodes tell each other of the realm: any bytes are a message or a
 * refusal.
 */
class DirectoryMessagesFuzzTests {

	@FuzzTest(maxDuration = "10m")
	void anyBytesAreAnUpdateOrARefusal(byte[] bytes) {
		check(bytes, DirectoryUpdate.class);
	}

	@FuzzTest(maxDuration = "10m")
	void anyBytesAreAnInterestOrARefusal(byte[] bytes) {
		check(bytes, DirectoryInterest.class);
	}

	private static <T> void check(byte[] bytes, Class<T> type) {
		T message;
		try {
			message = DirectoryCodec.decode(Flux.just(bytes), type).blockLast();
		}
		catch (RpcException ex) {
			assertThat(ex.code()).isEqualTo(Code.INVALID_ARGUMENT);
			return;
		}
		if (message instanceof DirectoryUpdate update && !isTaken(update)) {
			return;
		}
		byte[] again = DirectoryCodec.encode(Flux.just(message), type).blockLast();
		assertThat(DirectoryCodec.decode(Flux.just(again), type).blockLast()).isEqualTo(message);
	}

	/** Whoever tells others of a record has looked at it before. */
	private static boolean isTaken(DirectoryUpdate update) {
		try {
			update.upserts().forEach((upsert) -> RecordBounds.require(upsert.record()));
			return true;
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

}
