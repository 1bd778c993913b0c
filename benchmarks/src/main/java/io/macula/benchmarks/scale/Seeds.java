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
import java.util.concurrent.CompletableFuture;

import io.macula.harness.FreePorts;
import io.macula.node.RealmNode;

/**
 * A process with the three seeds of a realm.
 */
final class Seeds {

	private Seeds() {
	}

	public static void main(String[] args) throws Exception {
		List<Integer> ports = FreePorts.udp(3);
		String[] seeds = ports.stream().map((port) -> "127.0.0.1:" + port).toArray(String[]::new);
		ScaleRealm.Echo echo = CompletableFuture::completedFuture;
		for (int port : ports) {
			RealmNode node = RealmNode.builder(ScaleRealm.REALM.name())
				.nodeId("seed-" + port)
				.secret(ScaleRealm.SECRET)
				.seeds(seeds)
				.provider(ScaleRealm.provider(port))
				.service("scale.seed", ScaleRealm.Echo.class, echo)
				.build();
			node.start();
			node.advertise();
		}
		ScaleRealm.tellReady(String.join(",", seeds));
		Thread.currentThread().join();
	}

}
