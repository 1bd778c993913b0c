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

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.AbstractDeserializer;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.ValueInstantiator;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.deser.impl.UnwrappedPropertyHandler;
import tools.jackson.databind.deser.std.ContainerDeserializerBase;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedMethod;
import tools.jackson.databind.introspect.BeanPropertyDefinition;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.jsontype.TypeDeserializer;

/**
 * Walks over all types that values of one type can hold, as a mapper would decode them:
 * components, elements, keys, permitted types, and theirs. Breadth first, so that a type
 * is met at its shortest path. Used by one thread at start, never on the call path.
 */
final class TypeWalk {

	/** Stands for all properties without a name of their own. */
	static final String FURTHER = "*";

	private final ObjectMapper mapper;

	private final DeserializationContext context;

	private final Deque<TypePlace> left = new ArrayDeque<>();

	/** A class is another thing where it is named than where it stands for itself. */
	private final Set<Map.Entry<JavaType, TypePlace.Kind>> seen = new HashSet<>();

	TypeWalk(ObjectMapper mapper) {
		this.mapper = mapper;
		this.context = mapper._deserializationContext();
	}

	/**
	 * Visit a type and all that it leads to. Each place is visited, but what is below a
	 * type only at the first place of that type.
	 * @param root the type of a parameter, result, element or exception
	 * @param visitor is told each place; what it throws ends the walk
	 */
	void walk(JavaType root, Consumer<TypePlace> visitor) {
		add(null, TypePlace.simpleName(root), root, deserializer(root), this.context.findTypeDeserializer(root));
		for (TypePlace place = this.left.poll(); place != null; place = this.left.poll()) {
			visitor.accept(place);
			// What an own deserializer at one property does says nothing of others.
			if (place.kind() == TypePlace.Kind.OWN || this.seen.add(Map.entry(place.type(), place.kind()))) {
				descend(place);
			}
		}
	}

	private void descend(TypePlace place) {
		switch (place.kind()) {
			case BEAN -> properties(place);
			case ELEMENTS -> content(place, "[]");
			case OPTIONAL -> content(place, "");
			case MAP -> {
				JavaType key = place.type().getKeyType();
				this.left.add(new TypePlace(place, place.path() + "{key}", key, TypePlace.Kind.KEY, null, null));
				content(place, "{}");
			}
			case CHOICE -> {
				for (JavaType option : options(this.mapper, place.type())) {
					add(place, place.path() + "(" + TypePlace.simpleName(option) + ")", option, deserializer(option),
							null);
				}
			}
			default -> {
			}
		}
	}

	private void properties(TypePlace place) {
		BeanDeserializerBase bean = (BeanDeserializerBase) place.requireDeserializer();
		JavaType delegate = delegate(bean);
		if (delegate != null) {
			add(place, place.path(), delegate, deserializer(delegate), this.context.findTypeDeserializer(delegate));
			return;
		}
		List<SettableBeanProperty> properties = new ArrayList<>();
		for (Iterator<SettableBeanProperty> all = bean.properties(); all.hasNext();) {
			properties.add(all.next());
		}
		properties.sort(Comparator.comparing(SettableBeanProperty::getName));
		for (SettableBeanProperty property : properties) {
			if (place.type().isThrowable() && PropertyRules.OF_THROWABLE.contains(property.getName())) {
				continue;
			}
			ValueDeserializer<?> deserializer = property.hasValueDeserializer() ? property.getValueDeserializer()
					: deserializer(property.getType());
			add(place, place.path() + "." + property.getName(), property.getType(), deserializer,
					typeDeserializer(property));
		}
		properties(place, properties.stream().map(SettableBeanProperty::getName).toList());
	}

