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

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;

import io.macula.Realm;
import org.jspecify.annotations.Nullable;

/**
 * Makes directory engines of one type, one for each life of a node. Safe for all threads.
 * Holds nothing open: whatever an engine needs is made with it, or given to the factory
 * and closed by whoever gave it.
 */
public interface DirectoryEngineFactory {

	/** Type of the directory that lives in the nodes themselves. */
	String EMBEDDED = "embedded";

	/** Type of the directory of fixed instances. */
	String STATIC = "static";

	/**
	 * What the setting {@code macula.directory.type} says for this engine.
	 * @return for example {@code etcd}: lower-case letters, digits and dashes
	 */
	String type();

	/**
	 * Make an engine. Neither waits nor asks anybody: the engine does so once it is
	 * started, and an engine that cannot be reached then is no failure.
	 * @param context the node
	 * @return a new engine, started at most once and closed by the caller
	 * @throws IllegalArgumentException if a setting of the engine cannot be; the message
	 * names it, and the node is not started
	 */
	DirectoryEngine create(Context context);

	/**
	 * A factory of engines.
	 * @param type what the setting says
	 * @param create see {@link #create}
	 * @return the factory
	 */
	static DirectoryEngineFactory of(String type, Function<Context, ? extends DirectoryEngine> create) {
		return new FunctionFactory(type, create);
	}

	/**
	 * The factory of the directory that lives in the nodes themselves.
	 * @return a factory that only a node can use
	 */
	static DirectoryEngineFactory embedded() {
		return of(EMBEDDED, (context) -> context.embedded().get());
	}

	/**
	 * The factory of a directory of fixed instances.
	 * @param directory the instances
	 * @return a factory
	 */
	static DirectoryEngineFactory fixed(StaticDirectory directory) {
		return of(STATIC, (context) -> new StaticEngine(directory));
	}

	/**
	 * The factory of several directories side by side, the preferred one first: a watch
	 * tells the instances of the first of them that has any of the service, and a node
	 * advertises in each that can be written to.
	 * @param factories at least one, each of another type
	 * @return a factory; that very one if there is one only
	 * @throws IllegalArgumentException if there is none, or two are of one type
	 */
	static DirectoryEngineFactory composite(List<? extends DirectoryEngineFactory> factories) {
		return CompositeFactory.of(factories);
	}

	/**
	 * One life of a node, for which an engine is made. Immutable.
	 *
	 * @param realm the realm of the node: engines of different realms see nothing of each
	 * other, whatever system they share
	 * @param nodeId this node
	 * @param incarnation of this life; grows with each start
	 * @param provider whether the node serves, and so will advertise
	 * @param zone place of the node, or {@code null}
	 * @param lease time after which the advertisement of a silent node expires, at least
	 * 1 second
	 * @param embedded makes the embedded directory, which uses the connections of the
	 * node; at most once
	 */
	record Context(Realm realm, String nodeId, long incarnation, boolean provider, @Nullable String zone,
			Duration lease, Supplier<? extends DirectoryEngine> embedded) {

		public Context {
			Objects.requireNonNull(realm, "realm");
			Objects.requireNonNull(nodeId, "nodeId");
			Objects.requireNonNull(lease, "lease");
			Objects.requireNonNull(embedded, "embedded");
		}

		/**
		 * A life without the embedded directory, for tests of other engines.
		 * @param realm the realm of the node
		 * @param nodeId this node
		 * @param incarnation of this life
		 * @param provider whether the node serves
		 * @param zone place of the node, or {@code null}
		 * @param lease time after which the advertisement of a silent node expires
		 */
		public Context(Realm realm, String nodeId, long incarnation, boolean provider, @Nullable String zone,
				Duration lease) {
			this(realm, nodeId, incarnation, provider, zone, lease, () -> {
				throw new IllegalStateException(
						"The embedded directory uses the connections of a node: only a RealmNode makes one");
			});
		}

	}

}
