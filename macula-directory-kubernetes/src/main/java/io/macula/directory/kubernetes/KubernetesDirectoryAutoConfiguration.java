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

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.macula.Endpoint;
import io.macula.ServiceName;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.directory.DirectoryEngineFactory.Context;
import io.macula.directory.RemoteEngine;
import io.macula.log.DurationText;
import io.macula.spring.autoconfigure.ConditionalOnDirectoryType;
import io.macula.spring.autoconfigure.MaculaAutoConfiguration;
import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the directories {@code kubernetes} and {@code dns}.
 */
@AutoConfiguration(before = MaculaAutoConfiguration.class)
@ConditionalOnClass(KubernetesClient.class)
@EnableConfigurationProperties({ KubernetesProperties.class, DnsProperties.class })
public final class KubernetesDirectoryAutoConfiguration {

	private static final String PREFIX = "macula.directory.";

	private static final int DNS_PORT = 53;

	private static final int LARGEST_PORT = 65535;

	private static final Duration SHORTEST = Duration.ofMillis(100);

	private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9-]{0,60}[A-Za-z0-9])?");

	private static final Pattern HOST = Pattern
		.compile("(?=.{1,254}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}))*\\.?");

	private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

	/** A key of a map that needs no brackets. */
	private static final Pattern SIMPLE = Pattern.compile("[a-z0-9.-]+");

	@Bean
	@ConditionalOnMissingBean(name = "maculaKubernetesDirectory")
	DirectoryEngineFactory maculaKubernetesDirectory(ObjectProvider<KubernetesConnectionDetails> details,
			KubernetesProperties properties) {
		return DirectoryEngineFactory.of(KubernetesEngine.TYPE,
				(context) -> kubernetes(context, details.getObject(), properties));
	}

	@Bean
	@ConditionalOnMissingBean(name = "maculaDnsDirectory")
	DirectoryEngineFactory maculaDnsDirectory(DnsProperties properties) {
		return DirectoryEngineFactory.of("dns",
				(context) -> RemoteEngine.of("dns", new DnsClient(settings(properties))));
	}

	@Bean
	@ConditionalOnDirectoryType(KubernetesEngine.TYPE)
	@ConditionalOnMissingBean(KubernetesConnectionDetails.class)
	PropertiesKubernetesConnectionDetails maculaKubernetesConnectionDetails(KubernetesProperties properties,
			ObjectProvider<SslBundles> bundles) {
		return new PropertiesKubernetesConnectionDetails(properties, bundles.getIfAvailable());
	}

	static KubernetesEngine kubernetes(Context context, KubernetesConnectionDetails details,
			KubernetesProperties properties) {
		Config config = details.getConfig();
		// Settings that cannot be fail here.
		details.getSslBundle();
		String namespace = (properties.namespace() != null) ? properties.namespace()
				: (config.getNamespace() != null) ? config.getNamespace() : "default";
		require(NAMESPACE.matcher(namespace).matches(), "kubernetes.namespace", namespace,
				"1 to 63 lower-case letters, digits or '-'");
		requireUrl(properties.url());
		properties.services().keySet().forEach((service) -> requireService("kubernetes.services", service));
		properties.services()
			.forEach(
					(service, name) -> require(NAMESPACE.matcher(name).matches(), entry("kubernetes.services", service),
							name, "the name of a Service in namespace '" + namespace + "'"));
		return new KubernetesEngine(new SliceClient(config, details::getSslBundle, namespace,
				new ServiceLabels(context.realm(), properties.services()),
				new SliceReader(properties.portName(), properties.addressFamily(), context.zone())));
	}

	static DnsSettings settings(DnsProperties properties) {
		require(properties.name().contains(DnsSettings.SERVICE), "dns.name", properties.name(),
				"a name with " + DnsSettings.SERVICE + " in it");
		properties.services().forEach((service, name) -> {
			requireService("dns.services", service);
			require(HOST.matcher(name).matches(), entry("dns.services", service), name, "the name of a host");
		});
		require(HOST.matcher(properties.name().replace(DnsSettings.SERVICE, "service")).matches(), "dns.name",
				properties.name(), "the name of a host with " + DnsSettings.SERVICE + " in it");
		require(LABEL.matcher(properties.portName()).matches(), "dns.port-name", properties.portName(),
				"1 to 62 letters, digits or '-'");
		require(properties.port() >= 1 && properties.port() <= LARGEST_PORT, "dns.port", properties.port(),
				"1 to 65535");
		bounded("dns.timeout", properties.timeout(), Duration.ofMinutes(1));
		bounded("dns.min-ttl", properties.minTtl(), Duration.ofHours(1));
		bounded("dns.max-ttl", properties.maxTtl(), Duration.ofDays(1));
		require(properties.maxTtl().compareTo(properties.minTtl()) >= 0, "dns.max-ttl",
				DurationText.setting(properties.maxTtl()),
				"no less than min-ttl, " + DurationText.setting(properties.minTtl()));
		List<InetSocketAddress> servers = new ArrayList<>();
		for (String server : properties.servers()) {
			servers.add(server(server));
		}
		return new DnsSettings(properties.name(), properties.services(), properties.portName(), properties.port(),
				properties.addressFamily(), servers, properties.timeout(), properties.minTtl(), properties.maxTtl());
	}

	private static InetSocketAddress server(String text) {
		InetSocketAddress server;
		// Of DNS over HTTPS, which this is not.
		require(!text.contains("://"), "dns.servers", text, "an address, or address:port, without a scheme");
		try {
			// An IPv6 address may stand without brackets where no port follows.
			boolean bare = text.endsWith("]") || NetUtil.isValidIpV6Address(text) || text.indexOf(':') < 0;
			Endpoint at = bare ? new Endpoint(text.replaceAll("[\\[\\]]", ""), DNS_PORT) : Endpoint.parse(text);
			server = new InetSocketAddress(at.host(), at.port());
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(
					PREFIX + "dns.servers '" + text + "' is not valid: expected an address, or address:port", ex);
		}
		// A name is looked up here alone.
		require(!server.isUnresolved(), "dns.servers", text,
				"an address, or address:port, since no address is found for that name");
		return server;
	}

	/* Less would be a question without a pause. */
	private static void bounded(String key, Duration value, Duration most) {
		require(value.compareTo(SHORTEST) >= 0 && value.compareTo(most) <= 0, key, DurationText.setting(value),
				DurationText.setting(SHORTEST) + " to " + DurationText.setting(most));
	}

	private static void requireService(String key, String name) {
		try {
			new ServiceName(name);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(PREFIX + entry(key, name) + " is of no service: " + ex.getMessage(), ex);
		}
	}

	private static String entry(String key, String name) {
		return SIMPLE.matcher(name).matches() ? key + "." + name : key + "[" + name + "]";
	}

	private static void requireUrl(@Nullable String url) {
		require(url == null || isUrl(url), "kubernetes.url", String.valueOf(url),
				"a URL such as https://kubernetes.example:6443");
	}

	private static boolean isUrl(String text) {
		try {
			URI url = new URI(text);
			return url.getHost() != null && ("https".equals(url.getScheme()) || "http".equals(url.getScheme()))
					&& url.getPort() <= LARGEST_PORT && url.getPort() != 0;
		}
		catch (URISyntaxException ex) {
			return false;
		}
	}

	private static void require(boolean valid, String key, Object value, String expected) {
		if (!valid) {
			throw new IllegalArgumentException(PREFIX + key + " '" + value + "' is not valid: expected " + expected);
		}
	}

}
