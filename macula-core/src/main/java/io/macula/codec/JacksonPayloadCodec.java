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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;

/**
 * Payload codecs on Jackson: CBOR, the default, and JSON. Safe for all threads.
 *
 * <p>
 * Values are coded as their declared type and arrive as they were sent; types of which
 * that is not so are refused when their codec is made, docs/contracts.md lists both.
 * Class names never travel: one of several types is told by its name among those that a
 * sealed type permits or {@code @JsonSubTypes} names. Bytes after the value are an error,
 * properties that this end does not know are not. {@code void} has an empty payload.
 * Exceptions travel as their message and the fields of their class, without cause and
 * stack trace.
 */
public final class JacksonPayloadCodec implements PayloadCodec {

	/**
	 * Without anything of an application's own, so that it is known how bytes are coded.
	 */
	private static final String PLAIN_CBOR = "cbor";

	private final String name;

	private final String description;

	private final ObjectMapper mapper;

	private final ObjectMapper throwableMapper;

	JacksonPayloadCodec(String name, String description, ObjectMapper mapper) {
		JavaType any = mapper.constructType(Object.class);
		if (mapper.deserializationConfig().getDefaultTyper(any) != null
				|| mapper.serializationConfig().getDefaultTyper(any) != null) {
			throw new IllegalArgumentException("The mapper of the payload codec '" + name
					+ "' has default typing, which lets the peer choose classes to instantiate: remove activateDefaultTyping(...), and name the subtypes with @JsonTypeInfo(use = NAME) and @JsonSubTypes");
		}
		this.name = name;
		this.description = description;
		this.mapper = mapper;
		// What a constructor does not take is set afterwards, final or not.
		this.throwableMapper = mapper.rebuild()
			.addMixIn(Throwable.class, ThrowableProperties.class)
			.enable(MapperFeature.ALLOW_FINAL_FIELDS_AS_MUTATORS)
			.build();
	}

	/**
	 * CBOR, small and fast, with dates as numbers.
	 * @return a new codec {@code cbor}
	 */
	public static JacksonPayloadCodec cbor() {
		return cborBuilder().build();
	}

	/**
	 * JSON, for people who look at payloads, with dates as ISO 8601 text.
	 * @return a new codec {@code json}
	 */
	public static JacksonPayloadCodec json() {
		return jsonBuilder().build();
	}

	/**
	 * CBOR with modules or names of the application's own.
	 * @return a new builder of codecs named {@code cbor-...}
	 */
	public static JacksonCodecBuilder cborBuilder() {
		return new JacksonCodecBuilder(PLAIN_CBOR, PayloadMapper.cbor());
	}

	/**
	 * JSON with modules or names of the application's own.
	 * @return a new builder of codecs named {@code json-...}
	 */
	public static JacksonCodecBuilder jsonBuilder() {
		return new JacksonCodecBuilder("json", PayloadMapper.json());
	}

	@Override
	public String name() {
		return this.name;
	}

	/**
	 * Types as their peers see them.
	 * @return new types, without any as yet
	 */
	public CodedTypes types() {
		return new CodedTypes(this);
	}

	/** The mapper that codes values of a type. */
	ObjectMapper mapper(Type type) {
		return this.mapper.constructType(type).isTypeOrSubTypeOf(Throwable.class) ? this.throwableMapper : this.mapper;
	}

	@Override
	public ValueCodec forType(Type type) {
		return forType(type, true);
	}

	@Override
	public ValueCodec forData(Type type) {
		return forType(type, !open(this.mapper.constructType(type)));
	}

	/**
	 * A type that Jackson cannot look into is told by its name alone, and an exception
	 * with its name, by which it goes.
	 */
	@Override
	public String describe(Type type) {
		if (type == void.class || type == Void.class) {
			return "void";
		}
		try {
			CodedTypes types = types();
			String text = types.read(type) + " " + new TreeMap<>(types.definitions());
			return (mapper(type) == this.throwableMapper) ? type.getTypeName() + " " + text : text;
		}
		catch (JacksonException | IllegalArgumentException ex) {
			return type.getTypeName();
		}
	}

	private static boolean open(JavaType type) {
		boolean container = type.isCollectionLikeType() || type.isMapLikeType();
		return container ? open(type.getContentType()) : type.isJavaLangObject();
	}

	private ValueCodec forType(Type type, boolean checked) {
		Objects.requireNonNull(type, "type");
		if (type == void.class || type == Void.class) {
			return VoidCodec.INSTANCE;
		}
		try {
			JavaType javaType = this.mapper.constructType(type);
			ObjectMapper mapper = mapper(type);
			if (checked) {
				ShapeRules shapes = new ShapeRules(mapper);
				List<TypePlace> places = new ArrayList<>();
				new TypeWalk(mapper).walk(javaType, (place) -> {
					shapes.accept(place);
					places.add(place);
				});
				shapes.finish();
				places.forEach(new TypeRules(mapper));
			}
			ObjectReader reader = mapper.readerFor(javaType).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
			if (javaType.isPrimitive()) {
				reader = reader.with(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);
			}
			boolean choice = mapper._serializationContext().findTypeSerializer(javaType) != null;
			JavaType written = choice ? mapper.getTypeFactory().constructParametricType(Choice.class, javaType)
					: javaType;
			JacksonValueCodec codec = new JacksonValueCodec(type.getTypeName(), javaType.isPrimitive(), choice,
					mapper.writerFor(written), reader);
			codec.prepare();
			if (!this.name.equals(PLAIN_CBOR)) {
				return codec;
			}
			return (type == byte[].class) ? new BytesCodec(codec) : DirectCodec.of(codec, mapper, javaType);
		}
		catch (JacksonException | CodecException | IllegalArgumentException ex) {
			throw new IllegalArgumentException("Values of " + type.getTypeName() + " cannot be coded as " + this.name
					+ ": " + FaultPlace.reason(ex), ex);
		}
	}

	@Override
	public String toString() {
		return "payload codec " + this.name + (this.description.isEmpty() ? "" : " (" + this.description + ")");
	}

	/** What every exception has, of use in its own process only. */
	@JsonIgnoreProperties({ "cause", "stackTrace", "suppressed", "localizedMessage" })
	private abstract static class ThrowableProperties {

	}

}
