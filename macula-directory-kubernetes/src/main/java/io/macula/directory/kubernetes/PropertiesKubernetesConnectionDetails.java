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

package io.macula.directory.kubernetes;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.StringUtils;

/**
 * Connection details of the settings.
 */
final class PropertiesKubernetesConnectionDetails implements KubernetesConnectionDetails {

	private final KubernetesProperties properties;

	private final @Nullable SslBundles bundles;

	/** Guarded by this. */
	private @Nullable SslBundle bundle;

	PropertiesKubernetesConnectionDetails(KubernetesProperties properties, @Nullable SslBundles bundles) {
		this.properties = properties;
		this.bundles = bundles;
	}

	@Override
	public Config getConfig() {
		Config base = (this.properties.kubeconfig() != null) ? of(this.properties.kubeconfig())
				: (this.properties.url() != null) ? Config.empty() : found();
		ConfigBuilder builder = new ConfigBuilder(base);
		if (this.properties.url() != null) {
			builder.withMasterUrl(this.properties.url());
		}
		if (this.properties.token() != null) {
			builder.withOauthToken(this.properties.token());
		}
		else if (this.properties.tokenFile() != null) {
			Path file = Path.of(this.properties.tokenFile());
			token(file);
			// Asked for each request: such files are written anew before the token
			// expires.
			builder.withOauthTokenProvider(() -> token(file));
		}
		return builder.build();
	}

	private static String token(Path file) {
		try {
			return Files.readString(file).trim();
		}
		catch (IOException ex) {
			throw new IllegalArgumentException("macula.directory.kubernetes.token-file '" + file
					+ "' is not valid: expected a readable file with a bearer token (" + ex + ")");
		}
	}

	/* In a pod there is no kubeconfig, and its context says nothing. */
	private Config found() {
		Config config = Config.autoConfigure(this.properties.context());
		if (!contexts(config).isEmpty()) {
			requireContext(config, String.join(", ", Config.getKubeconfigFilenames()));
		}
		return config;
	}

	private Config of(String kubeconfig) {
		Config config = read(kubeconfig);
		requireContext(config, kubeconfig);
		if (config.getCurrentContext() == null) {
			throw new IllegalArgumentException("macula.directory.kubernetes.kubeconfig '" + kubeconfig
					+ "' is not valid: it has no current context: expected one of " + contexts(config)
					+ ", there or in macula.directory.kubernetes.context");
		}
		return config;
	}

	private Config read(String kubeconfig) {
		Path path = Path.of(kubeconfig);
		try {
			return Config.fromKubeconfig(this.properties.context(), Files.readString(path),
					new File(kubeconfig).getAbsolutePath());
		}
		catch (IOException | RuntimeException ex) {
			throw new IllegalArgumentException("macula.directory.kubernetes.kubeconfig '" + kubeconfig
					+ "' is not valid: expected a readable kubeconfig file (" + ex + ")", ex);
		}
	}

	/* The client takes the current one instead, which may be of another cluster. */
	private void requireContext(Config config, String kubeconfig) {
		String context = this.properties.context();
		List<String> present = contexts(config);
		if (context != null && !present.contains(context)) {
			throw new IllegalArgumentException("macula.directory.kubernetes.context '" + context
					+ "' is not valid: expected one of " + present + ", the contexts of kubeconfig " + kubeconfig);
		}
	}

	private static List<String> contexts(Config config) {
		List<NamedContext> contexts = config.getContexts();
		return (contexts != null) ? contexts.stream().map(NamedContext::getName).sorted().toList() : List.of();
	}

	@Override
	public synchronized @Nullable SslBundle getSslBundle() {
		String name = this.properties.ssl().bundle();
		if (!StringUtils.hasText(name)) {
			return null;
		}
		if (this.bundles == null) {
			throw new IllegalArgumentException("macula.directory.kubernetes.ssl.bundle '" + name
					+ "' is not valid: there are no SSL bundles (spring.ssl.bundle)");
		}
		if (this.bundle == null) {
			try {
				this.bundle = this.bundles.getBundle(name);
			}
			catch (NoSuchSslBundleException ex) {
				throw new IllegalArgumentException("macula.directory.kubernetes.ssl.bundle '" + name
						+ "' is not valid: expected the name of a bundle under spring.ssl.bundle", ex);
			}
			this.bundles.addBundleUpdateHandler(name, this::updated);
		}
		return this.bundle;
	}

	private synchronized void updated(SslBundle updated) {
		this.bundle = updated;
	}

}
