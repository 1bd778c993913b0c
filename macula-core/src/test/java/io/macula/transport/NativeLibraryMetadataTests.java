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

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

import io.netty.util.internal.PlatformDependent;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Netty's native QUIC brings what GraalVM has to know of it, so that there is nothing
 * that this project would have to say; nothing native is run.
 */
class NativeLibraryMetadataTests {

	private static final String METADATA = "META-INF/native-image/io.netty/netty-codec-native-quic/";

	@Test
	void whatJniReachesIsInTheLibrarysOwnMetadata() throws IOException {
		assertThat(text(METADATA + "jni-config.json")).contains("io.netty.handler.codec.quic.BoringSSL",
				"io.netty.handler.codec.quic.QuicheLogger");
		assertThat(text(METADATA + "native-image.properties"))
			.contains("--initialize-at-run-time=io.netty.handler.codec.quic");
	}

	@Test
	void theLibraryOfThisPlatformIsAmongTheResources() throws IOException {
		String library = System.mapLibraryName(
				"netty_quiche42_" + PlatformDependent.normalizedOs() + '_' + PlatformDependent.normalizedArch());
		assertThat(getClass().getClassLoader().getResource("META-INF/native/" + library)).as(library).isNotNull();
		assertThat(text(METADATA + "resource-config.json")).contains(library);
	}

	private String text(String resource) throws IOException {
		try (InputStream stream = getClass().getClassLoader().getResourceAsStream(resource)) {
			assertThat(stream).as(resource).isNotNull();
			return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
		}
	}

}
