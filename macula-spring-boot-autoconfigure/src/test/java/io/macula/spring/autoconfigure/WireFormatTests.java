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

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.macula.Code;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.codec.CodecException;
import io.macula.codec.PayloadCodec;
import io.macula.codec.ValueCodec;
import io.macula.node.RealmNode;
import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaService;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORMapper;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests of what travels between two applications: what a customizer sets, if both have
 * it, and nothing of their JSON.
 */
@ExtendWith(OutputCaptureExtension.class)
class WireFormatTests {

	/** As many applications set it, each on its own. */
	private static final String[] JSON = { "spring.jackson.property-naming-strategy=SNAKE_CASE",
			"spring.jackson.time-zone=America/New_York", "spring.jackson.date-format=yyyy",
			"spring.jackson.default-property-inclusion=non_default",
			"spring.jackson.deserialization.fail-on-null-for-primitives=true",
			"spring.jackson.deserialization.fail-on-unknown-properties=true",
			"spring.jackson.datatype.datetime.write-dates-as-timestamps=false",
			"spring.jackson.datatype.enum.write-enums-to-lowercase=true",
			"spring.jackson.factory.constraints.read.max-nesting-depth=2000",
			"spring.jackson.factory.constraints.write.max-nesting-depth=2000" };

	private final Applications applications = new Applications();

	@AfterEach
	void close() {
		this.applications.close();
	}

