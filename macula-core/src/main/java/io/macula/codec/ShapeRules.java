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

import java.lang.reflect.Field;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.ser.bean.BeanSerializerBase;

/**
 * Refuses, at its place, each type that is no value at all: handles of this process,
 * types of frameworks that belong to this side of a call, classes that show nothing of
 * themselves, objects in a circle. Used by one thread, for one walk.
 */
final class ShapeRules implements Consumer<TypePlace> {

	private static final String NOT_A_VALUE = "is not a value that can be encoded here; return it from the method itself, and put the value in this place";

	private static final String ONCE = "can be read once and in this process only; use a List, a byte[], or a Flux of the method itself for what is large";

	private static final String ONE_PAGE = "no client can decode; send a record with the content, the number of the page and the total";

	private static final String WEB = "belongs to a web request; send what the other side needs to know of it";

	/**
	 * By the names of classes, super-classes and interfaces: what is wrong with them, and
	 * what to do.
	 */
	private static final Map<String, String> REASONS = reasons();

	private final SerializationContext context;

	private final TypeCircles circles;

	ShapeRules(ObjectMapper mapper) {
		this.context = mapper._serializationContext();
		this.circles = new TypeCircles(mapper._deserializationContext());
	}

	private static Map<String, String> reasons() {
		Map<String, String> reasons = new LinkedHashMap<>();
		reasons.put("kotlinx.coroutines.flow.SharedFlow", "is shared in this process only; declare Flow");
		reasons.put("kotlinx.coroutines.Job", "lives in this process only; declare a suspend function");
		for (String name : List.of("org.reactivestreams.Publisher", "java.util.concurrent.CompletionStage",
				"java.util.concurrent.Future", "java.util.concurrent.Flow$Publisher", "kotlinx.coroutines.flow.Flow")) {
			reasons.put(name, NOT_A_VALUE);
		}
		for (String name : List.of("java.util.stream.BaseStream", "java.util.Iterator", "java.util.Enumeration",
				"java.util.Spliterator", "java.io.InputStream", "java.io.OutputStream", "java.io.Reader",
				"java.io.Writer", "java.nio.channels.Channel", "org.springframework.core.io.InputStreamSource",
				"org.springframework.core.io.buffer.DataBuffer", "io.netty.buffer.ByteBuf")) {
			reasons.put(name, ONCE);
		}
		for (String name : List.of("java.lang.Thread", "java.util.concurrent.Executor",
				"java.util.concurrent.locks.Lock", "java.lang.ClassLoader", "java.net.Socket", "java.sql.Connection",
				"java.sql.ResultSet", "javax.sql.DataSource", "org.springframework.context.ApplicationContext")) {
			reasons.put(name, "lives in this process only; send what the other side needs to know of it");
		}
		reasons.put("kotlin.time.Duration", "is a number of Kotlin's own inside; use java.time.Duration");
		reasons.put("kotlin.time.Instant", "is Kotlin's own; use java.time.Instant");
		reasons.put("kotlin.uuid.Uuid", "is Kotlin's own; use java.util.UUID");
		reasons.put("kotlin.Result", "is Kotlin's own; return the value, and throw what @Throws declares");
		reasons.put("kotlin.sequences.Sequence", ONCE);
		reasons.put("org.springframework.http.HttpEntity",
				"is an answer of a web controller; return its body, and say what a status code would say with a declared exception");
		for (String name : List.of("org.springframework.data.domain.Slice", "org.springframework.data.domain.Page",
				"org.springframework.data.domain.Window", "org.springframework.data.geo.GeoResults")) {
			reasons.put(name, ONE_PAGE);
		}
		for (String name : List.of("org.springframework.data.domain.Pageable",
				"org.springframework.data.domain.Sort")) {
			reasons.put(name,
					"no provider can decode; send a record with the number of the page, its size and the order");
		}
		for (String name : List.of("jakarta.servlet.ServletRequest", "jakarta.servlet.ServletResponse",
				"jakarta.servlet.http.HttpSession", "org.springframework.ui.Model",
				"org.springframework.web.servlet.ModelAndView", "org.springframework.http.HttpMessage",
				"org.springframework.web.context.request.RequestAttributes",
				"org.springframework.web.server.ServerWebExchange")) {
			reasons.put(name, WEB);
		}
		return reasons;
	}

	@Override
	public void accept(TypePlace place) {
		if (place.kind() == TypePlace.Kind.OWN || place.kind() == TypePlace.Kind.KEY) {
			return;
		}
		refuseByName(place);
		if (place.kind() == TypePlace.Kind.BEAN && !place.ofJdk() && !place.type().isThrowable()) {
			refuseOpaque(place);
		}
		this.circles.add(place);
	}

	/**
	 * Refuse what only the whole walk shows.
	 * @throws IllegalArgumentException if objects can refer to each other in a circle
	 */
	void finish() {
		this.circles.refuse();
	}

	private static void refuseByName(TypePlace place) {
		String reason = place.said(REASONS);
		if (reason != null) {
			throw new IllegalArgumentException(
					place.path() + " is of type " + place.raw().getName() + ", which " + reason);
		}
	}

	/** It would be written as nothing, and read as if nothing had been in it. */
	private void refuseOpaque(TypePlace place) {
		BeanDeserializerBase bean = (BeanDeserializerBase) place.requireDeserializer();
		if (bean.getPropertyCount() > 0 || bean.getValueInstantiator().canCreateUsingDelegate()
				|| bean.getValueInstantiator().canCreateUsingArrayDelegate() || shows(place)) {
			return;
		}
		List<String> fields = place.fields().stream().map(Field::getName).toList();
		if (!fields.isEmpty()) {
			throw new IllegalArgumentException(place.path() + " is of type " + place.raw().getName()
					+ ", which has fields (" + String.join(", ", fields)
					+ "), but shows none of them, so that nothing of it would travel;"
					+ " add getters and setters or a constructor with all of them, or make it a record"
					+ TypeRules.OR_MODULE);
		}
	}

	/** A serializer of another kind knows what it does. */
	private boolean shows(TypePlace place) {
		ValueSerializer<?> serializer = place.serializer(this.context);
		if (serializer instanceof BeanSerializerBase) {
			return serializer.properties().hasNext();
		}
		return !serializer.getClass().getName().startsWith("tools.jackson.databind.ser.");
	}

}
