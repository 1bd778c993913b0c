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

import io.etcd.jetcd.Client;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.spring.autoconfigure.ConditionalOnDirectoryType;
import io.macula.spring.autoconfigure.MaculaAutoConfiguration;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the directory in etcd, taken where {@code macula.directory.type}
 * names {@code etcd}.
 */
@AutoConfiguration(before = MaculaAutoConfiguration.class)
@ConditionalOnClass(Client.class)
@EnableConfigurationProperties(EtcdProperties.class)
public final class EtcdDirectoryAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "maculaEtcdDirectory")
	DirectoryEngineFactory maculaEtcdDirectory(ObjectProvider<EtcdConnectionDetails> details, EtcdProperties properties,
			ObjectProvider<TrustChanges> trust) {
		return DirectoryEngineFactory.of(EtcdDirectory.TYPE, (context) -> EtcdDirectory
			.engine(settings(details.getObject(), properties), context.realm(), trust.getObject()));
	}

	@Bean
	@ConditionalOnDirectoryType(EtcdDirectory.TYPE)
	TrustChanges maculaEtcdTrustChanges(EtcdProperties properties, ObjectProvider<SslBundles> bundles) {
		TrustChanges trust = new TrustChanges();
		String name = properties.ssl().bundle();
		SslBundles all = bundles.getIfAvailable();
		if (name != null && all != null && all.getBundleNames().contains(name)) {
			all.addBundleUpdateHandler(name, (bundle) -> trust.changed());
		}
		return trust;
	}

	static EtcdSettings settings(EtcdConnectionDetails details, EtcdProperties properties) {
		EtcdAddresses addresses = EtcdAddresses.of(details.getEndpoints());
		SslBundle bundle = bundle(details, properties);
		if (bundle != null && !addresses.tls()) {
			throw new IllegalArgumentException("macula.directory.etcd.endpoints '" + details.getEndpoints().get(0)
					+ "' is not valid: expected https, because there is an SSL bundle for etcd"
					+ " (macula.directory.etcd.ssl.bundle)");
		}
		EtcdSettings settings = new EtcdSettings(addresses.servers(), properties.prefix(), details.getUsername(),
				details.getPassword(), null, properties.timeout());
		return addresses.tls() ? settings.withTls(EtcdTls.of(details::getSslBundle)) : settings;
	}

	private static @Nullable SslBundle bundle(EtcdConnectionDetails details, EtcdProperties properties) {
		try {
			return details.getSslBundle();
		}
		catch (NoSuchSslBundleException ex) {
			throw new IllegalArgumentException("macula.directory.etcd.ssl.bundle '" + properties.ssl().bundle()
					+ "' is not valid: expected the name of a bundle under spring.ssl.bundle", ex);
		}
	}

	@Bean
	@ConditionalOnDirectoryType(EtcdDirectory.TYPE)
	@ConditionalOnMissingBean(EtcdConnectionDetails.class)
	PropertiesEtcdConnectionDetails maculaEtcdConnectionDetails(EtcdProperties properties,
			ObjectProvider<SslBundles> bundles) {
		return new PropertiesEtcdConnectionDetails(properties, bundles.getIfAvailable());
	}

}
