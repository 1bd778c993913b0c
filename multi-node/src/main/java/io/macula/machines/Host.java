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

package io.macula.machines;

import java.util.regex.Pattern;

import io.macula.Endpoint;
import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/**
 * What may stand for a machine in the hosts file: a host name or an IP address, without
 * anything that a shell or ssh would read otherwise.
 */
final class Host {

	private static final Pattern CHARACTERS = Pattern.compile("[A-Za-z0-9:][A-Za-z0-9._:%-]{0,252}");

	private static final Pattern NAME = Pattern
		.compile("[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)*\\.?");

	/** What ends like this is an address of IPv4, or nothing: no host has such a name. */
	private static final Pattern NUMERIC = Pattern.compile("(.*\\.)?[0-9]+\\.?");

	private static final Pattern ENDPOINT = Pattern.compile("(\\[[^\\]]+\\]|[^:\\[\\]]+):[0-9]{1,5}");

	private Host() {
	}

	/**
	 * Whether a text is a host name, or an address of one machine.
	 * @param text the text
	 * @return false if it is neither, or an address of all machines
	 */
	static boolean isValid(String text) {
		if (!CHARACTERS.matcher(text).matches()) {
			return false;
		}
		if (text.indexOf(':') >= 0) {
			return NetUtil.isValidIpV6Address(text) && !text.endsWith("%") && !isWildcard(text);
		}
		return NUMERIC.matcher(text).matches() ? NetUtil.isValidIpV4Address(text) && !isWildcard(text)
				: NAME.matcher(text).matches();
	}

	/**
	 * A host and a port, without a scheme.
	 * @param text the text
	 * @return the endpoint, or {@code null} if it is none
	 */
	static @Nullable Endpoint endpoint(String text) {
		if (!ENDPOINT.matcher(text).matches()) {
			return null;
		}
		try {
			Endpoint endpoint = Endpoint.parse(text);
			return isValid(endpoint.host()) ? endpoint : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	/**
	 * Whether it is an address that means something on one link alone.
	 * @param host a valid host
	 * @return true if it is link-local
	 */
	static boolean isLinkLocal(String host) {
		byte[] bytes = bytes(host);
		return bytes != null && ((bytes.length == 4) ? bytes[0] == (byte) 169 && bytes[1] == (byte) 254
				: bytes[0] == (byte) 0xfe && (bytes[1] & 0xc0) == 0x80);
	}

	private static boolean isWildcard(String address) {
		byte[] bytes = bytes(address);
		if (bytes != null) {
			for (byte part : bytes) {
				if (part != 0) {
					return false;
				}
			}
		}
		return bytes != null;
	}

	private static byte @Nullable [] bytes(String host) {
		int zone = host.indexOf('%');
		return NetUtil.createByteArrayFromIpAddressString((zone < 0) ? host : host.substring(0, zone));
	}

}
