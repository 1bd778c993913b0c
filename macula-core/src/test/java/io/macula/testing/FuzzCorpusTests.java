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

package io.macula.testing;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Replays the corpora that {@code scripts/fuzz.sh --pack} wrote: for each target the
 * smallest inputs that reach all the code which fuzzing has reached.
 */
class FuzzCorpusTests {

	private static final List<String> PACKAGES = List.of("codec", "embedded", "transport", "wire");

	@TestFactory
	Stream<DynamicTest> whateverFuzzingFoundIsStillRight() throws IOException, URISyntaxException {
		Path directory = Path.of(FuzzCorpusTests.class.getResource("/io/macula/fuzz").toURI());
		List<Path> corpora;
		try (Stream<Path> files = Files.list(directory)) {
			corpora = files.sorted().toList();
		}
		assertThat(corpora).isNotEmpty();
		return corpora.stream()
			.map((corpus) -> DynamicTest.dynamicTest(corpus.getFileName().toString(), () -> replay(corpus)));
	}

	private static void replay(Path corpus) throws Exception {
		String[] target = corpus.getFileName().toString().replace(".zip", "").split("-");
		Class<?> type = type(target[0]);
		Constructor<?> constructor = type.getDeclaredConstructor();
		constructor.setAccessible(true);
		Object tests = constructor.newInstance();
		Method method = type.getDeclaredMethod(target[1], byte[].class);
		assertThat(method.isAnnotationPresent(FuzzTest.class)).isTrue();
		method.setAccessible(true);
		List<String> broken = new ArrayList<>();
		int inputs = 0;
		try (InputStream file = Files.newInputStream(corpus); ZipInputStream zip = new ZipInputStream(file)) {
			for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
				if (!entry.isDirectory()) {
					inputs++;
					String failure = failure(method, tests, zip.readAllBytes());
					if (failure != null) {
						broken.add(entry.getName() + ": " + failure);
					}
				}
			}
		}
		assertThat(inputs).isPositive();
		assertThat(broken).isEmpty();
	}

	private static String failure(Method method, Object tests, byte[] input) throws IllegalAccessException {
		try {
			method.invoke(tests, input);
			return null;
		}
		catch (InvocationTargetException ex) {
			return String.valueOf(ex.getCause());
		}
	}

	private static Class<?> type(String name) throws ClassNotFoundException {
		for (String each : PACKAGES) {
			try {
				return Class.forName("io.macula." + each + "." + name);
			}
			catch (ClassNotFoundException ex) {
				// It is in another one.
			}
		}
		throw new ClassNotFoundException(name);
	}

}
