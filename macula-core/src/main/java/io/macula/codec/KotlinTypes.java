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

import java.lang.annotation.Annotation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.cfg.MapperBuilder;
import tools.jackson.module.kotlin.KotlinFeature;
import tools.jackson.module.kotlin.KotlinModule;

/**
 * Classes of Kotlin: data classes, value classes and objects, coded by Jackson's module
 * for Kotlin where there are any. Without Kotlin on the class path nothing is of Kotlin,
 * and nothing is added to mappers.
 */
public final class KotlinTypes {

	static final String MODULE = "tools.jackson.module:jackson-module-kotlin";

	private static final @Nullable Class<? extends Annotation> METADATA = annotation("kotlin.Metadata");

	private static final @Nullable Class<? extends Annotation> VALUE_CLASS = annotation("kotlin.jvm.JvmInline");

	private static final boolean PRESENT = METADATA != null && present();

	private KotlinTypes() {
	}

	private static @Nullable Class<? extends Annotation> annotation(String name) {
		try {
			return Class.forName(name, false, KotlinTypes.class.getClassLoader()).asSubclass(Annotation.class);
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return null;
		}
	}

	private static boolean present() {
		try {
			Module.required();
			return true;
		}
		catch (LinkageError ex) {
			return false;
		}
	}

	/**
	 * Add the module, if it is there. It is no part of the codec's name: classes of
	 * Kotlin are refused without it, and those of Java are coded without it.
	 * @param builder of the mapper
	 */
	static void addTo(MapperBuilder<?, ?> builder) {
		if (PRESENT) {
			Module.addTo(builder);
		}
	}

	/** Whether values of Kotlin's classes can be coded. */
	static boolean coded() {
		return PRESENT;
	}

	/**
	 * Whether a class is written in Kotlin.
	 * @param type the class
	 * @return false without Kotlin
	 */
	public static boolean kotlin(Class<?> type) {
		return METADATA != null && type.isAnnotationPresent(METADATA);
	}

	/**
	 * What a value class consists of.
	 * @param type any class
	 * @return the type of its one property, or {@code null} if it is no value class
	 */
	public static @Nullable Type underlying(Class<?> type) {
		if (VALUE_CLASS == null || !type.isAnnotationPresent(VALUE_CLASS)) {
			return null;
		}
		return method(type, "unbox-impl", false).getGenericReturnType();
	}

	/**
	 * Makes an instance of a value class of one that was looked at.
	 * @param type a value class
	 * @return takes what it consists of
	 */
	public static MethodHandle box(Class<?> type) {
		return handle(method(type, "box-impl", true));
	}

	/**
	 * Takes a value out of its value class.
	 * @param type a value class
	 * @return takes an instance
	 */
	public static MethodHandle unbox(Class<?> type) {
		return handle(method(type, "unbox-impl", false));
	}

	/**
	 * What the constructor of a value class does.
	 * @param type a value class
	 * @return takes what it consists of, and throws if the class refuses it
	 */
	public static MethodHandle constructor(Class<?> type) {
		return handle(method(type, "constructor-impl", true));
	}

	/** By its other constructors a value class may have more of that name. */
	private static Method method(Class<?> type, String name, boolean ofClass) {
		try {
			Class<?> inside = type.getDeclaredMethod("unbox-impl").getReturnType();
			return ofClass ? type.getDeclaredMethod(name, inside) : type.getDeclaredMethod(name);
		}
		catch (NoSuchMethodException ex) {
			throw new IllegalArgumentException(type.getName() + " is a value class without " + name, ex);
		}
	}

	private static MethodHandle handle(Method method) {
		try {
			method.setAccessible(true);
			return MethodHandles.lookup().unreflect(method);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalArgumentException(method + " cannot be called: " + ex.getMessage(), ex);
		}
	}

	/** Of its own, since loading it needs the module. */
	private static final class Module {

		static void required() {
			addTo(tools.jackson.databind.json.JsonMapper.builder());
		}

		static void addTo(MapperBuilder<?, ?> builder) {
			builder.addModule(new KotlinModule.Builder().enable(KotlinFeature.SingletonSupport).build());
		}

	}

}
