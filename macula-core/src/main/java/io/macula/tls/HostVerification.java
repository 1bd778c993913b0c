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

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Which name the certificate of a dialled peer must carry. Immutable.
 */
public final class HostVerification {

	private final boolean enabled;

	private final @Nullable String name;

	private HostVerification(boolean enabled, @Nullable String name) {
		this.enabled = enabled;
		this.name = name;
	}

	/**
	 * The host that was dialled, as HTTPS does.
	 * @return the verification
	 */
	public static HostVerification dialledHost() {
		return new HostVerification(true, null);
	}

	/**
	 * A fixed name, whatever host was dialled: for addresses that no certificate can
	 * name, such as those of pods.
	 * @param name the name, also sent as SNI
	 * @return the verification
	 */
	public static HostVerification fixedName(String name) {
		if (Objects.requireNonNull(name, "name").isBlank()) {
			throw new IllegalArgumentException(
					"The name to verify is blank: expected the DNS name in the certificates");
		}
		return new HostVerification(true, name.trim());
	}

	/**
	 * No name: any holder of any certificate from the trusted issuers may pose as any
	 * provider.
	 * @return no verification
	 */
	public static HostVerification off() {
		return new HostVerification(false, null);
	}

	boolean enabled() {
		return this.enabled;
	}

	@Nullable String name() {
		return this.name;
	}

	@Override
	public String toString() {
		if (!this.enabled) {
			return "no host verification";
		}
		return (this.name != null) ? "peers verified as '" + this.name + "'" : "peers verified by their host";
	}

}
