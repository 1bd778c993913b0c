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

package io.macula.compatibility;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.macula.MaculaMethod;
import org.jspecify.annotations.Nullable;

/**
 * Finds the contracts among the classes of a module: public interfaces with methods that
 * no other class of the module implements or extends, or that say themselves what they
 * are by {@link MaculaMethod}. Used once.
 */
final class ContractClasses {

	private final List<Class<?>> contracts = new ArrayList<>();

	/** Interfaces that are none, with the reason. */
	private final List<String> others = new ArrayList<>();

	private ContractClasses(List<Class<?>> classes, List<String> unread) {
		this.others.addAll(unread);
		Set<Class<?>> implemented = new HashSet<>();
		classes.forEach((type) -> implemented.addAll(List.of(type.getInterfaces())));
		for (Class<?> type : classes) {
			if (type.isInterface() && !type.isAnnotation() && !type.isSynthetic()) {
				String reason = reason(type, implemented);
				if (reason == null) {
					this.contracts.add(type);
				}
				else {
					this.others.add(type.getName() + " " + reason);
				}
			}
		}
	}

	/**
	 * Look for contracts.
	 * @param folder with class files
	 * @param loader loads them
	 */
	static ContractClasses in(Path folder, ClassLoader loader) {
		List<Class<?>> classes = new ArrayList<>();
		List<String> unread = new ArrayList<>();
		for (String name : names(folder)) {
			try {
				classes.add(Class.forName(name, false, loader));
			}
			catch (ClassNotFoundException | LinkageError ex) {
				unread.add(name + " cannot be loaded (" + ex + ")");
			}
		}
		return new ContractClasses(classes, unread);
	}

	List<Class<?>> contracts() {
		return this.contracts;
	}

	List<String> others() {
		return this.others;
	}

	private static List<String> names(Path folder) {
		if (!Files.isDirectory(folder)) {
			return List.of();
		}
		try (Stream<Path> files = Files.walk(folder)) {
			return files.map((file) -> folder.relativize(file).toString())
				.filter((name) -> name.endsWith(".class") && !name.endsWith("-info.class")
						&& !name.startsWith("META-INF"))
				.map((name) -> name.substring(0, name.length() - ".class".length())
					.replace('/', '.')
					.replace('\\', '.'))
				.sorted()
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(folder + " cannot be read", ex);
		}
	}

	private static @Nullable String reason(Class<?> type, Set<Class<?>> implemented) {
		try {
			return otherwise(type, implemented);
		}
		catch (LinkageError ex) {
			// A type of a signature is not on the class path, as that of a contract is.
			return "cannot be read (" + ex + ")";
		}
	}

	private static @Nullable String otherwise(Class<?> type, Set<Class<?>> implemented) {
		if (!visible(type)) {
			return "is not public";
		}
		if (type.isSealed()) {
			return "is sealed, as types of values are";
		}
		if (type.getTypeParameters().length > 0) {
			return "has type parameters";
		}
		boolean remote = false;
		for (Method method : type.getMethods()) {
			if (method.isAnnotationPresent(MaculaMethod.class)) {
				return null;
			}
			remote |= Modifier.isAbstract(method.getModifiers());
		}
		if (!remote) {
			return "has no abstract method";
		}
		return implemented.contains(type) ? "is implemented or extended in this module" : null;
	}

	private static boolean visible(Class<?> type) {
		for (Class<?> owner = type; owner != null; owner = owner.getEnclosingClass()) {
			if (!Modifier.isPublic(owner.getModifiers())) {
				return false;
			}
		}
		return true;
	}

}
