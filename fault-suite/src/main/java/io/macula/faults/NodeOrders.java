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

package io.macula.faults;

import io.macula.node.RealmNode;

import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * What a provider is told over HTTP.
 */
@RestController
final class NodeOrders {

	private final RealmNode node;

	NodeOrders(RealmNode node) {
		this.node = node;
	}

	@PostMapping("/node/stop")
	String stop() {
		this.node.stop();
		return "stopped";
	}

	@PostMapping("/node/start")
	String start() {
		this.node.start();
		this.node.advertise();
		return "started";
	}

}
