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

package io.macula.codec;

import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZonedDateTime;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonFormat;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.cfg.MapperBuilder;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * The library's own mappers: the wire format belongs to the contract, and no setting of
 * the application's JSON reaches it.
 */
final class PayloadMapper {

	/** Deep enough for data, shallow enough for any thread's stack. */
	static final int MAX_DEPTH = 200;

	/** Beyond it a number costs more than linear time. */
	static final int MAX_NUMBER_LENGTH = 1000;

	/** CBOR counts bytes. */
	private static final int MAX_CBOR_DIGITS = (int) (MAX_NUMBER_LENGTH * Byte.SIZE * Math.log10(2));

	private static final int MAX_KEY_BYTES = 10_000;

	/** Readers count in words of several bytes. */
	private static final int MAX_NAME_LENGTH = MAX_KEY_BYTES + 8;

	private PayloadMapper() {
	}

	/** CBOR, small and fast, with dates as numbers. */
	static MapperBuilder<?, ?> cbor() {
		return cbor(DecodedBound.ofHeap());
	}

	/** The same, with a bound of its own. */
	static MapperBuilder<?, ?> cbor(DecodedBound bound) {
		CBORFactory factory = new BoundedCborFactory(CBORFactory.builder()
			.streamReadConstraints(readConstraints())
			.streamWriteConstraints(writeConstraints())
			.build(), bound);
		// These types would lose their zone as numbers.
		JsonFormat.Value text = JsonFormat.Value.forShape(JsonFormat.Shape.STRING);
		CBORMapper.Builder builder = new CborBuilder(factory)
			.enable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS, DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
			.addModule(new ExactValues(MAX_CBOR_DIGITS));
		for (Class<?> zoned : List.of(OffsetDateTime.class, OffsetTime.class, ZonedDateTime.class)) {
			builder.withConfigOverride(zoned, (override) -> override.setFormat(text));
		}
		return common(builder);
	}

	/** JSON, with dates as ISO 8601 text. */
	static MapperBuilder<?, ?> json() {
		return json(DecodedBound.ofHeap());
	}

	/** The same, with a bound of its own. */
	static MapperBuilder<?, ?> json(DecodedBound bound) {
		JsonFactory factory = new BoundedJsonFactory(JsonFactory.builder()
			.streamReadConstraints(readConstraints())
			.streamWriteConstraints(writeConstraints())
			.build(), bound);
		return common(new JsonBuilder(factory).addModule(new ExactValues(MAX_NUMBER_LENGTH)));
	}

	/** Strings are bounded by the payload, whose length the transport limits. */
	private static StreamReadConstraints readConstraints() {
		return StreamReadConstraints.builder()
			.maxNestingDepth(MAX_DEPTH)
			.maxNumberLength(MAX_NUMBER_LENGTH)
			.maxNameLength(MAX_NAME_LENGTH)
			.maxStringLength(Integer.MAX_VALUE)
			.build();
	}

	/** What the peer would refuse is not sent. */
	private static StreamWriteConstraints writeConstraints() {
		return StreamWriteConstraints.builder().maxNestingDepth(MAX_DEPTH).build();
	}

	private static <M extends ObjectMapper, B extends MapperBuilder<M, B>> B common(B builder) {
		Blackbird.addTo(builder);
		KotlinTypes.addTo(builder);
		return builder.addModule(new DeclaredTypes())
			.addModule(new MapKeys(MAX_KEY_BYTES, MAX_NUMBER_LENGTH))
			.addModule(new ExactNumbers())
			.addModule(new SpreadHashes())
			.addModule(new PrimitiveArrays())
			.addHandler(new OtherCases())
			.annotationIntrospector(AnnotationIntrospector.pair(new ExactAnnotations(), new ContractAnnotations()))
			.polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder().build())
			// What the contract declares is what is written; a subclass never slips in.
			.enable(MapperFeature.USE_STATIC_TYPING)
			// Peers of other versions: what is new there is skipped, what is missing
			// from there has its default.
			.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
			.disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
			.enable(EnumFeature.READ_UNKNOWN_ENUM_VALUES_USING_DEFAULT_VALUE)
			// Nothing is misread as something else.
			.disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
			.enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
			.disable(EnumFeature.READ_ENUMS_USING_TO_STRING, EnumFeature.WRITE_ENUMS_USING_TO_STRING)
			.disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE,
					DateTimeFeature.WRITE_DATES_WITH_CONTEXT_TIME_ZONE, DateTimeFeature.NORMALIZE_DESERIALIZED_ZONE_ID)
			.enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID);
	}

	private static final class CborBuilder extends CBORMapper.Builder {

		CborBuilder(CBORFactory factory) {
			super(factory);
			typeResolverProvider(new LateTypeNames());
		}

	}

	private static final class JsonBuilder extends JsonMapper.Builder {

		JsonBuilder(JsonFactory factory) {
			super(factory);
			typeResolverProvider(new LateTypeNames());
		}

	}

}
