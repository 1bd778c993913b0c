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
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import javax.tools.ToolProvider;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A version of a contract, made of its source.
 */
final class Compiled {

	private static final String IMPORTS = """
			import com.fasterxml.jackson.annotation.*;
			import io.macula.*;
			import java.math.*;
			import java.time.*;
			import java.util.*;
			import reactor.core.publisher.*;
			import java.util.concurrent.CompletionStage;
			""";

	private Compiled() {
	}

	/** The interface {@code shop.Orders} with the members that are given. */
	static Class<?> contract(Path directory, String members) {
		return load(classes(directory, "Orders", "public interface Orders {\n" + members + "\n}"), "shop.Orders");
	}

	/** A folder with the classes of one source file in the package {@code shop}. */
	static Path classes(Path directory, String name, String source, String... options) {
		try {
			Path out = Files.createTempDirectory(directory, "version");
			Path file = Files.createDirectories(out.resolve("source")).resolve(name + ".java");
			Files.writeString(file, "package shop;\n" + IMPORTS + source);
			List<String> arguments = new ArrayList<>(
					List.of((options.length > 0) ? options : new String[] { "-parameters" }));
			arguments.addAll(List.of("-proc:none", "-nowarn", "-d", out.toString(), file.toString()));
			assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(new String[0])))
				.isZero();
			return out;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static Class<?> load(Path classes, String name) {
		try {
			return Class.forName(name, false, loader(classes));
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	static ClassLoader loader(Path classes) {
		try {
			return new URLClassLoader(new URL[] { classes.toUri().toURL() }, Compiled.class.getClassLoader());
		}
		catch (MalformedURLException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

}
