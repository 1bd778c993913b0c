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

import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Codecs of the exceptions that a method declares, and of the subclasses of these that
 * are thrown or come. Safe for all threads. An exception whose values cannot be coded
 * travels by type name and message only, so that it is no obstacle to its method.
 */
public final class ExceptionCodecs {

	private static final Logger logger = PrintableLogger.of(ExceptionCodecs.class);

	/** A peer that makes up names does not have classes looked up for ever. */
	private static final int MAX_SUBCLASSES = 64;

	private final PayloadCodec codec;

	private final ClassLoader loader;

	private final Map<String, Class<? extends Throwable>> declared;

	private final Map<String, ValueCodec> codecs;

	/** For each declared exception that cannot be coded, why. */
	private final List<String> unfit;

	/** What this end throws, by class. */
	private final Map<Class<?>, Coded> thrown = new ConcurrentHashMap<>();

	/** What comes, by both names; a codec of the declared class where it is not known. */
	private final Map<ThrownType, Coded> known = new ConcurrentHashMap<>();

	private ExceptionCodecs(PayloadCodec codec, ClassLoader loader, Map<String, Class<? extends Throwable>> declared,
			Map<String, ValueCodec> codecs, List<String> unfit) {
		this.codec = codec;
		this.loader = loader;
		this.declared = declared;
		this.codecs = codecs;
		this.unfit = unfit;
	}

	/**
	 * The codecs of a method's exceptions.
	 * @param codec codes the values
	 * @param contract the contract, whose class loader knows its exceptions
	 * @param method the method, for warnings
	 * @param exceptions the declared exceptions
	 * @return the codecs
	 */
	public static ExceptionCodecs of(PayloadCodec codec, Class<?> contract, String method,
			List<? extends Class<? extends Throwable>> exceptions) {
		Map<String, Class<? extends Throwable>> declared = new HashMap<>();
		Map<String, ValueCodec> codecs = new HashMap<>();
		List<String> unfit = new ArrayList<>();
		for (Class<? extends Throwable> exception : exceptions) {
			declared.put(exception.getName(), exception);
			if (Modifier.isAbstract(exception.getModifiers())) {
				// Its subclasses travel as themselves.
				continue;
			}
			try {
				codecs.put(exception.getName(), codec.forType(exception));
			}
			catch (IllegalArgumentException ex) {
				unfit.add("Exception " + exception.getName() + " that method " + method + " of contract "
						+ contract.getName() + " declares cannot travel as itself: callers get an RpcException with "
						+ "code UNKNOWN, its type name and message. " + ex.getMessage());
			}
		}
		ClassLoader loader = contract.getClassLoader();
		return new ExceptionCodecs(codec, (loader != null) ? loader : ClassLoader.getSystemClassLoader(),
				Map.copyOf(declared), Map.copyOf(codecs), List.copyOf(unfit));
	}

	/**
	 * Warn of the exceptions that cannot be coded, once for each that is declared.
	 */
	public void warnOfUnfit() {
		this.unfit.forEach(logger::warn);
	}

	/**
	 * The codec of a declared exception.
	 * @param className name of its class
	 * @return the codec, or {@code null} if the exception travels by type name and
	 * message only
	 */
	public @Nullable ValueCodec find(String className) {
		return this.codecs.get(className);
	}

	/**
	 * How an exception that was thrown travels: as its own class, or as the declared one
	 * where its own cannot be coded.
	 * @param exception its class
	 * @param declaredAs the nearest class that the method declares
	 * @return its type and codec, or {@code null} if it travels by type name and message
	 * only
	 */
	public @Nullable Coded thrown(Class<? extends Throwable> exception, Class<? extends Throwable> declaredAs) {
		Coded coded = this.thrown.get(exception);
		if (coded == null) {
			ThrownType type = new ThrownType(exception.getName(), declaredAs.getName());
			coded = new Coded(type, codec(exception, declaredAs), true);
			this.thrown.put(exception, coded);
		}
		return (coded.codec() != null) ? coded : null;
	}

	/**
	 * How to decode an exception that came: as its own class if this end knows it as a
	 * subclass of the declared one, or as the declared one.
	 * @param type both names
	 * @return the codec, and whether it is that of the very class, or {@code null} if
	 * neither is known or can be decoded
	 */
	public @Nullable Coded received(ThrownType type) {
		Class<? extends Throwable> declaredAs = this.declared.get(type.declared());
		if (declaredAs == null) {
			return null;
		}
		Coded coded = this.known.get(type);
		if (coded == null) {
			boolean room = this.known.size() < MAX_SUBCLASSES;
			Class<? extends Throwable> exception = room ? subclass(type.thrown(), declaredAs) : null;
			coded = new Coded(type, codec((exception != null) ? exception : declaredAs, declaredAs),
					type.thrown().equals(type.declared()) || exception != null);
			if (room) {
				this.known.put(type, coded);
			}
		}
		return (coded.codec() != null) ? coded : null;
	}

	/** Looked up without being initialized; made only if the contract declares it. */
	private @Nullable Class<? extends Throwable> subclass(String name, Class<? extends Throwable> declaredAs) {
		try {
			Class<?> found = Class.forName(name, false, this.loader);
			return declaredAs.isAssignableFrom(found) && codecOf(found) != null ? found.asSubclass(Throwable.class)
					: null;
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return null;
		}
	}

	private @Nullable ValueCodec codec(Class<? extends Throwable> exception, Class<? extends Throwable> declaredAs) {
		ValueCodec own = codecOf(exception);
		return (own != null) ? own : this.codecs.get(declaredAs.getName());
	}

	private @Nullable ValueCodec codecOf(Class<?> exception) {
		ValueCodec declared = this.codecs.get(exception.getName());
		if (declared != null || this.declared.containsKey(exception.getName())) {
			return declared;
		}
		try {
			return this.codec.forType(exception);
		}
		catch (IllegalArgumentException ex) {
			logger.debug("Exception {} travels as the declared one", exception.getName(), ex);
			return null;
		}
	}

	/**
	 * An exception with its codec.
	 *
	 * @param type what the failure says of it
	 * @param codec codes it
	 * @param exact whether it is coded as its own class, and not as the declared one
	 */
	public record Coded(ThrownType type, @Nullable ValueCodec codec, boolean exact) {

	}

}
