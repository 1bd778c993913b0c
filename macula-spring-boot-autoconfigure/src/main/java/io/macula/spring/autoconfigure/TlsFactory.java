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

import io.macula.transport.TlsContexts;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.StringUtils;

/**
 * Trust between nodes: an SSL bundle where one is named, or else the realm's secret.
 */
final class TlsFactory {

	private final MaculaProperties properties;

	private final @Nullable SslBundles bundles;

	private final InvalidSettings invalid;

	TlsFactory(MaculaProperties properties, @Nullable SslBundles bundles, InvalidSettings invalid) {
		this.properties = properties;
		this.bundles = bundles;
		this.invalid = invalid;
	}

	TlsContexts create() {
		String name = this.properties.ssl().bundle();
		if (StringUtils.hasText(name)) {
			bundle(name);
		}
		throw new UnsupportedOperationException("SecretTls");
	}

	private SslBundle bundle(String name) {
		if (this.bundles == null) {
			throw this.invalid.refuse("macula.ssl.bundle", name, "nothing, as no SSL bundles are configured");
		}
		try {
			return this.bundles.getBundle(name);
		}
		catch (NoSuchSslBundleException ex) {
			throw this.invalid.refuse("macula.ssl.bundle", name,
					(this.bundles.getBundleNames().isEmpty())
							? "the name of a bundle under spring.ssl.bundle, of which there are none"
							: "one of the bundles under spring.ssl.bundle: "
									+ String.join(", ", this.bundles.getBundleNames()));
		}
	}

}
