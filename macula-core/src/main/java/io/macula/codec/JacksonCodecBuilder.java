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

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.PropertyNamingStrategy;
import tools.jackson.databind.cfg.MapperBuilder;

/**
 * Builds a payload codec with modules or names of the application's own. Used by one
 * thread, once.
 *
 * <p>
 * Whatever is set here changes the bytes, so that both ends must have it: it becomes part
 * of the codec's name, {@code cbor-} and eight hex digits of what was set in its order,
 * or a name that {@link #named} gives. An end without it does not know the codec and
 * refuses the call; nothing is misread. Nothing set is the plain codec.
 */
public final class JacksonCodecBuilder {

	private static final Pattern SUFFIX = Pattern.compile("[a-z0-9-]{1,27}");

	private final String format;

	private final MapperBuilder<?, ?> mapper;

	private final List<String> agreed = new ArrayList<>();

	private @Nullable String suffix;

	JacksonCodecBuilder(String format, MapperBuilder<?, ?> mapper) {
		this.format = format;
		this.mapper = mapper;
	}

	/**
	 * Add a module, for types that Jackson does not know by itself.
	 * @param module has the same class, or name, at both ends
	 * @return this
	 * @throws IllegalArgumentException if it is a {@code SimpleModule} without a name, so
	 * that the peer's cannot be told to be the same
	 */
	public JacksonCodecBuilder module(JacksonModule module) {
		String name = module.getModuleName();
		if (name == null || name.startsWith("SimpleModule-")) {
			throw new IllegalArgumentException("A module of the payload codec '" + this.format
					+ "' has no name, by which both ends could know it to be the same: write new SimpleModule(\"money\")");
		}
		this.mapper.addModule(module);
		return agree("module " + name);
	}

	/**
	 * Name properties in another way.
	 * @param strategy has the same class at both ends
	 * @return this
	 */
	public JacksonCodecBuilder naming(PropertyNamingStrategy strategy) {
		this.mapper.propertyNamingStrategy(strategy);
		return agree("naming " + strategy.getClass().getName());
	}

	/**
	 * Annotate a class that cannot be edited.
	 * @param target the class
	 * @param annotations a class with the annotations and the members they stand on
	 * @return this
	 */
	public JacksonCodecBuilder mixIn(Class<?> target, Class<?> annotations) {
		this.mapper.addMixIn(target, annotations);
		return agree("mix-in " + annotations.getName() + " for " + target.getName());
	}

	/**
	 * Give the codec a name of its own instead of one made of what was set, for example
	 * to tell two versions of a module apart.
	 * @param suffix what follows {@code cbor-} or {@code json-}: 1 to 27 lower-case
	 * letters, digits or {@code -}
	 * @return this
	 * @throws IllegalArgumentException if it is not valid
	 */
	public JacksonCodecBuilder named(String suffix) {
		if (!SUFFIX.matcher(suffix).matches()) {
			throw new IllegalArgumentException("The name '" + suffix + "' after '" + this.format
					+ "-' is not valid: expected 1 to 27 lower-case letters, digits or '-'");
		}
		this.suffix = suffix;
		return this;
	}

	/**
	 * Whether anything was set.
	 * @return false if the codec would be the plain one
	 */
	public boolean customized() {
		return !this.agreed.isEmpty() || this.suffix != null;
	}

	/**
	 * The codec.
	 * @return a new codec
	 */
	public JacksonPayloadCodec build() {
		String description = String.join(", ", this.agreed);
		String name = !customized() ? this.format
				: this.format + '-' + ((this.suffix != null) ? this.suffix : digest(description));
		return new JacksonPayloadCodec(name, description, this.mapper.build());
	}

	private JacksonCodecBuilder agree(String what) {
		this.agreed.add(what);
		return this;
	}

	private static String digest(String text) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
			return HexFormat.of().formatHex(digest, 0, 4);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
