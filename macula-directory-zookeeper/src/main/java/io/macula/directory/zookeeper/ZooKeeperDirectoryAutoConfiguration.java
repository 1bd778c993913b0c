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

package io.macula.directory.zookeeper;

import java.util.Map;

import io.macula.directory.DirectoryEngineFactory;
import io.macula.directory.zookeeper.ZooKeeperSettings.Access;
import io.macula.directory.zookeeper.ZooKeeperSettings.Credentials;
import io.macula.spring.autoconfigure.ConditionalOnDirectoryType;
import io.macula.spring.autoconfigure.MaculaAutoConfiguration;
import org.apache.curator.framework.CuratorFramework;
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
 * Auto-configuration of the directory on ZooKeeper.
 */
@AutoConfiguration(before = MaculaAutoConfiguration.class)
@ConditionalOnClass(CuratorFramework.class)
@EnableConfigurationProperties(ZooKeeperProperties.class)
public final class ZooKeeperDirectoryAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "maculaZooKeeperDirectory")
	DirectoryEngineFactory maculaZooKeeperDirectory(ObjectProvider<ZooKeeperConnectionDetails> details,
			ZooKeeperProperties properties, ObjectProvider<ZooKeeperKeyFiles> keyFiles,
			ObjectProvider<ZooKeeperClientCustomizer> customizers) {
		return DirectoryEngineFactory.of(ZooKeeperDirectory.TYPE, (context) -> ZooKeeperDirectory.engine(context,
				settings(details.getObject(), properties, keyFiles.getObject()),
				(builder) -> customizers.orderedStream().forEach((customizer) -> customizer.customize(builder))));
	}

	@Bean
	@ConditionalOnDirectoryType(ZooKeeperDirectory.TYPE)
	@ConditionalOnMissingBean(ZooKeeperConnectionDetails.class)
	PropertiesZooKeeperConnectionDetails maculaZooKeeperConnectionDetails(ZooKeeperProperties properties,
			ObjectProvider<SslBundles> bundles) {
		return new PropertiesZooKeeperConnectionDetails(properties, bundles.getIfAvailable());
	}

	@Bean
	@ConditionalOnDirectoryType(ZooKeeperDirectory.TYPE)
	ZooKeeperKeyFiles maculaZooKeeperKeyFiles(ZooKeeperProperties properties, ObjectProvider<SslBundles> bundles) {
		ZooKeeperKeyFiles keyFiles = new ZooKeeperKeyFiles();
		String name = properties.ssl().bundle();
		if (name != null && !name.isEmpty()) {
			bundles.ifAvailable((all) -> {
				if (all.getBundleNames().contains(name)) {
					all.addBundleUpdateHandler(name, keyFiles::update);
				}
			});
		}
		return keyFiles;
	}

	private static ZooKeeperSettings settings(ZooKeeperConnectionDetails details, ZooKeeperProperties properties,
			ZooKeeperKeyFiles keyFiles) {
		Credentials credentials = credentials(details.getUsername(), details.getPassword());
		Access access = properties.access();
		if (access == null) {
			access = (credentials != null) ? Access.PRIVATE : Access.OPEN;
		}
		SslBundle bundle = bundle(details, properties);
		Map<String, String> tls = (bundle != null)
				? keyFiles.clientProperties(bundle, properties.ssl().verifyHostname()) : Map.of();
		return new ZooKeeperSettings(details.getConnectString(), properties.prefix(), credentials, access, tls);
	}

	private static @Nullable SslBundle bundle(ZooKeeperConnectionDetails details, ZooKeeperProperties properties) {
		try {
			return details.getSslBundle();
		}
		catch (NoSuchSslBundleException ex) {
			throw new IllegalArgumentException("macula.directory.zookeeper.ssl.bundle '" + properties.ssl().bundle()
					+ "' is not valid: expected the name of a bundle under spring.ssl.bundle", ex);
		}
	}

	private static @Nullable Credentials credentials(@Nullable String username, @Nullable String password) {
		if (username == null && password == null) {
			return null;
		}
		if (username == null || password == null) {
			String missing = (username == null) ? "username" : "password";
			throw new IllegalArgumentException("macula.directory.zookeeper." + missing
					+ " is missing: expected it beside macula.directory.zookeeper."
					+ ((username == null) ? "password" : "username"));
		}
		return new Credentials(username, password);
	}

}
