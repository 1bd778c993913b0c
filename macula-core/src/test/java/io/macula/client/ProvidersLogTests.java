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

package io.macula.client;

import java.util.List;

import ch.qos.logback.classic.Level;
import io.macula.testing.LogLines;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the log says when the providers of a service come and go.
 */
class ProvidersLogTests {

	@RegisterExtension
	final LogLines log = LogLines.of(ServiceLife.class).from(Level.INFO);

	private List<String> lines() {
		return this.log.at(Level.INFO);
	}

	private final ClientFixture fixture = new ClientFixture();

	@BeforeEach
	void watch() {
		this.fixture.client().proxy(Calls.class, "test.echo", "echo", this.fixture.settings);
	}

	@Test
	void whenTheLastProviderLeavesAndOneComesBackThenEachIsSaidOnce() {
		this.fixture.known();
		this.fixture.known(1, 2);
		this.fixture.known(1);
		assertThat(lines()).isEmpty();
		this.fixture.known();
		this.fixture.known();
		assertThat(lines()).containsExactly("Service test.echo has no provider any more: calls wait up to 3 s for one");
		this.fixture.known(2);
		this.fixture.known(1, 2);
		assertThat(lines()).hasSize(2).last().isEqualTo("Service test.echo has a provider again");
	}

	@Test
	void whenThisNodeWasTheLastProviderThenNoWaitIsPromised() {
		this.fixture.known(1);
		this.fixture.ownEnded = true;
		this.fixture.known();
		assertThat(lines()).containsExactly("Service test.echo has no provider any more: calls of it are refused,"
				+ " since this node itself was the last and is shutting down");
	}

	@Test
	void whenProvidersComeAndGoAllTheTimeThenTheLinesAreLimited() {
		for (int i = 0; i < 1000; i++) {
			this.fixture.known(1);
			this.fixture.known();
		}
		assertThat(lines()).hasSize(10);
	}

}
