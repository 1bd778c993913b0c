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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.macula.node.RealmNodeBuilder;
import io.macula.tls.AllowLists;
import io.macula.tls.PeerAuthorizer;

import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.util.StringUtils;

/**
 * Gives the node the allow-lists of the settings and the {@link PeerAuthorizer} beans of
 * the application: what a peer does must be allowed by all of them.
 */
final class Authorization implements RealmNodeCustomizer {

	private static final String CALL = "macula.security.allow-call";

	private static final String PROVIDE = "macula.security.allow-provide";

	/** Keys of the elements of a list, as the binder gives them. */
	private static final Pattern ELEMENT = Pattern.compile("(.+)\\.[0-9]+");

	/** A service with a character that Boot drops, without the index of a list. */
	private static final Pattern RAW = Pattern.compile(
			"macula\\.security\\.allow[-_]?(call|provide)\\."
					+ "([^\\[\\]]*[^A-Za-z0-9._\\[\\]-][^\\[\\]]*|[^\\[\\]]*\\.)(\\[[0-9]+])?",
			Pattern.CASE_INSENSITIVE);

	private static final Pattern PLAIN = Pattern.compile("[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*");

	private final InvalidSettings invalid;

	private final List<PeerAuthorizer> authorizers = new ArrayList<>();

	Authorization(MaculaProperties.Security security, List<PeerAuthorizer> beans, InvalidSettings invalid) {
		this.invalid = invalid;
		refuseLostCharacters();
		Map<String, List<String>> callers = lists(CALL, security.allowCall());
		Map<String, List<String>> providers = lists(PROVIDE, security.allowProvide());
		if (!callers.isEmpty() || !providers.isEmpty()) {
			this.authorizers.add(new AllowLists(callers, providers));
		}
		this.authorizers.addAll(beans);
	}

	/**
	 * Boot drops what cannot be in a key without brackets: shop.* would be the list of a
	 * service shop., and refuse all others without a word.
	 */
	private void refuseLostCharacters() {
		this.invalid.names().map(RAW::matcher).filter(Matcher::matches).findFirst().ifPresent((raw) -> {
			String service = raw.group(2).endsWith(".") ? raw.group(2) + "*" : raw.group(2);
			String setting = "macula.security.allow-" + raw.group(1).toLowerCase(Locale.ROOT);
			throw new FailureAnalyzedException(
					"The setting " + raw.group() + this.invalid.origin(raw.group())
							+ " is not valid: a key without brackets loses its " + lost(raw.group(2))
							+ ", so that the list would be one of another service.",
					"Write \"[" + service + "]\" as the key below " + setting + " in YAML, or " + setting + "["
							+ service + "] elsewhere.");
		});
	}

	private static String lost(String service) {
		return service.replaceAll(service.endsWith(".") ? "[A-Za-z0-9_-]" : "[A-Za-z0-9._-]", "")
			.chars()
			.distinct()
			.mapToObj((character) -> "'" + (char) character + "'")
			.collect(Collectors.joining(", "));
	}

	private Map<String, List<String>> lists(String prefix, Map<String, String> configured) {
		Map<String, List<String>> lists = new LinkedHashMap<>();
		configured.forEach((name, value) -> {
			Matcher element = ELEMENT.matcher(name);
			String service = element.matches() ? element.group(1) : name;
			String key = PLAIN.matcher(service).matches() ? prefix + "." + service : prefix + "[" + service + "]";
			String set = element.matches() ? key + name.substring(service.length()).replaceAll("\\.(.*)", "[$1]") : key;
			this.invalid.checkValue(set, value, () -> {
				AllowLists.checkService(service);
				return service;
			});
			List<String> entries = lists.computeIfAbsent(service, (any) -> new ArrayList<>());
			for (String entry : StringUtils.trimArrayElements(StringUtils.commaDelimitedListToStringArray(value))) {
				if (!entry.isEmpty()) {
					entries.add(this.invalid.checkValue(set, entry, () -> {
						AllowLists.checkEntry(entry);
						return entry;
					}));
				}
			}
		});
		return lists;
	}

	@Override
	public void customize(RealmNodeBuilder builder) {
		this.authorizers.forEach(builder::authorizer);
	}

}
