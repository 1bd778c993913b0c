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

package io.macula.directory.kubernetes;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.Snapshot;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a subscriber of one service has seen last.
 */
final class Seen implements AutoCloseable {

	private final String service;

	private final Disposable subscription;

	private volatile @Nullable Snapshot latest;

	private volatile int count;

	Seen(DirectoryEngine engine, String service) {
		this.service = service;
		this.subscription = engine.directory().watch(new ServiceName(service)).subscribe((snapshot) -> {
			this.latest = snapshot;
			this.count++;
		});
	}

	String service() {
		return this.service;
	}

	int count() {
		return this.count;
	}

	List<String> ids() {
		Snapshot present = this.latest;
		return (present != null) ? present.instances().stream().map(Instance::nodeId).sorted().toList()
				: List.of("(nothing)");
	}

	int size() {
		Snapshot present = this.latest;
		return (present != null) ? present.instances().size() : -1;
	}

	void await(String... ids) {
		await(Duration.ofSeconds(20), ids);
	}

	void await(Duration most, String... ids) {
		List<String> sorted = Arrays.stream(ids).sorted().toList();
		Awaitility.await()
			.atMost(most)
			.pollInterval(Duration.ofMillis(10))
			.untilAsserted(() -> assertThat(ids()).isEqualTo(sorted));
	}

	@Override
	public void close() {
		this.subscription.dispose();
	}

}
