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

import java.nio.charset.StandardCharsets;

import io.etcd.jetcd.ByteSequence;
import io.macula.Realm;
import io.macula.ServiceName;

/**
 * Which keys the records of a realm have: {@code <prefix>/<realm>/<service>/<node id>}.
 * Immutable.
 *
 * @param realm begin of all keys of the realm, with a slash at its end
 */
record EtcdKeys(String realm) {

	static EtcdKeys of(String prefix, Realm realm) {
		return new EtcdKeys(prefix + "/" + realm.name() + "/");
	}

	String service(ServiceName service) {
		return this.realm + service.value() + "/";
	}

	ByteSequence record(ServiceName service, String nodeId) {
		return bytes(service(service) + nodeId);
	}

	static ByteSequence bytes(String text) {
		return ByteSequence.from(text, StandardCharsets.UTF_8);
	}

	/**
	 * The node id in a key of a service.
	 */
	static String nodeId(String service, ByteSequence key) {
		return key.toString(StandardCharsets.UTF_8).substring(service.length());
	}

}