	/** What Jackson keeps apart: parts that are unwrapped, and further properties. */
	private void properties(TypePlace place, List<String> known) {
		BeanDescription description = this.context.introspectBeanDescription(place.type());
		List<BeanPropertyDefinition> all = new ArrayList<>(description.findProperties());
		all.sort(Comparator.comparing(BeanPropertyDefinition::getName));
		for (BeanPropertyDefinition property : all) {
			AnnotatedMember member = property.getPrimaryMember();
			// What a constructor takes is there a second time, by a made-up name.
			boolean madeUp = property.getName().startsWith(UnwrappedPropertyHandler.JSON_UNWRAPPED_NAME_PREFIX);
			if (member != null && !madeUp && !known.contains(property.getName()) && unwrapped(member)) {
				JavaType type = property.getPrimaryType();
				add(place, place.path() + "." + property.getName(), type, deserializer(type), null);
			}
		}
		for (BeanPropertyDefinition property : toldBeside(this.context, description)) {
			JavaType type = property.getPrimaryType();
			add(place, place.path() + "." + property.getName(), type, deserializer(type),
					this.context.findPropertyTypeDeserializer(type, property.getPrimaryMember()));
		}
		JavaType further = further(description.findAnySetterAccessor());
		if (further != null) {
			add(place, place.path() + "." + FURTHER, further, deserializer(further),
					this.context.findTypeDeserializer(further));
		}
	}

	/** Properties whose types are told by other properties beside them, by name. */
	static List<BeanPropertyDefinition> toldBeside(DeserializationContext context, BeanDescription description) {
		return description.findProperties()
			.stream()
			.filter((property) -> property.getPrimaryMember() != null && !property.getPrimaryType().isContainerType())
			.filter((property) -> {
				TypeDeserializer naming = context.findPropertyTypeDeserializer(property.getPrimaryType(),
						property.getPrimaryMember());
				return naming != null && naming.getTypeInclusion() == JsonTypeInfo.As.EXTERNAL_PROPERTY;
			})
			.sorted(Comparator.comparing(BeanPropertyDefinition::getName))
			.toList();
	}

	private boolean unwrapped(AnnotatedMember member) {
		DeserializationConfig config = this.context.getConfig();
		return config.getAnnotationIntrospector().findUnwrappingNameTransformer(config, member) != null;
	}

	/** The type of the values that any other property has. */
	static @Nullable JavaType further(@Nullable AnnotatedMember taker) {
		if (taker instanceof AnnotatedMethod method) {
			return method.getParameterType(1);
		}
		return (taker != null) ? taker.getType().getContentType() : null;
	}

	private @Nullable JavaType delegate(BeanDeserializerBase bean) {
		if (bean.getValueInstantiator().canCreateUsingDelegate()) {
			return bean.getValueInstantiator().getDelegateType(this.context.getConfig());
		}
		if (bean.getValueInstantiator().canCreateUsingArrayDelegate()) {
			return bean.getValueInstantiator().getArrayDelegateType(this.context.getConfig());
		}
		return null;
	}

	/** At a container this says how its elements name their types. */
	private @Nullable TypeDeserializer typeDeserializer(SettableBeanProperty property) {
		TypeDeserializer own = property.getValueTypeDeserializer();
		JavaType type = property.getType();
		AnnotatedMember member = property.getMember();
		if (own != null || member == null || type.getContentType() == null) {
			return own;
		}
		return this.context.findPropertyContentTypeDeserializer(type, member);
	}

	private void content(TypePlace place, String step) {
		JavaType type = place.type().getContentType();
		ValueDeserializer<?> known = (place.deserializer() instanceof ContainerDeserializerBase<?> container)
				? container.getContentDeserializer() : null;
		TypeDeserializer naming = (place.naming() != null) ? place.naming() : this.context.findTypeDeserializer(type);
		add(place, place.path() + step, type, (known != null) ? known : deserializer(type), naming);
	}

