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

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.StringUtils;

/**
 * How the settings of the application say that etcd is reached.
 */
final class PropertiesEtcdConnectionDetails implements EtcdConnectionDetails {

	private final EtcdProperties properties;

	private final @Nullable SslBundles bundles;

	PropertiesEtcdConnectionDetails(EtcdProperties properties, @Nullable SslBundles bundles) {
		this.properties = properties;
		this.bundles = bundles;
	}

	@Override
	public List<String> getEndpoints() {
		return this.properties.endpoints();
	}

	@Override
	public @Nullable String getUsername() {
		return StringUtils.hasText(this.properties.username()) ? this.properties.username() : null;
	}

	@Override
	public @Nullable String getPassword() {
		return StringUtils.hasText(this.properties.password()) ? this.properties.password() : null;
	}

	@Override
	public @Nullable SslBundle getSslBundle() {
		String name = this.properties.ssl().bundle();
		if (!StringUtils.hasText(name)) {
			return null;
		}
		if (this.bundles == null) {
			throw new IllegalArgumentException("macula.directory.etcd.ssl.bundle '" + name
					+ "' is not valid: this application has no SSL bundles");
		}
		return this.bundles.getBundle(name);
	}

}
