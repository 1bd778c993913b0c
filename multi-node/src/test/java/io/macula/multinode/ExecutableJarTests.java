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

package io.macula.multinode;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ExecutableJarTests {

	@Test
	void whenNothingIsBesideItThenItIsRunAsAlways() {
		assertThat(new ExecutableJar(Path.of("a.jar"), "").command(List.of("--x=1"))).containsSequence("-jar", "a.jar",
				"--x=1");
	}

	@Test
	void whenJarsAreBesideItThenItsLoaderIsToldOfThem() {
		assertThat(new ExecutableJar(Path.of("a.jar"), "b.jar,c.jar").command(List.of("--x=1"))).containsSequence(
				"-Dloader.path=b.jar,c.jar", "-cp", "a.jar",
				"org.springframework.boot.loader.launch.PropertiesLauncher", "--x=1");
	}

}
