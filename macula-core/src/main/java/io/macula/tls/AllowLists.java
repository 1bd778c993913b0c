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

package io.macula.tls;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import io.macula.ServiceName;
import org.jspecify.annotations.Nullable;

/**
 * Who may call, and who may provide, which service, by the names in certificates.
 * Immutable.
 * <p>
 * A list belongs to a service, or with {@code *} at its end to all services whose names
 * begin so. Of several that match, the service's own counts, else the one with the
 * longest beginning. As soon as there is one list, services that none matches are
 * refused: {@code *} stands for all others. An entry of a list is
 * <ul>
 * <li>{@code spiffe://shop/orders}, {@code spiffe://shop/*}: a URI. {@code *} stands for
 * any characters of the path;</li>
 * <li>{@code orders.example.org}, {@code *.orders.example.org}: a host name. {@code *} is
 * the whole first label, or any labels in its place;</li>
 * <li>{@code sha256:<64 hexadecimal digits>}: a public key;</li>
 * <li>{@code *}: every peer of the realm.</li>
 * </ul>
 */
public final class AllowLists implements PeerAuthorizer {

	/** What an entry looks like, for messages. */
	public static final String ENTRIES = "a URI such as spiffe://shop/orders or spiffe://shop/*, a host name such as "
			+ "orders.example.org or *.example.org, sha256: and 64 hexadecimal digits, or * for every peer";

	/** What the key of a list looks like, for messages. */
	public static final String SERVICES = "the name of a service, the beginning of one and *, or * for all others";

	private static final Pattern URI = Pattern.compile("[a-z][a-z0-9+.-]*://[^/*\\s\\p{Cntrl}]+(/[^\\s\\p{Cntrl}]*)?");

	private static final Pattern HOST = Pattern
		.compile("(\\*\\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*");

	private static final Pattern KEY = Pattern.compile("sha256:[0-9a-f]{64}");

	private static final Pattern SERVICE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._$-]{0,198}\\*|\\*");

	private static final int LONGEST_ENTRY = 512;

	private final Map<String, Predicate<PeerIdentity>> callers;

	private final Map<String, Predicate<PeerIdentity>> providers;

	/**
	 * Lists; an empty map allows everything.
	 * @param callers who may call, by service or pattern
	 * @param providers who may provide, by service or pattern
	 * @throws IllegalArgumentException if a pattern is not valid; the message names it
	 */
	public AllowLists(Map<String, List<String>> callers, Map<String, List<String>> providers) {
		this.callers = compile(callers);
		this.providers = compile(providers);
	}

	private static Map<String, Predicate<PeerIdentity>> compile(Map<String, List<String>> lists) {
		Map<String, Predicate<PeerIdentity>> compiled = new LinkedHashMap<>();
		lists.forEach((service, entries) -> {
			checkService(service);
			List<Predicate<PeerIdentity>> all = new ArrayList<>();
			entries.forEach((entry) -> all.add(compile(entry)));
			compiled.put(service, (peer) -> all.stream().anyMatch((entry) -> entry.test(peer)));
		});
		return compiled;
	}

	/**
	 * Whether lists can be kept under a key.
	 * @param service the key
	 * @throws IllegalArgumentException if not
	 */
	public static void checkService(String service) {
		if (SERVICE.matcher(service).matches()) {
			return;
		}
		String reason = "The key '" + TlsFailures.printable(service) + "' of an allow-list is not valid: expected "
				+ SERVICES;
		try {
			new ServiceName(service);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(reason, ex);
		}
		if (service.endsWith(".")) {
			throw new IllegalArgumentException(reason);
		}
	}

	/**
	 * Whether an entry can be part of a list.
	 * @param entry the entry
	 * @throws IllegalArgumentException if not
	 */
	public static void checkEntry(String entry) {
		compile(entry);
	}

	private static Predicate<PeerIdentity> compile(String entry) {
		String lower = entry.toLowerCase(Locale.ROOT);
		if (entry.length() <= LONGEST_ENTRY) {
			if (entry.equals("*")) {
				return (peer) -> true;
			}
			if (KEY.matcher(lower).matches()) {
				return (peer) -> lower.endsWith(":" + peer.publicKeyHash());
			}
			if (URI.matcher(entry).matches()) {
				return any(entry, PeerIdentity::uris);
			}
			if (HOST.matcher(lower).matches()) {
				return any(lower, PeerIdentity::dnsNames);
			}
		}
		throw new IllegalArgumentException(
				"The entry '" + TlsFailures.printable(entry) + "' of an allow-list is not valid: expected " + ENTRIES);
	}

	private static Predicate<PeerIdentity> any(String entry, Function<PeerIdentity, List<String>> names) {
		List<String> parts = List.of(entry.split("\\*", -1));
		return (peer) -> names.apply(peer).stream().anyMatch((name) -> matches(name, parts));
	}

	/** In linear time, whatever the peer's name is: each part at its first place. */
	private static boolean matches(String name, List<String> parts) {
		String first = parts.get(0);
		String last = parts.get(parts.size() - 1);
		if (parts.size() == 1) {
			return name.equals(first);
		}
		if (name.length() < first.length() + last.length() || !name.startsWith(first) || !name.endsWith(last)) {
			return false;
		}
		int from = first.length();
		for (String part : parts.subList(1, parts.size() - 1)) {
			int at = name.indexOf(part, from);
			if (at < 0) {
				return false;
			}
			from = at + part.length();
		}
		return from <= name.length() - last.length();
	}

	/**
	 * Whether there is any list, so that services without one are refused.
	 * @param call of those who may call, or of those who may provide
	 */
	boolean any(boolean call) {
		return !lists(call).isEmpty();
	}

	/**
	 * The key of the list that holds for a service, or {@code null} if there is none.
	 * @param call of those who may call, or of those who may provide
	 */
	@Nullable String holding(ServiceName service, boolean call) {
		return key(lists(call), service.value());
	}

	private Map<String, Predicate<PeerIdentity>> lists(boolean call) {
		return call ? this.callers : this.providers;
	}

	@Override
	public boolean mayCall(PeerIdentity peer, ServiceName service) {
		return allowed(this.callers, peer, service.value());
	}

	@Override
	public boolean mayProvide(PeerIdentity peer, ServiceName service) {
		return allowed(this.providers, peer, service.value());
	}

	private static boolean allowed(Map<String, Predicate<PeerIdentity>> lists, PeerIdentity peer, String service) {
		if (lists.isEmpty()) {
			return true;
		}
		String key = key(lists, service);
		Predicate<PeerIdentity> list = (key != null) ? lists.get(key) : null;
		return list != null && list.test(peer);
	}

	private static @Nullable String key(Map<String, Predicate<PeerIdentity>> lists, String service) {
		if (lists.containsKey(service)) {
			return service;
		}
		String longest = null;
		for (String key : lists.keySet()) {
			if (key.endsWith("*") && service.startsWith(key.substring(0, key.length() - 1))
					&& (longest == null || key.length() > longest.length())) {
				longest = key;
			}
		}
		return longest;
	}

}
