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

package io.macula.directory.zookeeper;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

import io.macula.Realm;
import io.macula.ServiceName;

/**
 * Paths of records: {@code prefix/realm/service/node}. Immutable.
 *
 * @param root of the realm
 */
record RecordPaths(String root) {

	RecordPaths(String prefix, Realm realm) {
		this(prefix + "/" + element(realm.name()));
	}

	/** Path of all records of a service. */
	String of(ServiceName service) {
		return this.root + "/" + element(service.value());
	}

	/** Path of the record of a node. */
	String of(ServiceName service, String nodeId) {
		return of(service) + "/" + element(nodeId);
	}

	/**
	 * The node id, or the service, in an element of a path.
	 * @param element any element, of whomever
	 * @return the name, or the element itself if no name is written like that
	 */
	static String name(String element) {
		try {
			String name = URLDecoder.decode(element, StandardCharsets.UTF_8);
			return element(name).equals(element) ? name : element;
		}
		catch (IllegalArgumentException ex) {
			return element;
		}
	}

	/* ZooKeeper takes almost everything in an element, but neither '.' nor '..'. */
	private static String element(String name) {
		String element = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("%3A", ":");
		return (element.equals(".") || element.equals("..")) ? element.replace(".", "%2E") : element;
	}

}
