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

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;

/**
 * A server of Eureka, alone in its JVM.
 */
public final class EurekaServerMain {

	private EurekaServerMain() {
	}

	/**
	 * Run until the process is ended.
	 * @param arguments the port
	 * @throws ClassNotFoundException if the server is not on the class path
	 */
	public static void main(String[] arguments) throws ClassNotFoundException {
		Class<?> marker = Class
			.forName("org.springframework.cloud.netflix.eureka.server.EurekaServerMarkerConfiguration");
		new SpringApplicationBuilder(Server.class, marker)
			.properties("server.port=" + arguments[0], "spring.application.name=eureka",
					"eureka.client.register-with-eureka=false", "eureka.client.jersey.enabled=false",
					"eureka.client.fetch-registry=false", "eureka.server.enable-self-preservation=false",
					"eureka.server.eviction-interval-timer-in-ms=1000",
					"eureka.server.response-cache-update-interval-ms=1000", "eureka.instance.hostname=127.0.0.1",
					"spring.main.banner-mode=off", "spring.jmx.enabled=false",
					"spring.autoconfigure.exclude=io.macula.spring.autoconfigure.MaculaAutoConfiguration")
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Server {

	}

}
