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

package io.macula.benchmarks.start;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The class path that an application has with one starter and nothing else: jars only,
 * since archives of classes do not take directories.
 */
enum StartPath {

	/** What macula-spring-boot-starter depends on. */
	MACULA("macula-.*|netty-(buffer|codec-base|codec-classes-quic|codec-native-quic|codec-compression|codec-dns|codec-http"
			+ "|codec-socks|common|handler|handler-proxy|resolver|resolver-dns|transport)-\\d.*"
			+ "|netty-resolver-dns-(classes|native)-.*|netty-transport-(classes-epoll|native-epoll|native-unix-common)-.*"
			+ "|reactor-(core|netty-core)-\\d.*|reactive-streams-.*|jackson-(annotations|core|databind|dataformat-cbor)-\\d.*|resilience4j-.*",
			"start/MaculaApplication", "stack/BlockingCalculator", "stack/Question", "stack/Answer"),

	/** What spring-boot-starter-grpc-client depends on, and protobuf. */
	GRPC("spring-(boot-)?grpc-(client|core)-.*|spring-boot-starter-grpc-client-.*"
			+ "|grpc-(api|context|core|netty|protobuf|protobuf-lite|stub|util)-\\d.*|protobuf-java-\\d.*|proto-google-.*"
			+ "|guava-.*|failureaccess-.*|gson-.*|perfmark-.*|annotations-.*|animal-sniffer-.*|error_prone_.*|jsr305-.*"
			+ "|netty-(buffer|codec-base|codec-compression|codec-http|codec-http2|codec-socks|common|handler|handler-proxy"
			+ "|resolver|transport)-\\d.*|netty-transport-native-unix-common-.*", "start/GrpcApplication");

	/** What each Spring Boot application has. */
	private static final String BOOT = "spring-(aop|beans|context|core|expression)-\\d.*|spring-boot-\\d.*"
			+ "|spring-boot-(autoconfigure|starter|starter-logging)-\\d.*|commons-logging-.*|jspecify-.*|snakeyaml-.*"
			+ "|jakarta.annotation-.*|logback-.*|slf4j-api-.*|log4j-.*|jul-to-slf4j-.*|micrometer-(commons|observation)-.*";

	private static final String BASE = "io/macula/benchmarks/";

	private final Pattern jars;

	private final List<String> classes;

	StartPath(String jars, String... classes) {
		this.jars = Pattern.compile("(" + jars + "|" + BOOT + ")\\.jar");
		this.classes = List.of(classes);
	}

	/** Its part of the class path of this process. */
	String jars() {
		return entries().filter((entry) -> this.jars.matcher(new File(entry).getName()).matches())
			.collect(Collectors.joining(File.pathSeparator));
	}

	/** Pack the classes of the application. */
	void writeClasses(Path jar) throws IOException {
		Path directory = entries().map(Path::of)
			.filter((entry) -> Files.isDirectory(entry.resolve(BASE + "start")))
			.findFirst()
			.orElseThrow(() -> new IllegalStateException(
					"The class path has no directory with the classes of the benchmarks: use scripts/benchmark.sh"));
		try (OutputStream file = Files.newOutputStream(jar);
				JarOutputStream out = new JarOutputStream(file);
				Stream<Path> all = Files.walk(directory.resolve(BASE))) {
			for (Path path : all.filter(Files::isRegularFile).sorted().toList()) {
				String name = directory.relativize(path).toString().replace(File.separatorChar, '/');
				if (isMine(name)) {
					out.putNextEntry(new JarEntry(name));
					Files.copy(path, out);
					out.closeEntry();
				}
			}
		}
	}

	private boolean isMine(String name) {
		return this.classes.stream()
			.anyMatch((mine) -> name.equals(BASE + mine + ".class") || name.startsWith(BASE + mine + "$"));
	}

	private static Stream<String> entries() {
		return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator));
	}

}
