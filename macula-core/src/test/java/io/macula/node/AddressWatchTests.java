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

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.macula.udp.Addresses;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Disposables;

import static org.assertj.core.api.Assertions.assertThat;

class AddressWatchTests {

	private static final InetAddress FIRST = address("10.1.2.3");

	private static final InetAddress SECOND = address("fd00::1");

	private final Deque<Runnable> due = new ArrayDeque<>();

	private final Disposable handle = Disposables.single();

	private final List<Set<InetAddress>> told = new ArrayList<>();

	private Set<InetAddress> present = Set.of(FIRST);

	@Test
	void whenAddressesChangeThenAllThatAreThereAreToldOnce() {
		AddressWatch watch = watch();
		look();
		assertThat(this.told).isEmpty();
		this.present = Set.of(FIRST, SECOND);
		look();
		look();
		this.present = Set.of();
		look();
		assertThat(this.told).containsExactly(Set.of(FIRST, SECOND), Set.of());
		watch.close();
		assertThat(this.handle.isDisposed()).isTrue();
		this.present = Set.of(FIRST);
		look();
		assertThat(this.told).hasSize(2);
		assertThat(this.due).isEmpty();
	}

	@Test
	void whenALookFailsThenTheNextOneFollowsAndTellsWhatItFinds() {
		AddressWatch watch = AddressWatch.start(() -> this.present, Set.of(FIRST), this::schedule, Runnable::run,
				(addresses) -> {
					this.told.add(addresses);
					if (this.told.size() == 1) {
						throw new IllegalStateException("no luck");
					}
				});
		this.present = Set.of(SECOND);
		look();
		look();
		look();
		assertThat(this.told).containsExactly(Set.of(SECOND), Set.of(SECOND));
		watch.close();
	}

	private AddressWatch watch() {
		return AddressWatch.start(() -> this.present, Set.of(FIRST), this::schedule, Runnable::run, this.told::add);
	}

	private void look() {
		this.due.remove().run();
	}

	private Disposable schedule(Runnable action, Duration delay) {
		assertThat(delay).isEqualTo(Duration.ofSeconds(5));
		this.due.add(action);
		return this.handle;
	}

	private static InetAddress address(String text) {
		return Objects.requireNonNull(Addresses.literal(text));
	}

}
