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

package io.macula.multinode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Instances that stand in the settings of each node.
 */
final class StaticEngine implements Engine {

	@Override
	public String type() {
		return "static";
	}

	@Override
	public List<String> settings(Map<String, String> endpoints, List<String> seeds) {
		List<String> settings = new ArrayList<>();
		int index = 0;
		for (Map.Entry<String, String> node : endpoints.entrySet()) {
			String item = "--macula.directory.static.services.%s[%d].".formatted(ScenarioClient.SERVICE, index++);
			settings.add(item + "node-id=" + node.getKey());
			settings.add(item + "endpoint=" + node.getValue());
		}
		return settings;
	}

}
