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

package io.macula.node;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.macula.client.ServiceClient;
import io.macula.directory.Advertisement;
import io.macula.operations.NodeAddress;
import io.macula.operations.OperationsClient;

/**
 * What a node asks of others for the sake of those who look at the realm.
 */
final class NodeQuestions {

	private NodeQuestions() {
	}

	static OperationsClient of(RealmNode node, NodePlan plan) {
		return new OperationsClient(() -> {
			Life life = node.life();
			return (life != null) ? life.pool() : null;
		}, () -> beginnings(node, plan), plan.codecs());
	}

	/** Whom the directory names first: a seed may be one of them. */
	private static List<NodeAddress> beginnings(RealmNode node, NodePlan plan) {
		List<NodeAddress> all = new ArrayList<>();
		for (ServiceClient client : node.client().clients()) {
			client.instances().forEach((each) -> all.add(NodeAddress.of(each.instance())));
		}
		Life life = node.life();
		List<Advertisement> known = (life != null) ? life.engine()
			.advertised()
			.onErrorReturn(List.of())
			.toFuture()
			.completeOnTimeout(List.of(), 1, TimeUnit.SECONDS)
			.join() : List.of();
		known.forEach((each) -> all.add(NodeAddress.of(each.instance())));
		plan.settings().seeds().forEach((seed) -> all.add(NodeAddress.of(seed)));
		return all;
	}

}