	@Test
	void whenOnlyTheClientHasACustomizerThenItsCallIsRefusedAndNotProcessed(CapturedOutput output) {
		ConfigurableApplicationContext provider = this.applications.run(Provider.class);
		ConfigurableApplicationContext client = client(SnakeCase.class, provider);
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> ledger(client).book(entry())).satisfies((ex) -> {
			assertThat(ex.code()).isEqualTo(Code.UNIMPLEMENTED);
			assertThat(ex.status().processed()).isEqualTo(Processed.NO);
			assertThat(ex.getMessage()).containsPattern("payload codec 'cbor-[0-9a-f]{8}'")
				.contains("test.ledger", "it knows: cbor, json", "customize alike")
				.endsWith("not processed, and no instance that was asked knows the payload codec)");
		});
		assertThat(provider.getBean(LedgerBean.class).booked).hasValue(0);
		assertThat(output).containsPattern(
				"Clients call with the payload codec cbor-[0-9a-f]{8} \\(naming .*SnakeCaseStrategy\\) instead of 'cbor'; "
						+ "providers have to have it, too")
			.containsOnlyOnce("Clients call with");
	}

	@Test
	void whenANodeOnlyProvidesThenNothingIsSaidOfClients(CapturedOutput output) {
		this.applications.run(this.applications.builder(Provider.class, SnakeCase.class));
		assertThat(output).contains("test.ledger").doesNotContain("Clients call with");
	}

	@Test
	void whenClientsCallWithOneCustomizedCodecThenNothingIsSaidOfOthers(CapturedOutput output) {
		this.applications.run(this.applications.builder(Calls.class, SnakeCase.class), "macula.client.codec=json");
		assertThat(output).containsPattern("Clients call with the payload codec json-[0-9a-f]{8} .* instead of 'json'")
			.containsOnlyOnce("Clients call with");
	}

	@Test
	void whenBothHaveOtherCustomizersThenTheCallIsRefusedAndNotProcessed() {
		ConfigurableApplicationContext provider = this.applications
			.run(this.applications.builder(Provider.class, Money.class));
		ConfigurableApplicationContext client = client(SnakeCase.class, provider);
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> ledger(client).book(entry())).satisfies((ex) -> {
			assertThat(ex.code()).isEqualTo(Code.UNIMPLEMENTED);
			assertThat(ex.status().processed()).isEqualTo(Processed.NO);
			assertThat(ex.getMessage()).contains("it knows: cbor-money-2, json-money-2, cbor, json");
		});
		assertThat(provider.getBean(LedgerBean.class).booked).hasValue(0);
	}

	@Test
	void whenBothHaveTheSameCustomizerThenTheyUseIt() {
		ConfigurableApplicationContext provider = this.applications
			.run(this.applications.builder(Provider.class, SnakeCase.class));
		ConfigurableApplicationContext client = client(SnakeCase.class, provider);
		assertThat(ledger(client).book(entry())).isEqualTo(entry());
		assertThat(provider.getBean(LedgerBean.class).booked).hasValue(1);
	}

	@Test
	void aProviderWithACustomizerServesPlainClients() {
		ConfigurableApplicationContext provider = this.applications
			.run(this.applications.builder(Provider.class, SnakeCase.class));
		ConfigurableApplicationContext plain = client(Calls.class, provider);
		assertThat(ledger(plain).book(entry())).isEqualTo(entry());
		ConfigurableApplicationContext json = client(Calls.class, provider, "macula.client.codec=json");
		assertThat(ledger(json).book(entry())).isEqualTo(entry());
	}

	@Test
	void whenSomeProvidersHaveTheCustomizerThenTheseServeAllCalls() {
		ConfigurableApplicationContext without = this.applications.run(Provider.class);
		ConfigurableApplicationContext with = this.applications
			.run(this.applications.builder(Provider.class, SnakeCase.class), Applications.seed(without));
		ConfigurableApplicationContext client = client(SnakeCase.class, without);
		Awaitility.await()
			.until(() -> client.getBean(RealmNode.class).report().clients().get(0).instances().size() == 2);
		for (int i = 0; i < 20; i++) {
			assertThat(ledger(client).book(entry())).isEqualTo(entry());
		}
		assertThat(without.getBean(LedgerBean.class).booked).hasValue(0);
		assertThat(with.getBean(LedgerBean.class).booked).hasValue(20);
	}

	@Test
	void whenOnlyTheClientHasSettingsAndMappersForItsJsonThenNothingOfThemTravels() {
		ConfigurableApplicationContext provider = this.applications.run(Provider.class);
		ConfigurableApplicationContext client = client(Json.class, provider, JSON);
		assertThat(client.getBean(CBORMapper.class).writeValueAsBytes(entry())).as("they are Boot's, with its settings")
			.asString(StandardCharsets.US_ASCII)
			.contains("entry_kind", "debit")
			.doesNotContain("entryText", "entry_text");
		assertThat(ledger(client).book(entry())).isEqualTo(entry());
		assertThat(ledger(client).book(Entry.EMPTY)).isEqualTo(Entry.EMPTY);
	}

	@Test
	void whenOnlyTheProviderHasSettingsAndMappersForItsJsonThenNothingOfThemTravels() {
		ConfigurableApplicationContext provider = this.applications
			.run(this.applications.builder(Provider.class, Json.class), JSON);
		ConfigurableApplicationContext client = client(Calls.class, provider);
		assertThat(ledger(client).book(entry())).isEqualTo(entry());
		assertThat(ledger(client).book(Entry.EMPTY)).isEqualTo(Entry.EMPTY);
		ConfigurableApplicationContext json = client(Calls.class, provider, "macula.client.codec=json");
		assertThat(ledger(json).book(entry())).isEqualTo(entry());
	}

	@Test
	void whenItsJsonMayBeNestedDeeperThenThePayloadsMayNot() {
		ConfigurableApplicationContext provider = this.applications
			.run(this.applications.builder(Provider.class, Json.class), JSON);
		ConfigurableApplicationContext client = client(Json.class, provider, JSON);
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> ledger(client).sort(box(300)))
			.satisfies((ex) -> {
				assertThat(ex.code()).isEqualTo(Code.INVALID_ARGUMENT);
				assertThat(ex.status().processed()).isEqualTo(Processed.NO);
				assertThat(ex.getMessage()).contains("200").doesNotContain("\n");
			});
		byte[] nested = new CBORMapper(CBORFactory.builder()
			.streamWriteConstraints(StreamWriteConstraints.builder().maxNestingDepth(2000).build())
			.build()).writeValueAsBytes(box(300));
		PayloadCodec cbor = provider.getBean(PayloadCodecs.class).all().get(0);
		ValueCodec codec = cbor.forType(Box.class);
		assertThat(cbor.name()).isEqualTo("cbor");
		assertThatThrownBy(() -> codec.decode(nested)).isInstanceOf(CodecException.class)
			.hasMessageContaining("nested deeper than 200 levels; does it contain itself?");
	}

	private static Entry entry() {
		return new Entry("rent", 0, 7, Kind.DEBIT,
				ZonedDateTime.of(2026, 3, 29, 3, 30, 0, 123456789, ZoneId.of("Europe/Berlin")),
				Instant.ofEpochSecond(1, 1));
	}

	private static Box box(int depth) {
		Box box = new Box(List.of());
		for (int i = 0; i < depth; i++) {
			box = new Box(List.of(box));
		}
		return box;
	}

	private ConfigurableApplicationContext client(Class<?> configuration, ConfigurableApplicationContext provider,
			String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add(Applications.seed(provider));
		return this.applications.run(this.applications.builder(Calls.class, configuration), all.toArray(String[]::new));
	}

	private static Ledger ledger(ConfigurableApplicationContext context) {
		return context.getBean(Caller.class).ledger;
	}

	/** A contract. */
	public interface Ledger {

		Entry book(Entry entry);

		int sort(Box box);

	}

	/** Has what naming, inclusion, zones and dates would change. */
	public record Entry(@Nullable String entryText, int amount, long lineNumber, @Nullable Kind entryKind,
			@Nullable ZonedDateTime bookedAt, @Nullable Instant seenAt) {

		static final Entry EMPTY = new Entry(null, 0, 0, null, null, null);

	}

	/** What an entry is. */
	public enum Kind {

		/** Money that went. */
		DEBIT,
		/** Money that came. */
		CREDIT

	}

	/** May be nested however deep. */
	public record Box(List<Box> content) {

	}

	@MaculaService("test.ledger")
	static class LedgerBean implements Ledger {

		private final AtomicInteger booked = new AtomicInteger();

		@Override
		public Entry book(Entry entry) {
			this.booked.incrementAndGet();
			return entry;
		}

		@Override
		public int sort(Box box) {
			return box.content().size();
		}

	}

	static class Caller {

		@MaculaClient("test.ledger")
		private Ledger ledger;

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Applications.Empty.class, LedgerBean.class })
	static class Provider {

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Applications.Empty.class, Caller.class })
	static class Calls {

	}

	@Configuration(proxyBeanMethods = false)
	static class SnakeCase {

		@Bean
		MaculaCodecCustomizer snakeCase() {
			return (builder) -> builder.naming(PropertyNamingStrategies.SNAKE_CASE);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Money {

		@Bean
		MaculaCodecCustomizer money() {
			return (builder) -> builder.module(new SimpleModule("money")).named("money-2");
		}

	}

	/** Boot's mappers, made of its settings and a module, and one for all else. */
	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(JacksonAutoConfiguration.class)
	static class Json {

		@Bean
		SimpleModule webModule() {
			return new SimpleModule("web").setMixInAnnotation(Entry.class, Hidden.class);
		}

		@Bean
		JsonMapper anotherMapper() {
			return JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE).build();
		}

	}

	@JsonIgnoreProperties({ "entryText", "entry_text" })
	interface Hidden {

	}

}
