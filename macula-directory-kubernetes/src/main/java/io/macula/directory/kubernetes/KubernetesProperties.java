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

import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;

/**
 * Settings of the directory {@code kubernetes}.
 *
 * @param namespace Namespace whose EndpointSlices are read; that of the pod, or of the
 * kubeconfig's context, unless set.
 * @param portName Name of the port of Services at which providers listen. A Service with
 * one UDP port needs no such name.
 * @param addressFamily Which address of a provider is taken where it has several.
 * @param services Kubernetes Services by the services that they carry, for those that
 * have neither the label service.macula.io/&lt;service&gt; nor the service's name.
 * @param url URL of the API server; found as in every pod, or in the kubeconfig, unless
 * set.
 * @param token Bearer token for the API server, if the URL is set.
 * @param tokenFile Path of a file with the bearer token, if the URL is set; read anew for
 * each request.
 * @param kubeconfig Path of a kubeconfig file, for applications outside of the cluster.
 * @param context Context of the kubeconfig; its current one unless set.
 * @param ssl Trust and certificate for the API server.
 */
@ConfigurationProperties("macula.directory.kubernetes")
public record KubernetesProperties(@Nullable String namespace, @DefaultValue("macula") String portName,
		@DefaultValue("ipv4") AddressFamily addressFamily, @DefaultValue Map<String, String> services,
		@Nullable String url, @Nullable String token, @Nullable String tokenFile, @Nullable String kubeconfig,
		@Nullable String context, @DefaultValue Ssl ssl) {

	public KubernetesProperties {
		services = Map.copyOf(services);
		namespace = set(namespace);
		url = set(url);
		token = set(token);
		tokenFile = set(tokenFile);
		kubeconfig = set(kubeconfig);
		context = set(context);
	}

	/** As a placeholder without a value is: it sets nothing. */
	private static @Nullable String set(@Nullable String text) {
		return StringUtils.hasText(text) ? text.strip() : null;
	}

	/**
	 * Trust and certificate.
	 *
	 * @param bundle Name of an SSL bundle with the authority of the API server, and this
	 * application's certificate if it has one; instead of those of the pod or the
	 * kubeconfig.
	 */
	public record Ssl(@Nullable String bundle) {

	}

	/** Holds a secret. */
	@Override
	public String toString() {
		return "KubernetesProperties[namespace=" + this.namespace + ", url=" + this.url + "]";
	}

}
