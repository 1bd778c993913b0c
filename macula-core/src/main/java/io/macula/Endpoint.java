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

package io.macula;

import java.io.Serializable;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

import io.macula.log.Printable;
import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/**
 * Address at which an instance listens: a host and a UDP port. Immutable.
 * <p>
 * An IPv6 address may be given in any form and is kept in its short one (RFC 5952), with
 * its zone as it was given, so that one address is one endpoint; an IPv4 address that is
 * mapped into IPv6 is kept as IPv4. Nothing is looked up.
 *
 * @param host host name, IPv4 address, or IPv6 address without brackets; at most
 * {@value #MAX_HOST} characters of ASCII
 * @param port 1 to 65535
 */
public record Endpoint(String host, int port) implements Comparable<Endpoint>, Serializable {

	/** Most characters of a host: a name of the name service has no more. */
	public static final int MAX_HOST = 255;

	/** What can only be an address: no name service is asked for such a text. */
	private static final Pattern IPV6 = Pattern.compile("\\p{XDigit}{0,4}:[\\p{XDigit}:.]+");

	public Endpoint {
		Objects.requireNonNull(host, "host");
		if (host.isEmpty() || host.length() > MAX_HOST
				|| host.chars().anyMatch((c) -> c <= ' ' || c > '~' || c == '/' || c == '[' || c == ']')) {
			throw new IllegalArgumentException("Endpoint host '" + Printable.text(host, MAX_HOST)
					+ "' is not valid: expected a name or an address of at most " + MAX_HOST
					+ " characters of ASCII (for others the form that begins with xn--)");
		}
		if (port < 1 || port > 65535) {
			throw new IllegalArgumentException(
					"Endpoint port " + port + " of '" + host + "' is not valid: expected 1 to 65535");
		}
		host = (host.indexOf(':') >= 0) ? shortForm(host) : host;
	}

	/**
	 * Parse {@code host:port}, {@code [ipv6]:port}, either with a {@code quic://} or
	 * {@code https://} prefix and an optional trailing slash.
	 * @param text the text to parse
	 * @return the endpoint
	 * @throws IllegalArgumentException if the text is not such an address; the message
	 * names the text and the expected form
	 */
	public static Endpoint parse(String text) {
		Objects.requireNonNull(text, "text");
		String rest = stripScheme(text.trim());
		if (rest.endsWith("/")) {
			rest = rest.substring(0, rest.length() - 1);
		}
		int colon = rest.lastIndexOf(':');
		if (colon <= 0 || colon == rest.length() - 1 || rest.endsWith("]")) {
			throw new IllegalArgumentException("Endpoint '" + Printable.text(text)
					+ "' is not valid: expected host:port, for example node1.example.org:9443");
		}
		String host = rest.substring(0, colon);
		if (host.startsWith("[") && host.endsWith("]")) {
			host = host.substring(1, host.length() - 1);
		}
		else if (host.indexOf(':') >= 0) {
			throw new IllegalArgumentException("Endpoint '" + Printable.text(text)
					+ "' is not valid: expected an IPv6 address in brackets, for example [::1]:9443");
		}
		try {
			return new Endpoint(host, Integer.parseInt(rest.substring(colon + 1)));
		}
		catch (NumberFormatException ex) {
			throw new IllegalArgumentException("Endpoint '" + Printable.text(text) + "' is not valid: '"
					+ Printable.text(rest.substring(colon + 1)) + "' is not a port, expected 1 to 65535", ex);
		}
	}

	/**
	 * The endpoint at an address: without the zone of an IPv6 address, which means
	 * nothing elsewhere.
	 * @param address the address
	 * @param port the port, from 1 to 65535
	 * @return the endpoint
	 */
	public static Endpoint of(InetAddress address, int port) {
		String text = address.getHostAddress();
		int zone = text.indexOf('%');
		return new Endpoint((zone < 0) ? text : text.substring(0, zone), port);
	}

	/** A text that is no address after all stays as it is: no name service knows it. */
	private static String shortForm(String host) {
		int zone = host.indexOf('%');
		String text = (zone < 0) ? host : host.substring(0, zone);
		if (!IPV6.matcher(text).matches()) {
			return host;
		}
		try {
			InetAddress address = InetAddress.getByName(text);
			String shortest = NetUtil.toAddressString(address);
			return (zone < 0 || address instanceof Inet4Address) ? shortest : shortest + host.substring(zone);
		}
		catch (UnknownHostException ex) {
			return host;
		}
	}

	private static String stripScheme(String text) {
		int scheme = text.indexOf("://");
		if (scheme < 0) {
			return text;
		}
		String name = text.substring(0, scheme).toLowerCase(Locale.ROOT);
		if (!name.equals("quic") && !name.equals("https")) {
			throw new IllegalArgumentException("Endpoint '" + Printable.text(text) + "' is not valid: the scheme '"
					+ Printable.text(name) + "' is not supported, expected quic:// or https:// or none");
		}
		return text.substring(scheme + 3);
	}

	@Override
	public int compareTo(Endpoint other) {
		int byHost = this.host.compareTo(other.host);
		return (byHost != 0) ? byHost : Integer.compare(this.port, other.port);
	}

	@Override
	public String toString() {
		return (this.host.indexOf(':') >= 0) ? "[" + this.host + "]:" + this.port : this.host + ":" + this.port;
	}

	/*
	 * By hand, as in other records that are keys before the first call: what the record
	 * would have is made of method handles, and linking these takes milliseconds.
	 */
	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof Endpoint that && this.port == that.port && this.host.equals(that.host);
	}

	@Override
	public int hashCode() {
		return 31 * this.host.hashCode() + this.port;
	}

}
