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

package io.macula.maven;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.apache.maven.plugin.MojoExecutionException;

/**
 * Runs {@code macula-contract} among the classes of the project, so that contracts are
 * read by the very versions of Macula and Jackson that the project has; what it does not
 * have comes from the plugin. Nothing of Maven is seen there. Used by one thread; closed
 * by who made it.
 */
final class ContractLoader implements AutoCloseable {

	private static final String MAIN = "io.macula.compatibility.Main";

	private final URLClassLoader loader;

	private ContractLoader(URLClassLoader loader) {
		this.loader = loader;
	}

	static ContractLoader of(List<String> classPath, List<File> plugin) throws MojoExecutionException {
		List<URL> urls = new ArrayList<>();
		try {
			for (String element : classPath) {
				urls.add(new File(element).toURI().toURL());
			}
			for (File file : plugin) {
				urls.add(file.toURI().toURL());
			}
		}
		catch (MalformedURLException ex) {
			throw new MojoExecutionException("The class path has an element that is no file", ex);
		}
		return new ContractLoader(new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader()));
	}

	/**
	 * Run.
	 * @param notes is told what went well
	 * @param arguments those of {@code io.macula.compatibility.Main}
	 * @return a sentence for each problem
	 */
	@SuppressWarnings("unchecked")
	List<String> run(Consumer<String> notes, List<String> arguments) throws MojoExecutionException {
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		thread.setContextClassLoader(this.loader);
		try {
			Object problems = Class.forName(MAIN, true, this.loader)
				.getMethod("run", Consumer.class, String[].class)
				.invoke(null, notes, arguments.toArray(new String[0]));
			return (List<String>) problems;
		}
		catch (InvocationTargetException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			throw failed(cause);
		}
		catch (ReflectiveOperationException | LinkageError ex) {
			throw failed(ex);
		}
		finally {
			thread.setContextClassLoader(before);
		}
	}

	private static MojoExecutionException failed(Throwable cause) {
		String words = (cause instanceof LinkageError || cause instanceof ReflectiveOperationException)
				? "The contracts cannot be read with the project's class path: do macula-core and macula-contract-maven-plugin have the same version, and Jackson the one of macula-bom? "
				: "The contracts cannot be read: ";
		return new MojoExecutionException(words + cause, cause);
	}

	@Override
	public void close() {
		try {
			this.loader.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
