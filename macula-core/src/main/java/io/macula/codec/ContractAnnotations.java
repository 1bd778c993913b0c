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

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.Version;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.AnnotatedField;
import tools.jackson.databind.introspect.VisibilityChecker;

/**
 * What a contract says without annotations: a sealed type is one of those that it
 * permits, by their simple names, and the fields of an exception are part of it. Asked
 * after Jackson's own annotations, which therefore win.
 */
final class ContractAnnotations extends AnnotationIntrospector {

	private static final long serialVersionUID = 1L;

	static final String TYPE_PROPERTY = "@type";

	private static final JsonTypeInfo.Value BY_NAME = JsonTypeInfo.Value.construct(JsonTypeInfo.Id.NAME,
			JsonTypeInfo.As.PROPERTY, TYPE_PROPERTY, null, false, null);

	@Override
	public Version version() {
		return Version.unknownVersion();
	}

	@Override
	public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(MapperConfig<?> config, Annotated annotated) {
		return (annotated instanceof AnnotatedClass type && sealed(type.getRawType())) ? BY_NAME : null;
	}

	@Override
	public @Nullable String findTypeName(MapperConfig<?> config, AnnotatedClass type) {
		return permitted(type.getRawType()) ? type.getRawType().getSimpleName() : null;
	}

	@Override
	public VisibilityChecker findAutoDetectVisibility(MapperConfig<?> config, AnnotatedClass type,
			VisibilityChecker checker) {
		return Throwable.class.isAssignableFrom(type.getRawType()) ? new OwnFields(checker) : checker;
	}

	/**
	 * Enums whose constants have bodies are sealed, too, and so are types of the JDK;
	 * which exception it is the failure says.
	 */
	static boolean sealed(Class<?> type) {
		return type.isSealed() && !type.isEnum() && !TypePlace.ofJdk(type) && !Throwable.class.isAssignableFrom(type);
	}

	/** Whether a sealed type permits it, directly. */
	private static boolean permitted(Class<?> type) {
		Class<?> parent = type.getSuperclass();
		if (parent != null && sealed(parent)) {
			return true;
		}
		for (Class<?> implemented : type.getInterfaces()) {
			if (sealed(implemented)) {
				return true;
			}
		}
		return false;
	}

	/** Private fields, but not those of the JDK's exceptions. */
	private static final class OwnFields extends VisibilityChecker {

		private static final long serialVersionUID = 1L;

		OwnFields(VisibilityChecker checker) {
			super(JsonAutoDetect.Visibility.ANY, JsonAutoDetect.Visibility.PUBLIC_ONLY,
					JsonAutoDetect.Visibility.PUBLIC_ONLY, JsonAutoDetect.Visibility.ANY, JsonAutoDetect.Visibility.ANY,
					JsonAutoDetect.Visibility.NON_PRIVATE);
		}

		@Override
		public boolean isFieldVisible(AnnotatedField field) {
			return !TypePlace.ofJdk(field.getDeclaringClass());
		}

	}

}
