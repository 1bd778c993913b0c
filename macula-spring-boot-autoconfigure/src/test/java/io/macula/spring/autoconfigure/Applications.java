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

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

import io.macula.node.RealmNode;
import io.macula.spring.MaculaService;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * Starts real applications in one realm on the loopback interface, and closes them in the
 * opposite order.
 */
final class Applications implements AutoCloseable {

	final String secret = randomSecret();

	private final List<ConfigurableApplicationContext> started = new ArrayList<>();

	/** As {@code openssl rand -base64 32} makes it. */
	static String randomSecret() {
		byte[] random = new byte[32];
		new SecureRandom().nextBytes(random);
		return Base64.getEncoder().encodeToString(random);
	}

	SpringApplicationBuilder builder(Class<?>... configurations) {
		return new SpringApplicationBuilder(configurations).web(WebApplicationType.NONE)
			.properties("macula.realm.name=test", "macula.realm.secret=" + this.secret, "macula.provider.port=0",
					"macula.provider.address=127.0.0.1", "macula.provider.grace=2s", "spring.main.banner-mode=off",
					"spring.jmx.enabled=false");
	}

	ConfigurableApplicationContext run(Class<?> configuration, String... properties) {
		return run(builder(configuration), properties);
	}

	ConfigurableApplicationContext run(SpringApplicationBuilder builder, String... properties) {
		String[] arguments = Stream.of(properties).map((property) -> "--" + property).toArray(String[]::new);
		ConfigurableApplicationContext context = builder.run(arguments);
		this.started.add(context);
		return context;
	}

	static String seed(ConfigurableApplicationContext provider) {
		return "macula.realm.seeds=127.0.0.1:" + provider.getBean(RealmNode.class).port();
	}

	@Override
	public void close() {
		for (int i = this.started.size() - 1; i >= 0; i--) {
			this.started.get(i).close();
		}
	}

	/** A contract whose calls tell who answered. */
	interface Echo {

		String echo(String text);

	}

	/** Answers at once. */
	@MaculaService("test.echo")
	static class EchoBean implements Echo {

		@Override
		public String echo(String text) {
			return "echo " + text;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ MaculaAutoConfiguration.class, SslAutoConfiguration.class,
			LifecycleAutoConfiguration.class })
	static class Empty {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Empty.class, EchoBean.class })
	static class Provider {

	}

}
