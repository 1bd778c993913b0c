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

package io.macula.spring.autoconfigure;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

import io.macula.Endpoint;
import io.macula.Route;
import org.jspecify.annotations.Nullable;

import org.springframework.util.StringUtils;

/**
 * The settings of an instance's further addresses.
 */
final class FurtherAddresses {

	private FurtherAddresses() {
	}

	/**
	 * Read them.
	 * @param key of the list
	 * @param texts its elements; blank ones say nothing
	 * @param first the address that they stand beside, or {@code null} if it is chosen
	 * later
	 * @param invalid refuses what is no address, is there twice, or is one too many
	 * @return the addresses in their order
	 */
	static List<Endpoint> parse(String key, List<String> texts, @Nullable Endpoint first, InvalidSettings invalid) {
		LinkedHashSet<Endpoint> further = new LinkedHashSet<>();
		for (int i = 0; i < texts.size(); i++) {
			String text = texts.get(i);
			if (StringUtils.hasText(text)) {
				String place = key + "[" + i + "]";
				Endpoint endpoint = invalid.checkValue(place, text, () -> Endpoint.parse(text));
				if (endpoint.equals(first)) {
					throw invalid.refuse(place, text,
							"an address beside the first one, which is " + first + ": it is dialled before these");
				}
				if (!further.add(endpoint)) {
					throw invalid.refuse(place, text, "each address once");
				}
			}
		}
		if (further.size() > Route.MAX_FURTHER) {
			throw invalid.refuse(key, String.join(",", texts), "at most " + Route.MAX_FURTHER + " addresses");
		}
		return new ArrayList<>(further);
	}

}
