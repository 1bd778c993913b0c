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

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.macula.CallContext;
import io.macula.CallOptions;
import io.macula.MaculaCall;
import io.macula.interceptor.ClientInterceptor;
import io.macula.interceptor.ClientInvocation;
import io.macula.interceptor.ServerInterceptor;
import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;

/** Interceptors that are beans, over real QUIC on the loopback interface. */
class InterceptorBeansTests {

	@Test
	void interceptorBeansStandAroundCallsInTheirOrder() {
		try (Applications applications = new Applications()) {
			ConfigurableApplicationContext provider = applications.run(Provider.class);
			ConfigurableApplicationContext client = applications.run(Client.class, Applications.seed(provider));
			Seen seen = client.getBean(Seen.class);
			try (CallOptions.Scope scope = MaculaCall.with("tenant", "a").open()) {
				assertThat(client.getBean(Shop.class).told.tell("x")).isEqualTo("x of a by outer inner");
				assertThat(scope.responseMetadata().get("served-by")).isEqualTo("outer inner");
			}
			assertThat(seen.lines).containsExactly("outer", "inner");
		}
	}

	@Test
	void interceptorsOfACustomizerStandInsideOfBeansAndNotInTheirPlace() {
		try (Applications applications = new Applications()) {
			ConfigurableApplicationContext provider = applications.run(CustomizedProvider.class);
			ConfigurableApplicationContext client = applications.run(CustomizedClient.class,
					Applications.seed(provider));
			try (CallOptions.Scope scope = MaculaCall.with("tenant", "a").open()) {
				assertThat(client.getBean(Shop.class).told.tell("x")).isEqualTo("x of a by outer inner innermost");
				assertThat(scope.responseMetadata().asMap()).containsKeys("served-by", "customized");
			}
		}
	}

	@Test
	void anInterceptorMayCallThroughALazyClient() {
		try (Applications applications = new Applications()) {
			ConfigurableApplicationContext provider = applications.run(Provider.class);
			ConfigurableApplicationContext client = applications.run(AskingClient.class, Applications.seed(provider));
			assertThat(client.getBean(Shop.class).told.tell("x")).isEqualTo("x of tenant of null by asked by null");
		}
	}

	/** What interceptors saw, in order. */
	static final class Seen {

		final Queue<String> lines = new ConcurrentLinkedQueue<>();

	}

	interface Told {

		String tell(String text);

	}

	@MaculaService("test.told")
	static class TellingBean implements Told {

		@Override
		public String tell(String text) {
			CallContext call = CallContext.current();
			return text + " of " + call.metadata().get("tenant") + " by " + call.metadata().get("way");
		}

	}

	static class Shop {

		@MaculaClient("test.told")
		Told told;

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ MaculaAutoConfiguration.class, SslAutoConfiguration.class })
	@Import(TellingBean.class)
	static class Provider {

		@Bean
		@Order(2)
		ServerInterceptor inner() {
			return (call) -> {
				call.call().addResponseMetadata("served-by", "outer inner");
				return call.proceed();
			};
		}

		@Bean
		@Order(1)
		ServerInterceptor outer() {
			return (call) -> {
				call.call().addResponseMetadata("served-by", "outer");
				return call.proceed();
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Provider.class)
	static class CustomizedProvider {

		@Bean
		RealmNodeCustomizer customizer() {
			ServerInterceptor own = (call) -> {
				call.call().addResponseMetadata("customized", "yes");
				return call.proceed();
			};
			return (builder) -> builder.serverInterceptors(List.of(own));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ MaculaAutoConfiguration.class, SslAutoConfiguration.class })
	@Import({ Shop.class, Asking.class })
	static class AskingClient {

	}

	/** Asks for each call but its own. */
	static class Asking implements ClientInterceptor {

		@Lazy
		@MaculaClient(service = "test.told", name = "tenants")
		Told tenants;

		@Override
		public @Nullable Object intercept(ClientInvocation call) throws Throwable {
			if (call.metadata().get("way") == null) {
				String tenant = MaculaCall.with("way", "asked").call(() -> this.tenants.tell("tenant"));
				call.addMetadata("tenant", tenant);
			}
			return call.proceed();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Client.class)
	static class CustomizedClient {

		@Bean
		RealmNodeCustomizer customizer() {
			ClientInterceptor own = (call) -> {
				call.addMetadata("way", call.metadata().get("way") + " innermost");
				return call.proceed();
			};
			return (builder) -> builder.clientInterceptors(List.of(own));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ MaculaAutoConfiguration.class, SslAutoConfiguration.class })
	@Import({ Shop.class, Seen.class })
	static class Client {

		@Bean
		@Order(2)
		ClientInterceptor inner(Seen seen) {
			return (call) -> {
				seen.lines.add("inner");
				call.addMetadata("way", call.metadata().get("way") + " inner");
				return call.proceed();
			};
		}

		@Bean
		@Order(1)
		ClientInterceptor outer(Seen seen) {
			return (call) -> {
				seen.lines.add("outer");
				call.addMetadata("way", "outer");
				return call.proceed();
			};
		}

	}

}
