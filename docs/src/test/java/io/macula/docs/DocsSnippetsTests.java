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

package io.macula.docs;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

import io.macula.docs.Page.Snippet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compiles each snippet of the pages in Java. What is around it stands in a comment
 * before it, which nobody sees on the page:
 *
 * <pre>
 * compiled                                   types, with their imports if there are any
 * compiled in: class Caller { Shop shop; void run()     what it is the inside of; its braces are closed
 * compiled in: class Caller { Shop shop;     the same, of members
 * compiled with: org.example.Order in: ...   further imports, which win over those below
 * from: PATH                                 it stands in this file, word by word
 * </pre>
 *
 * {@link ShopTypes} has what several pages speak of. Snippets of README.md and
 * docs/getting-started.md are built by scripts/consumer.sh instead, as their comments
 * say; decisions tell of their time.
 */
class DocsSnippetsTests {

	private static final String FROM = "from: ";

	private static final Pattern COMPILED = Pattern.compile("compiled(?: with: (.*?))?(?: in: (.*))?", Pattern.DOTALL);

	private static final Pattern TYPE = Pattern.compile(
			"(@\\w+(\\([^)]*\\))?\\s+)*((public|abstract|final) )*" + "(class|interface|record|enum) .*",
			Pattern.DOTALL);

	private static final List<String> IMPORTS = List.of("java.nio.file.Path", "java.time.*", "java.util.*",
			"java.util.concurrent.*", "java.util.function.*", "io.macula.*", "io.macula.client.*", "io.macula.codec.*",
			"io.macula.compatibility.*", "io.macula.directory.*", "io.macula.docs.ShopTypes.*",
			"io.macula.interceptor.*", "io.macula.node.*", "io.macula.operations.*", "io.macula.selection.*",
			"io.macula.server.*", "io.macula.spring.*", "io.macula.spring.autoconfigure.*", "io.macula.spring.event.*",
			"io.macula.spring.test.*", "io.macula.test.*", "io.macula.tls.*", "io.github.resilience4j.circuitbreaker.*",
			"jakarta.validation.Valid", "jakarta.validation.constraints.*", "org.jspecify.annotations.*",
			"org.junit.jupiter.api.AfterEach", "org.junit.jupiter.api.Test", "org.junit.jupiter.api.extension.*",
			"org.springframework.beans.factory.*", "org.springframework.beans.factory.annotation.*",
			"org.springframework.boot.autoconfigure.*", "org.springframework.boot.autoconfigure.condition.*",
			"org.springframework.boot.context.properties.*", "org.springframework.boot.test.context.*",
			"org.springframework.boot.testcontainers.service.connection.*", "org.springframework.context.annotation.*",
			"org.springframework.context.event.EventListener", "org.springframework.dao.*",
			"org.springframework.http.*", "org.springframework.resilience.annotation.*",
			"org.springframework.security.access.prepost.*",
			"org.springframework.security.config.annotation.method.configuration.*",
			"org.springframework.security.core.context.*", "org.springframework.security.oauth2.jwt.*",
			"org.springframework.security.test.context.support.*", "org.springframework.stereotype.*",
			"org.springframework.test.context.bean.override.mockito.*", "org.springframework.web.bind.annotation.*",
			"org.springframework.web.service.annotation.*", "org.testcontainers.containers.*",
			"reactor.core.publisher.*", "static io.macula.test.Behaviour.*", "static org.assertj.core.api.Assertions.*",
			"static org.mockito.BDDMockito.given");

	@TempDir
	private Path classes;

	@Test
	void eachSnippetInJavaCompiles() throws IOException {
		List<Unit> units = new ArrayList<>();
		List<String> failures = new ArrayList<>();
		for (Snippet snippet : snippets("java").toList()) {
			if (snippet.comment().startsWith(FROM)) {
				if (!isFromIts(snippet)) {
					failures.add(snippet + ": is not in " + snippet.comment().substring(FROM.length()));
				}
				continue;
			}
			Matcher compiled = COMPILED.matcher(snippet.comment());
			if (!compiled.matches()) {
				failures.add(snippet + ": say by a comment before it how it is compiled, see DocsSnippetsTests, as in "
						+ "<!-- compiled in: class Caller { Shop shop; void run() -->");
				continue;
			}
			Unit unit = Unit.of("s" + units.size(), snippet, compiled.group(1), compiled.group(2));
			units.add(unit);
		}
		assertThat(units).hasSizeGreaterThan(30);
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
		compiler
			.getTask(null, null, diagnostics, List.of("-proc:none", "-nowarn", "-parameters", "-Xmaxerrs", "1000", "-d",
					this.classes.toString(), "-cp", System.getProperty("java.class.path")), null, units)
			.call();
		for (Diagnostic<? extends JavaFileObject> diagnostic : diagnostics.getDiagnostics()) {
			if (diagnostic.getKind() == Diagnostic.Kind.ERROR) {
				failures
					.add((diagnostic.getSource() instanceof Unit unit) ? unit.tell(diagnostic) : diagnostic.toString());
			}
		}
		assertThat(failures).isEmpty();
	}

	private static boolean isFromIts(Snippet snippet) throws IOException {
		String file = Files.readString(Page.ROOT.resolve(snippet.comment().substring(FROM.length())));
		return words(file).contains(words(snippet.text()));
	}

	private static String words(String code) {
		return code.replaceAll("\\s+", " ").strip();
	}

	private static Stream<Snippet> snippets(String language) {
		return Page.all()
			.stream()
			.filter((page) -> !page.path().startsWith("docs/decisions"))
			.flatMap((page) -> page.snippets().stream())
			.filter((snippet) -> snippet.language().equals(language) && !snippet.comment().startsWith("consumer: "));
	}

	/**
	 * A compilation unit in a package of its own, with a snippet from a line of its own
	 * on.
	 */
	private static final class Unit extends SimpleJavaFileObject {

		private final Snippet snippet;

		private final String code;

		private final long first;

		private Unit(String name, Snippet snippet, String before, String after) {
			super(URI.create("string:///" + name + "/Snippet.java"), Kind.SOURCE);
			this.snippet = snippet;
			this.code = before + snippet.text() + after;
			this.first = before.lines().count();
		}

		static Unit of(String name, Snippet snippet, String with, String in) {
			StringBuilder before = new StringBuilder("package " + name + ";\n");
			if (with != null) {
				for (String further : with.split(",\\s*")) {
					before.append("import ").append(further.strip()).append(";\n");
				}
			}
			IMPORTS.forEach((imported) -> before.append("import ").append(imported).append(";\n"));
			StringBuilder after = new StringBuilder();
			if (in != null) {
				String around = TYPE.matcher(in).matches() ? in : "class Snippet { " + in;
				boolean opens = !around.endsWith(";");
				before.append(around).append(opens ? " {\n" : "\n");
				long open = (opens ? 1 : 0) + around.chars().filter((c) -> c == '{').count()
						- around.chars().filter((c) -> c == '}').count();
				after.append("}\n".repeat((int) open));
			}
			return new Unit(name, snippet, before.toString(), after.toString());
		}

		String tell(Diagnostic<?> diagnostic) {
			long line = diagnostic.getLineNumber() - this.first;
			String where = (line > 0 && line <= this.snippet.lines().size())
					? this.snippet.page() + ":" + (this.snippet.line() + line) : this.snippet + " (what is around it)";
			return where + ": " + diagnostic.getMessage(null);
		}

		@Override
		public boolean isNameCompatible(String simpleName, Kind kind) {
			return kind == Kind.SOURCE;
		}

		@Override
		public CharSequence getCharContent(boolean ignoreEncodingErrors) {
			return this.code;
		}

	}

}
