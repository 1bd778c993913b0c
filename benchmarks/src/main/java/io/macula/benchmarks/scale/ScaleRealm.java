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

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.macula.Realm;
import io.macula.codec.Codecs;
import io.macula.harness.ProcessStatus;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import io.macula.tls.SecretTls;
import io.macula.tls.TlsContexts;
import io.macula.transport.NodeInfo;

/**
 * What all parts have in common.
 */
final class ScaleRealm {

	static final int ENDPOINTS = 1000;

	static final int CLIENTS = 1000;

	static final Realm REALM = new Realm("scale");

	static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "the benchmark");

	/** Begin of the line that a part prints when it is ready. */
	static final String READY = "READY ";

	/** Served by one endpoint, for warming up. */
	static final String ONE = "scale.one";

	/** Served by all. */
	static final String ALL = "scale.all";

	private ScaleRealm() {
	}

	static TlsContexts tls(String nodeId) {
		return SecretTls.of(REALM, nodeId, SECRET);
	}

	static NodeInfo info(String nodeId) {
		return new NodeInfo(REALM, nodeId, 1, Codecs.defaults().names());
	}

	static ProviderSettings provider(int port) {
		ProviderSettings defaults = ProviderSettings.defaults();
		return new ProviderSettings("127.0.0.1", port, "127.0.0.1", 0, 100, Map.of(), defaults.maxThreads(),
				defaults.queueCapacity(), defaults.maxInFlight(), defaults.grace());
	}

	/** Tell the process that started this one that it may go on. */
	static void tellReady(String text) {
		System.out.println(READY + text);
	}

	/** Bytes of live objects. */
	static long heapBytes() {
		for (int i = 0; i < 4; i++) {
			System.gc();
		}
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

	/** Bytes of this process that are in memory, as the kernel counts them. */
	static long residentBytes() {
		return ProcessStatus.of(ProcessHandle.current().pid()).residentKilobytes() << 10;
	}

	/** Contract of the measured service. */
	interface Echo {

		CompletableFuture<String> echo(String text);

	}

}
