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
package io.macula.directory;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes several engines and puts them side by side. Immutable.
 *
 * @param factories the preferred one first
 */
record CompositeFactory(List<DirectoryEngineFactory> factories) implements DirectoryEngineFactory {

	static DirectoryEngineFactory of(List<? extends DirectoryEngineFactory> factories) {
		if (factories.isEmpty()) {
			throw new IllegalArgumentException("No directory is given: expected one or more");
		}
		Set<String> types = new HashSet<>();
		for (DirectoryEngineFactory factory : factories) {
			if (!types.add(factory.type())) {
				throw new IllegalArgumentException(
						"Directory '" + factory.type() + "' is given twice: expected each type once");
			}
		}
		return (factories.size() == 1) ? factories.get(0) : new CompositeFactory(List.copyOf(factories));
	}

	@Override
	public String type() {
		return this.factories.stream().map(DirectoryEngineFactory::type).collect(Collectors.joining(","));
	}

	/** What was made is closed if a later one cannot be. */
	@Override
	public DirectoryEngine create(Context context) {
		List<CompositeEngine.Part> parts = new ArrayList<>();
		try {
			for (DirectoryEngineFactory factory : this.factories) {
				parts.add(new CompositeEngine.Part(factory.type(), factory.create(context)));
			}
		}
		catch (RuntimeException | Error ex) {
			new CompositeEngine(parts).close().subscribe();
			throw ex;
		}
		return new CompositeEngine(parts);
	}

}
