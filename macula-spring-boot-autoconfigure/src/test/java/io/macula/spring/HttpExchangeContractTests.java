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

package io.macula.spring;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One interface and one bean, served over HTTP to partners and over QUIC inside.
 */
class HttpExchangeContractTests {

	private static ConfigurableApplicationContext context;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.SERVLET)
			.run("--server.port=0", "--server.address=127.0.0.1", "--macula.realm.name=test",
					"--macula.realm.secret=Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "--macula.provider.port=0",
					"--macula.provider.address=127.0.0.1", "--macula.provider.grace=1s");
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@Test
	void theSameInterfaceIsAClientOfBoth() {
		Prices overHttp = HttpServiceProxyFactory
			.builderFor(RestClientAdapter.create(RestClient.create("http://127.0.0.1:" + port())))
			.build()
			.createClient(Prices.class);
		Prices overQuic = context.getBean(Caller.class).prices();
		for (Prices prices : List.of(overHttp, overQuic)) {
			assertThat(prices.price("pen", 3)).isEqualTo(new Price("pen", 6));
			assertThat(prices.add(new Price("ink", 4))).isEqualTo(new Price("ink", 5));
		}
		assertThat(overQuic.later("pen").block()).isEqualTo(new Price("pen", 2));
		assertThat(overQuic.all().collectList().block()).hasSize(2);
	}

	@Test
	void partnersSeePlainRest() throws Exception {
		assertThat(get("/prices/pen?count=3")).isEqualTo("{\"article\":\"pen\",\"cents\":6}");
		assertThat(get("/prices/pen/later")).isEqualTo("{\"article\":\"pen\",\"cents\":2}");
	}

	private static String get(String path) throws Exception {
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path)).build(),
					HttpResponse.BodyHandlers.ofString())
			.body();
	}

	private static String port() {
		return context.getEnvironment().getRequiredProperty("local.server.port");
	}

	/** Served over both. */
	@HttpExchange("/prices")
	interface Prices {

		@GetExchange("/{article}")
		Price price(@PathVariable("article") String article, @RequestParam("count") int count);

		@PostExchange
		Price add(@RequestBody Price price);

		@GetExchange("/{article}/later")
		Mono<Price> later(@PathVariable("article") String article);

		@GetExchange
		Flux<Price> all();

	}

	record Price(String article, long cents) {
	}

	@RestController
	@MaculaService("test.prices")
	static class PricesBean implements Prices {

		@Override
		public Price price(String article, int count) {
			return new Price(article, 2L * count);
		}

		@Override
		public Price add(Price price) {
			return new Price(price.article(), price.cents() + 1);
		}

		@Override
		public Mono<Price> later(String article) {
			return Mono.just(new Price(article, 2));
		}

		@Override
		public Flux<Price> all() {
			return Flux.just(new Price("pen", 2), new Price("ink", 4));
		}

	}

	record Caller(Prices prices) {
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(PricesBean.class)
	static class Application {

		@Bean
		Caller caller(@MaculaClient("test.prices") Prices prices) {
			return new Caller(prices);
		}

	}

}