	/** The types that a peer may name in the place of an open one. */
	static List<JavaType> options(ObjectMapper mapper, JavaType type) {
		DeserializationContext context = mapper._deserializationContext();
		List<JavaType> options = new ArrayList<>();
		for (NamedType option : named(mapper, type)) {
			// One of the types inherits the annotation that names the others.
			if (!type.isTypeOrSuperTypeOf(option.getType())) {
				continue;
			}
			JavaType special = context.constructSpecializedType(type, option.getType());
			if (!special.isAbstract() && !options.contains(special)) {
				options.add(special);
			}
		}
		options.sort(Comparator.comparing((option) -> option.getRawClass().getName()));
		return options;
	}

	static Collection<NamedType> named(ObjectMapper mapper, JavaType type) {
		AnnotatedClass annotated = mapper._deserializationContext().introspectClassAnnotations(type);
		return mapper.deserializationConfig()
			.getSubtypeResolver()
			.collectAndResolveSubtypesByClass(mapper.deserializationConfig(), annotated);
	}

	/** The name that stands for a type on the wire. */
	static String typeName(ObjectMapper mapper, JavaType type) {
		AnnotatedClass annotated = mapper._deserializationContext().introspectClassAnnotations(type);
		String name = mapper.deserializationConfig()
			.getAnnotationIntrospector()
			.findTypeName(mapper.deserializationConfig(), annotated);
		return (name != null) ? name : type.getRawClass().getSimpleName();
	}

	private ValueDeserializer<?> deserializer(JavaType type) {
		return this.context.findContextualValueDeserializer(type, null);
	}

	private void add(@Nullable TypePlace parent, String path, JavaType type, ValueDeserializer<?> deserializer,
			@Nullable TypeDeserializer naming) {
		ValueDeserializer<?> bare = bare(deserializer);
		this.left.add(new TypePlace(parent, path, type, kind(type, bare, naming), bare, naming));
	}

	/** Without what only looks at values that it decoded. */
	private static ValueDeserializer<?> bare(ValueDeserializer<?> deserializer) {
		String name = deserializer.getClass().getName();
		boolean looks = name.startsWith(ExactNumbers.class.getName()) || name.startsWith(SpreadHashes.class.getName())
				|| name.startsWith(PrimitiveArrays.class.getName());
		return looks ? deserializer.getDelegatee() : deserializer;
	}

	private static TypePlace.Kind kind(JavaType type, ValueDeserializer<?> deserializer,
			@Nullable TypeDeserializer naming) {
		if (!standard(deserializer)) {
			return TypePlace.Kind.OWN;
		}
		if (deserializer instanceof BeanDeserializerBase bean && naming == null) {
			return scalar(bean) ? TypePlace.Kind.VALUE : TypePlace.Kind.BEAN;
		}
		if (type.isReferenceType()) {
			return TypePlace.Kind.OPTIONAL;
		}
		if (type.isMapLikeType()) {
			return TypePlace.Kind.MAP;
		}
		if (type.isContainerType()) {
			return TypePlace.Kind.ELEMENTS;
		}
		if (naming != null) {
			return TypePlace.Kind.CHOICE;
		}
		if (type.isJavaLangObject() || deserializer instanceof AbstractDeserializer) {
			return TypePlace.Kind.OPEN;
		}
		return type.isEnumType() ? TypePlace.Kind.ENUM : TypePlace.Kind.VALUE;
	}

	/** Whether it is made of one text or number, as its creator says. */
	private static boolean scalar(BeanDeserializerBase bean) {
		return bean.getPropertyCount() == 0 && madeOfOne(bean.getValueInstantiator());
	}

	static boolean madeOfOne(ValueInstantiator made) {
		return made.canCreateFromString() || made.canCreateFromInt() || made.canCreateFromLong()
				|| made.canCreateFromDouble() || made.canCreateFromBoolean() || made.canCreateFromBigDecimal()
				|| made.canCreateFromBigInteger();
	}

	/** Whether Jackson or this library decodes, and not a class of the user's. */
	private static boolean standard(ValueDeserializer<?> deserializer) {
		String name = deserializer.getClass().getName();
		return name.startsWith("tools.jackson.") || name.startsWith(ExactValues.class.getName());
	}

}
