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

package io.macula.directory.etcd;

import io.macula.Realm;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.RemoteEngine;

/**
 * Makes directories that etcd keeps. One lease for each node, one watch for each service
 * that it uses. Trusts etcd: whoever may write there can say where providers are.
 */
public final class EtcdDirectory {

	/** What {@code macula.directory.type} says for it. */
	public static final String TYPE = "etcd";

	private EtcdDirectory() {
	}

	/**
	 * An engine.
	 * @param settings how etcd is reached
	 * @param realm whose records are read and written, and no others
	 * @return a new engine, not started
	 */
	public static DirectoryEngine engine(EtcdSettings settings, Realm realm) {
		return engine(settings, realm, new TrustChanges());
	}

	static DirectoryEngine engine(EtcdSettings settings, Realm realm, TrustChanges trust) {
		return RemoteEngine.of(TYPE, new EtcdClient(settings, realm, trust));
	}

}
