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

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.macula.Endpoint;
import io.macula.node.NodeSettings;
import io.macula.node.RealmNode;

/**
 * Providers in a process of their own, so that they can be killed. Ends with the process
 * that started it. Arguments: the lease in milliseconds, the seeds with commas between,
 * and for each provider {@code node id:port}.
 */
final class MeasuredNodes {

	private MeasuredNodes() {
	}

	public static void main(String[] args) throws Exception {
		Duration lease = Duration.ofMillis(Long.parseLong(args[0]));
		List<Endpoint> seeds = Arrays.stream(args[1].split(",")).map(Endpoint::parse).toList();
		for (String node : List.of(args).subList(2, args.length)) {
			int colon = node.indexOf(':');
			start(node.substring(0, colon), Integer.parseInt(node.substring(colon + 1)), seeds, lease, ScaleRealm.ALL);
		}
		ScaleRealm.tellReady("");
		while (System.in.read() >= 0) {
			Thread.onSpinWait();
		}
		Runtime.getRuntime().halt(0);
	}

	/** A provider of one service that is advertised. */
	static RealmNode start(String nodeId, int port, List<Endpoint> seeds, Duration lease, String service) {
		ScaleRealm.Echo echo = CompletableFuture::completedFuture;
		RealmNode node = RealmNode.builder(new NodeSettings(ScaleRealm.REALM, nodeId, null, seeds, lease))
			.secret(ScaleRealm.SECRET)
			.provider(ScaleRealm.provider(port))
			.service(service, ScaleRealm.Echo.class, echo)
			.build();
		node.start();
		node.advertise();
		return node;
	}

}
