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

package io.macula.faults;

import java.util.List;
import java.util.Locale;

/**
 * Which versions of the internet protocol the hosts of a world have.
 */
enum Addressing {

	/** IPv4; the client's address is translated. */
	V4("", true, false),

	/** IPv6 and nothing else; the client's address is its own. */
	V6(", IPv6 only", false, true),

	/**
	 * Both. The seeds are named by addresses of either, so that who is found by one is
	 * called by the other.
	 */
	DUAL(", IPv4 and IPv6", true, true);

	private final String title;

	private final boolean four;

	private final boolean six;

	Addressing(String title, boolean four, boolean six) {
		this.title = title;
		this.four = four;
		this.six = six;
	}

	static Addressing of(String name) {
		return valueOf(name.toUpperCase(Locale.ROOT));
	}

	boolean four() {
		return this.four;
	}

	boolean six() {
		return this.six;
	}

	/**
	 * The commands that filter all packets.
	 * @return names of commands
	 */
	List<String> filters() {
		return (this == V4) ? List.of("iptables")
				: (this == V6) ? List.of("ip6tables") : List.of("iptables", "ip6tables");
	}

	/**
	 * Name of a fault in such a network.
	 * @param fault its name in a network of IPv4
	 * @return the name
	 */
	String nameOf(String fault) {
		return (this == V4) ? fault : fault + "-" + name().toLowerCase(Locale.ROOT);
	}

	/**
	 * Title of a fault in such a network.
	 * @param fault its title in a network of IPv4
	 * @return the title
	 */
	String titleOf(String fault) {
		return fault + this.title;
	}

	/**
	 * Address of a host, as it stands before a port. In a network of both, hosts of odd
	 * numbers are known by IPv6, the others by IPv4.
	 * @param number number of the host
	 * @return the address, in brackets if it is of IPv6
	 */
	String address(int number) {
		boolean useSix = (this == DUAL) ? number % 2 == 1 : this.six;
		return useSix ? "[" + six(number) + "]" : four(number);
	}

	static String four(int number) {
		return "10.77.0." + number;
	}

	static String six(int number) {
		return "fd77::" + number;
	}

}
