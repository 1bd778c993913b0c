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

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;

import io.macula.codec.PayloadCodec;
import io.macula.codec.ValueCodec;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.module.SimpleModule;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class PayloadCodecsTests {

	private static final MaculaCodecCustomizer SNAKE_CASE = (builder) -> builder
		.naming(PropertyNamingStrategies.SNAKE_CASE);

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class))
		.withUserConfiguration(CodecsOnly.class);

	@Test
	void settingsOfTheApplicationsJsonDoNotReachThePayloads() {
		this.runner
			.withPropertyValues("spring.jackson.property-naming-strategy=SNAKE_CASE",
					"spring.jackson.deserialization.fail-on-unknown-properties=true",
					"spring.jackson.default-property-inclusion=non_null")
			.withBean(SimpleModule.class, () -> new SimpleModule("web").setMixInAnnotation(Name.class, Hidden.class))
			.run((context) -> {
				PayloadCodecs codecs = context.getBean(PayloadCodecs.class);
				assertThat(codecs.names()).containsExactly("cbor", "json");
				assertThat(text(codecs.all().get(0))).contains("firstName").contains("Ada");
				assertThat(text(codecs.all().get(1))).isEqualTo("{\"firstName\":\"Ada\"}");
				assertThat(codecs.all()
					.get(1)
					.forType(Name.class)
					.decode("{\"firstName\":\"Ada\",\"new\":1}".getBytes(StandardCharsets.UTF_8)))
					.isEqualTo(new Name("Ada"));
			});
	}

	@Test
	void whatACustomizerSetsIsPartOfTheName() {
		PayloadCodecs plain = PayloadCodecs.of(List.of(), List.of());
		PayloadCodecs snake = PayloadCodecs.of(List.of(SNAKE_CASE), List.of());
		assertThat(plain.resolve("cbor")).isEqualTo("cbor");
		String name = snake.resolve("cbor");
		assertThat(name).matches("cbor-[0-9a-f]{8}");
		assertThat(PayloadCodecs.of(List.of(SNAKE_CASE), List.of()).resolve("cbor")).as("the same at both ends")
			.isEqualTo(name);
		assertThat(snake.names()).as("served beside the plain ones, which a peer without it calls with")
			.containsExactly(name, snake.resolve("json"), "cbor", "json");
		assertThat(text(snake.all().get(0))).contains("first_name");
		assertThat(text(snake.all().get(2))).contains("firstName");
	}

	@Test
	void twoCustomizersInAnotherOrderAreAnotherCodec() {
		MaculaCodecCustomizer money = (builder) -> builder.module(new SimpleModule("money"));
		MaculaCodecCustomizer named = (builder) -> builder.named("money-2");
		String one = PayloadCodecs.of(List.of(SNAKE_CASE, money), List.of()).resolve("cbor");
		assertThat(PayloadCodecs.of(List.of(money, SNAKE_CASE), List.of()).resolve("cbor")).isNotEqualTo(one);
		assertThat(PayloadCodecs.of(List.of(money), List.of()).resolve("cbor")).isNotEqualTo(one);
		assertThat(PayloadCodecs.of(List.of(money, named), List.of()).resolve("cbor")).isEqualTo("cbor-money-2");
	}

	@Test
	void aModuleWithoutANameIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> PayloadCodecs.of(List.of((builder) -> builder.module(new SimpleModule())), List.of()))
			.withMessageContaining("has no name")
			.withMessageContaining("new SimpleModule(\"money\")");
	}

	@Test
	void anOwnCodecOfTheSameNameReplacesThePlainOne() {
		PayloadCodec own = new Own();
		PayloadCodecs codecs = PayloadCodecs.of(List.of(), List.of(own));
		assertThat(codecs.all()).contains(own).hasSize(2);
	}

	private static String text(PayloadCodec codec) {
		return new String(codec.forType(Name.class).encode(new Name("Ada")), StandardCharsets.UTF_8);
	}

	record Name(String firstName) {

	}

	@com.fasterxml.jackson.annotation.JsonIgnoreProperties("firstName")
	interface Hidden {

	}

	private record Own() implements PayloadCodec {

		@Override
		public String name() {
			return "cbor";
		}

		@Override
		public ValueCodec forType(Type type) {
			throw new IllegalArgumentException("nothing");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class CodecsOnly {

		@Bean
		PayloadCodecs codecs(ObjectProvider<MaculaCodecCustomizer> customizers, ObjectProvider<PayloadCodec> own) {
			return new MaculaAutoConfiguration().maculaPayloadCodecs(customizers, own);
		}

	}

}
