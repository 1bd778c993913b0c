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

package io.macula.benchmarks.jmh;

import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.macula.MaculaMethod;
import io.macula.client.RealmClient;
import io.macula.interceptor.ClientInterceptor;
import io.macula.interceptor.ServerInterceptor;
import io.macula.spring.MaculaService;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.slf4j.MDC;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.context.support.GenericApplicationContext;

/**
 * A call over QUIC on the loopback interface, client and provider in one application,
 * with interceptors at both ends: what one more of them costs, and what the ready-made
 * propagation of MDC, tenant, request id and locale does.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class InterceptorBench {

	/** Interceptors at each end, which add an entry of metadata or look at one. */
	@Param({ "0", "1", "5" })
	public int interceptors;

	/** Whether the MDC, the tenant, a request id and the locale travel along. */
	@Param({ "false", "true" })
	public boolean propagation;

	private @Nullable ConfigurableApplicationContext context;

	private Echo echo = CompletableFuture::completedFuture;

	/** Start the application, and call once, so that the connection is there. */
	@Setup
	public void start() {
		SpringApplicationBuilder builder = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("macula.realm.name=bench", "macula.provider.port=0", "macula.provider.address=127.0.0.1",
					"logging.level.root=WARN");
		if (this.propagation) {
			builder.properties("macula.propagation.keys=tenant,user", "macula.propagation.request-id=true",
					"macula.propagation.locale=true");
		}
		ConfigurableApplicationContext started = builder.initializers((context) -> intercept(context)).run();
		this.context = started;
		this.echo = started.getBean(RealmClient.class).proxy(Echo.class, "bench.echo");
		this.echo.echo("a").join();
	}

	private void intercept(ConfigurableApplicationContext context) {
		GenericApplicationContext beans = (GenericApplicationContext) context;
		for (int i = 0; i < this.interceptors; i++) {
			String key = "k" + i;
			beans.registerBean("client" + i, ClientInterceptor.class, () -> (call) -> {
				call.addMetadata(key, "some text");
				return call.proceed();
			});
			beans.registerBean("server" + i, ServerInterceptor.class, () -> (call) -> {
				if (call.call().metadata().get(key) == null) {
					throw new IllegalStateException(key + " did not arrive");
				}
				return call.proceed();
			});
		}
	}

	/** Stop the application. */
	@TearDown
	public void stop() {
		if (this.context != null) {
			this.context.close();
		}
	}

	/**
	 * One call, which the thread waits for.
	 * @return the answer
	 */
	@Benchmark
	public String call() {
		if (this.propagation && MDC.get("tenant") == null) {
			MDC.put("tenant", "a");
			MDC.put("user", "u1");
			LocaleContextHolder.setLocale(Locale.GERMANY);
		}
		return this.echo.echo("twelve chars").join();
	}

	/** The contract. */
	public interface Echo {

		/**
		 * Answer with what is asked.
		 * @param text any text
		 * @return the same
		 */
		@MaculaMethod(nonBlocking = true)
		CompletableFuture<String> echo(String text);

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		@MaculaService("bench.echo")
		Echo echo() {
			return CompletableFuture::completedFuture;
		}

	}

}
