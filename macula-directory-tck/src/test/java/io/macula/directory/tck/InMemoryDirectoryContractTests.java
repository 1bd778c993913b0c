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

package io.macula.directory.tck;

import java.util.EnumMap;
import java.util.Map;

import io.macula.directory.DirectoryEngine;
import io.macula.directory.InMemoryDirectory;

/**
 * The contract of {@link InMemoryDirectory}.
 */
class InMemoryDirectoryContractTests extends DirectoryContractTests {

	@Override
	protected DirectoryHarness open() {
		return new OneProcess();
	}

	private static final class OneProcess implements DirectoryHarness {

		private final InMemoryDirectory directory = new InMemoryDirectory();

		@Override
		public DirectoryEngine engine(Node node) {
			return DirectoryEngine.of(this.directory, this.directory, "the memory of this process");
		}

		@Override
		public Map<Ability, String> lacks() {
			Map<Ability, String> lacks = new EnumMap<>(Ability.class);
			lacks.put(Ability.EXPIRY, "nodes live as long as their process, which is this one");
			lacks.put(Ability.CUT, "there is nothing to lose");
			lacks.put(Ability.WIPE, "there is nothing to lose");
			lacks.put(Ability.SELF_PRESERVATION, "nobody leaves without a word");
			lacks.put(Ability.FOREIGN_RECORDS, "there are no texts");
			lacks.put(Ability.READS, "nothing is read");
			lacks.put(Ability.ALL, "it knows nothing of operators");
			lacks.put(Ability.LEASES, "leases are not counted");
			lacks.put(Ability.CLOSE, "it outlives its nodes, who withdraw by themselves");
			return lacks;
		}

		@Override
		public void close() {
			// Nothing is open.
		}

	}

}
