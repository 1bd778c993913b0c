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
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.macula.ServiceName;
import io.macula.spring.Calculator;
import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaService;
import io.macula.spring.event.ContractsDiffer;
import io.macula.spring.event.InstanceJoined;
import io.macula.spring.event.LeaseGranted;
import io.macula.spring.event.NodeDrained;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of the application events of a node.
 */
@Timeout(60)
class NodeEventTests {

	@Test
	void whatHappensToTheNodeIsPublished() {
		Heard heard;
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.run("--macula.realm.name=test", "--macula.realm.secret=5c1fbe8ad15ee4f07f2db6d40a93e7c1",
					"--macula.node.id=node1", "--macula.provider.port=0", "--macula.provider.address=127.0.0.1",
					"--macula.provider.grace=1s")) {
			heard = context.getBean(Heard.class);
			assertThat(context.getBean(Shop.class).calculator.multiply(2, 3)).isEqualTo(6);
			Awaitility.await().untilAsserted(() -> assertThat(heard.events).hasSize(2));
			assertThat(heard.events)
				.anySatisfy((event) -> assertThat(event).isInstanceOfSatisfying(InstanceJoined.class,
						(joined) -> assertThat(joined.instance().nodeId()).isEqualTo("node1")));
			assertThat(heard.events).contains(new LeaseGranted(java.util.Set.of("test.calculator")));
			assertThat(heard.threads).containsOnly("macula-events-node1");
			context.stop();
			Awaitility.await().untilAsserted(() -> assertThat(heard.events).contains(new NodeDrained(true)));
		}
	}

	@Test
	void versionsOfContractsThatDifferAreTold() {
		try (GenericApplicationContext context = new GenericApplicationContext()) {
			List<Object> heard = new CopyOnWriteArrayList<>();
			NodeEventPublisher publisher = new NodeEventPublisher(context);
			context.addApplicationListener(publisher);
			context.addApplicationListener(ApplicationListener.forPayload((ContractsDiffer event) -> heard.add(event)));
			context.refresh();
			Map<String, List<String>> versions = Map.of("AAAAAAAAAAA", List.of("node1"), "BBBBBBBBBBB",
					List.of("node2"));
			publisher.contractsDiffer("orders", new ServiceName("shop.orders"), versions);
			assertThat(heard).containsExactly(new ContractsDiffer("orders", "shop.orders", versions));
		}
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ ApplicationAvailabilityAutoConfiguration.class, MaculaAutoConfiguration.class })
	@Import({ CalculatorBean.class, Shop.class, Heard.class })
	static class Application {

	}

	static class Heard {

		final List<Object> events = new CopyOnWriteArrayList<>();

		final List<String> threads = new CopyOnWriteArrayList<>();

		@EventListener({ InstanceJoined.class, LeaseGranted.class, NodeDrained.class })
		void hear(Object event) {
			this.threads.add(Thread.currentThread().getName());
			this.events.add(event);
		}

	}

	@MaculaService("test.calculator")
	static class CalculatorBean implements Calculator {

		@Override
		public int multiply(int one, int other) {
			return one * other;
		}

	}

	static class Shop {

		final Calculator calculator;

		Shop(@MaculaClient("test.calculator") Calculator calculator) {
			this.calculator = calculator;
		}

	}

}
