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

import java.util.StringJoiner;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.Nulls;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.PropertyMetadata;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.ser.PropertyWriter;
import tools.jackson.databind.util.Converter;

/**
 * What annotations say of how a property is coded, beyond its name and type. Used by one
 * thread.
 */
final class CodedFormat {

	private final DeserializationContext context;

	private final MapperConfig<?> config;

	private final AnnotationIntrospector annotations;

	CodedFormat(ObjectMapper mapper) {
		this.context = mapper._deserializationContext();
		this.config = mapper.deserializationConfig();
		this.annotations = this.config.getAnnotationIntrospector();
	}

	/**
	 * As words, always in the same order.
	 * @param type the class that has the property
	 * @param read how it is read, or {@code null} if it is not
	 * @param metadata what else is known of it
	 * @param writer writes it, or {@code null} if it is not written
	 * @return the words, or {@code null} if it is coded as its type is
	 */
	@Nullable String of(Annotated type, @Nullable AnnotatedMember read, PropertyMetadata metadata,
			@Nullable PropertyWriter writer) {
		StringJoiner words = new StringJoiner(" ");
		if (read != null) {
			format(this.annotations.findFormat(this.config, read), words);
			named("keys read by", this.annotations.findKeyDeserializer(this.config, read), words);
		}
		JsonFormat.Value ofType = this.annotations.findFormat(this.config, type);
		if (ofType != null) {
			features(ofType, words);
		}
		nulls("nulls", metadata.getValueNulls(), words);
		nulls("nulls inside", metadata.getContentNulls(), words);
		AnnotatedMember written = (writer != null) ? writer.getMember() : null;
		if (written != null) {
			named("written by", this.annotations.findSerializer(this.config, written), words);
			named("keys written by", this.annotations.findKeySerializer(this.config, written), words);
			named("elements written by", this.annotations.findContentSerializer(this.config, written), words);
		}
		return (words.length() > 0) ? words.toString() : null;
	}

	private static void format(JsonFormat.@Nullable Value format, StringJoiner words) {
		if (format == null) {
			return;
		}
		if (format.hasShape()) {
			words.add(format.getShape().name());
		}
		if (format.hasPattern()) {
			words.add(format.getPattern());
		}
		if (format.hasTimeZone()) {
			words.add("in " + format.timeZoneAsString());
		}
		if (format.hasLocale()) {
			words.add("for " + format.getLocale().toLanguageTag());
		}
		if (format.hasLenient()) {
			words.add(format.isLenient() ? "lenient" : "strict");
		}
		if (format.hasNonDefaultRadix()) {
			words.add("radix " + format.getRadix());
		}
		features(format, words);
	}

	static void features(JsonFormat.Value format, StringJoiner words) {
		for (JsonFormat.Feature feature : JsonFormat.Feature.values()) {
			Boolean enabled = format.getFeature(feature);
			if (enabled != null) {
				words.add((enabled ? "with " : "without ") + feature);
			}
		}
	}

	private static void nulls(String what, @Nullable Nulls nulls, StringJoiner words) {
		if (nulls != null && nulls != Nulls.DEFAULT) {
			words.add(what + ' ' + nulls);
		}
	}

	/** A class, or an object of one. */
	private static void named(String what, @Nullable Object by, StringJoiner words) {
		if (by != null) {
			words.add(what + ' ' + ((by instanceof Class<?> type) ? type : by.getClass()).getName());
		}
	}

	/** What a class or property is read as before it is converted. */
	@Nullable JavaType convertedFrom(@Nullable Annotated annotated) {
		Object converter = (annotated != null) ? this.annotations.findDeserializationConverter(this.config, annotated)
				: null;
		Converter<Object, Object> made = (annotated != null && converter != null)
				? this.context.converterInstance(annotated, converter) : null;
		return (made != null) ? made.getInputType(this.config.getTypeFactory()) : null;
	}

}
