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

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Servers as the settings name them. Immutable.
 *
 * @param servers as {@code host:port}
 * @param tls whether all of them are reached by {@code https}
 */
record EtcdAddresses(List<String> servers, boolean tls) {

	private static final int PORT = 2379;

	private static final int LARGEST_PORT = 65535;

	private static final Pattern ADDRESS = Pattern
		.compile("(?:(http|https)://)?([A-Za-z0-9][A-Za-z0-9._-]*|\\[[0-9A-Fa-f:.%]+\\])(?::(\\d{1,5}))?/?");

	/**
	 * Of what the settings say.
	 * @param endpoints URLs, or {@code host:port}
	 * @throws IllegalArgumentException names the first that is not valid
	 */
	static EtcdAddresses of(List<String> endpoints) {
		Set<String> servers = new LinkedHashSet<>();
		List<String> secure = new ArrayList<>();
		List<String> clear = new ArrayList<>();
		for (String endpoint : endpoints) {
			Matcher matcher = ADDRESS.matcher(endpoint.strip());
			int port = !matcher.matches() ? -1 : (matcher.group(3) != null) ? Integer.parseInt(matcher.group(3)) : PORT;
			if (port < 1 || port > LARGEST_PORT) {
				throw new IllegalArgumentException("macula.directory.etcd.endpoints '" + endpoint
						+ "' is not valid: expected a URL such as http://10.0.0.1:2379 or https://etcd-1:2379");
			}
			servers.add(matcher.group(2) + ":" + port);
			("https".equals(matcher.group(1)) ? secure : clear).add(endpoint);
		}
		if (!secure.isEmpty() && !clear.isEmpty()) {
			throw new IllegalArgumentException("macula.directory.etcd.endpoints '" + clear.get(0)
					+ "' is not valid: expected https, as in '" + secure.get(0) + "'");
		}
		return new EtcdAddresses(List.copyOf(servers), !secure.isEmpty());
	}

}
