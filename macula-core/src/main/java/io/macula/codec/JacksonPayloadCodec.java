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

import java.lang.reflect.Type;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Objects;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.MapperBuilder;
import tools.jackson.databind.deser.AbstractDeserializer;
import tools.jackson.databind.deser.ValueInstantiator;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * Payload codecs on Jackson: CBOR, the default, and JSON. Safe for all threads.
 *
 * <p>
 * Values are coded as their declared type. Class names never travel: a mapper with
 * default typing is refused, the mappers made here refuse class names that come from
 * annotations too, and subtypes need {@code @JsonSubTypes} with names. Bytes after the
 * value are an error, properties that this end does not know are not (with the mappers
 * made here). {@code void} has an empty payload. Exceptions travel as their message and
 * the properties that their class adds, without cause and stack trace.
 */
public final class JacksonPayloadCodec implements PayloadCodec {

	/** Deep enough for data, shallow enough for any thread's stack. */
	private static final int MAX_DEPTH = 200;

	/** Beyond it a number costs more than linear time. */
	private static final int MAX_NUMBER_LENGTH = 1000;

	private static final int MAX_NAME_LENGTH = 10_000;

	private final String name;

	private final ObjectMapper mapper;

	private final ObjectMapper throwableMapper;

	private JacksonPayloadCodec(String name, ObjectMapper mapper) {
		JavaType any = mapper.constructType(Object.class);
		if (mapper.deserializationConfig().getDefaultTyper(any) != null
				|| mapper.serializationConfig().getDefaultTyper(any) != null) {
			throw new IllegalArgumentException("The mapper of the payload codec '" + name
					+ "' has default typing, which lets the peer choose classes to instantiate: remove activateDefaultTyping(...), and name the subtypes with @JsonTypeInfo(use = NAME) and @JsonSubTypes");
		}
		this.name = name;
		this.mapper = mapper;
		this.throwableMapper = mapper.rebuild().addMixIn(Throwable.class, ThrowableProperties.class).build();
	}

	/**
	 * CBOR, small and fast, with dates as numbers.
	 * @return a new codec {@code cbor}
	 */
	public static JacksonPayloadCodec cbor() {
		CBORFactory factory = CBORFactory.builder().streamReadConstraints(constraints()).build();
		// These types would lose their zone as numbers.
		JsonFormat.Value text = JsonFormat.Value.forShape(JsonFormat.Shape.STRING);
		CBORMapper.Builder builder = CBORMapper.builder(factory)
			.enable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS, DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS);
		for (Class<?> zoned : List.of(OffsetDateTime.class, OffsetTime.class, ZonedDateTime.class)) {
			builder.withConfigOverride(zoned, (override) -> override.setFormat(text));
		}
		return cbor(defaults(builder).build());
	}

	/**
	 * CBOR as a mapper says.
	 * @param mapper the mapper, whose settings and limits apply
	 * @return a new codec {@code cbor}
	 * @throws IllegalArgumentException if the mapper has default typing
	 */
	public static JacksonPayloadCodec cbor(CBORMapper mapper) {
		return new JacksonPayloadCodec("cbor", Objects.requireNonNull(mapper, "mapper"));
	}

	/**
	 * JSON, for people who look at payloads, with dates as ISO 8601 text.
	 * @return a new codec {@code json}
	 */
	public static JacksonPayloadCodec json() {
		JsonFactory factory = JsonFactory.builder().streamReadConstraints(constraints()).build();
		return json(defaults(JsonMapper.builder(factory)).build());
	}

	/**
	 * JSON as a mapper says.
	 * @param mapper the mapper, whose settings and limits apply
	 * @return a new codec {@code json}
	 * @throws IllegalArgumentException if the mapper has default typing
	 */
	public static JacksonPayloadCodec json(JsonMapper mapper) {
		return new JacksonPayloadCodec("json", Objects.requireNonNull(mapper, "mapper"));
	}

	/** Strings are bounded by the payload, whose length the transport limits. */
	private static StreamReadConstraints constraints() {
		return StreamReadConstraints.builder()
			.maxNestingDepth(MAX_DEPTH)
			.maxNumberLength(MAX_NUMBER_LENGTH)
			.maxNameLength(MAX_NAME_LENGTH)
			.maxStringLength(Integer.MAX_VALUE)
			.build();
	}

	private static <M extends ObjectMapper, B extends MapperBuilder<M, B>> B defaults(B builder) {
		Blackbird.addTo(builder);
		return builder.polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder().build())
			.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
			// A peer that does not know a new property yet does not send it.
			.disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
			.disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
			.enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID);
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public ValueCodec forType(Type type) {
		Objects.requireNonNull(type, "type");
		if (type == void.class || type == Void.class) {
			return VoidCodec.INSTANCE;
		}
		try {
			JavaType javaType = this.mapper.constructType(type);
			boolean throwable = javaType.isTypeOrSubTypeOf(Throwable.class);
			ObjectMapper mapper = throwable ? this.throwableMapper : this.mapper;
			requireInstantiable(mapper, javaType, throwable);
			ObjectReader reader = mapper.readerFor(javaType).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
			if (javaType.isPrimitive()) {
				reader = reader.with(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);
			}
			JacksonValueCodec codec = new JacksonValueCodec(type.getTypeName(), javaType.isPrimitive(),
					mapper.writerFor(javaType), reader);
			codec.prepare();
			return codec;
		}
		catch (JacksonException | CodecException | IllegalArgumentException ex) {
			throw new IllegalArgumentException("Values of " + type.getTypeName() + " cannot be coded as " + this.name
					+ ": " + JacksonValueCodec.reason(ex), ex);
		}
	}

	/** What would fail at every call has to fail at start. */
	private static void requireInstantiable(ObjectMapper mapper, JavaType type, boolean throwable) {
		ValueDeserializer<?> deserializer = mapper._deserializationContext().findRootValueDeserializer(type);
		if (deserializer instanceof AbstractDeserializer) {
			throw new IllegalArgumentException(
					"the type is abstract and nothing says what to make of its values; name its subtypes with @JsonTypeInfo(use = NAME) and @JsonSubTypes");
		}
		if (throwable && deserializer instanceof BeanDeserializerBase bean) {
			ValueInstantiator made = bean.getValueInstantiator();
			if (!made.canCreateUsingDefault() && !made.canCreateFromString() && !made.canCreateFromObjectWith()
					&& !made.canCreateUsingDelegate()) {
				throw new IllegalArgumentException(
						"it has no constructor that takes nothing, the message, or its properties; add one, or annotate one with @JsonCreator");
			}
		}
	}

	@Override
	public String toString() {
		return "payload codec " + this.name;
	}

	/** What every exception has, of use in its own process only. */
	@JsonIgnoreProperties({ "cause", "stackTrace", "suppressed", "localizedMessage" })
	private abstract static class ThrowableProperties {

	}

}
