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

package io.macula.directory.springcloud;

import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * Applications that are registered in a server of Eureka, within the test or in a JVM of
 * their own.
 */
public final class EurekaApplication {

	private EurekaApplication() {
	}

	/**
	 * Serve until the process is ended.
	 * @param arguments URL of the server and name of the application
	 */
	public static void main(String[] arguments) {
		run(arguments[0], arguments[1], Applications.Provider.class);
	}

	static ConfigurableApplicationContext run(String url, String name, Class<?> configuration, String... settings) {
		String secret = Base64.getEncoder().encodeToString("a secret of thirty-two characters".getBytes());
		List<String> all = List.of("macula.realm.name=test", "macula.realm.secret=" + secret, "macula.node.id=" + name,
				"macula.provider.port=0", "macula.provider.address=127.0.0.1", "macula.provider.grace=2s",
				"macula.directory.type=discovery-client", "macula.directory.lease=3s",
				"macula.directory.discovery-client.interval=1s", "spring.main.banner-mode=off",
				"spring.jmx.enabled=false", "spring.application.name=" + name,
				"eureka.client.service-url.defaultZone=" + url, "eureka.client.jersey.enabled=false",
				"eureka.client.registry-fetch-interval-seconds=1",
				"eureka.client.instance-info-replication-interval-seconds=1",
				"eureka.client.initial-instance-info-replication-interval-seconds=1",
				"eureka.instance.lease-renewal-interval-in-seconds=1",
				"eureka.instance.lease-expiration-duration-in-seconds=3", "eureka.instance.instance-id=" + name);
		return new SpringApplicationBuilder(configuration, Setup.class).web(WebApplicationType.NONE)
			.run(Stream.concat(all.stream(), Stream.of(settings))
				.map((setting) -> "--" + setting)
				.toArray(String[]::new));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Setup {

	}

}
