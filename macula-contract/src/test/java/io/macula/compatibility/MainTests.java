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

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class MainTests {

	@TempDir
	Path directory;

	private final List<String> notes = new ArrayList<>();

	/** In a class loader with the contracts, as on the class path of a build. */
	@SuppressWarnings("unchecked")
	private List<String> run(Path classes, String... arguments) throws Exception {
		List<URL> urls = new ArrayList<>(List.of(classes.toUri().toURL()));
		for (String element : System.getProperty("java.class.path").split(System.getProperty("path.separator"))) {
			urls.add(Path.of(element).toUri().toURL());
		}
		try (URLClassLoader loader = new URLClassLoader(urls.toArray(new URL[0]),
				ClassLoader.getPlatformClassLoader())) {
			Consumer<String> told = this.notes::add;
			return (List<String>) loader.loadClass(Main.class.getName())
				.getMethod("run", Consumer.class, String[].class)
				.invoke(null, told, arguments);
		}
	}

	private Path classes(String source) {
		return Compiled.classes(this.directory, "Orders", source);
	}

	private String files() {
		return "--files=" + this.directory.resolve("contract");
	}

	@Test
	void findsTheContractsOfAModule() throws Exception {
		Path classes = classes("""
				public interface Orders extends Base<String>, Closed { void put(Shape a); interface Api { void go(); } }
				interface Base<T> { T get(); }
				interface Closed { }
				interface Hidden { void a(); }
				@interface Note { }
				sealed interface Shape permits Circle { }
				record Circle(int size) implements Shape, Orders.Sized { public int area() { return 1; } }
				""".replace("interface Api", "interface Sized { int area(); } interface Api"));
		assertThat(run(classes, "write", files(), "--classes=" + classes)).isEmpty();
		assertThat(this.directory.resolve("contract").toFile().list()).containsExactlyInAnyOrder("shop.Orders.contract",
				"shop.Orders$Api.contract");
		assertThat(run(classes, "check", files(), "--classes=" + classes)).isEmpty();
	}

	@Test
	void takesWhatIsImplementedWhereItSaysWhatItIs() throws Exception {
		Path classes = classes("""
				public interface Orders { @MaculaMethod(idempotent = true) void put(int a); }
				class Bean implements Orders { public void put(int a) { } }
				""");
		assertThat(run(classes, "write", files(), "--classes=" + classes)).isEmpty();
	}

	@Test
	void whenThereIsNoContractThenWhatWasNotTakenIsNamed() throws Exception {
		Path classes = classes("""
				public interface Orders { void put(int a); }
				class Bean implements Orders { public void put(int a) { } }
				interface Hidden { void a(); }
				""");
		assertThat(run(classes, "check", files(), "--classes=" + classes)).containsExactly("There is no contract in "
				+ classes
				+ ": expected a public interface with methods that no class there implements; name it (in Maven in "
				+ "<contracts>) if it is another. Not taken: shop.Hidden is not public, shop.Orders is implemented or extended "
				+ "in this module");
		assertThat(run(classes, "write", files(), "shop.Orders")).isEmpty();
		assertThat(run(classes, "check", files(), "shop.Orders")).isEmpty();
	}

	@Test
	void whatNeedsClassesThatAreNotThereIsNoContract() throws Exception {
		Path classes = classes("""
				public interface Orders { void put(int a); }
				class Lost { }
				interface LostToo { }
				""".replace("class Lost", "class Child extends Lost { } interface Odd extends LostToo { } class Lost"));
		Files.delete(classes.resolve("shop/Lost.class"));
		Files.delete(classes.resolve("shop/LostToo.class"));
		assertThat(run(classes, "write", files(), "--classes=" + classes)).isEmpty();
		Files.delete(classes.resolve("shop/Orders.class"));
		assertThat(run(classes, "check", "--files=" + this.directory.resolve("none"), "--classes=" + classes))
			.hasSize(1)
			.first()
			.asString()
			.contains("Not taken: shop.Child cannot be loaded (java.lang.NoClassDefFoundError: shop/Lost)");
	}

	@Test
	void whenAContractIsGoneThenTheCheckFailsUntilItIsAccepted() throws Exception {
		Path both = classes("public interface Orders { void put(int a); interface Bills { void pay(int a); } }");
		assertThat(run(both, "write", files(), "--classes=" + both)).isEmpty();
		Path one = classes("public interface Orders { void put(int a); }");
		assertThat(run(one, "check", files(), "--classes=" + one)).hasSize(1)
			.first()
			.asString()
			.startsWith("shop.Orders$Bills: the contract was removed.");
		assertThat(run(one, "write", files(), "--classes=" + one)).hasSize(1);
		assertThat(run(one, "write", "--accept-breaking", files(), "--classes=" + one)).isEmpty();
		assertThat(run(one, "check", files(), "--classes=" + one)).isEmpty();
	}

	@Test
	void whenAContractIsNotValidThenEachIsToldWithTheRemedy() throws Exception {
		Path classes = classes("public interface Orders { Object find(); interface Bills { void pay(Thread a); } }");
		assertThat(run(classes, "check", files(), "--classes=" + classes)).hasSize(2)
			.anySatisfy((problem) -> assertThat(problem).contains("Orders.find()", "declare the type")
				.endsWith("(if shop.Orders is no contract of a service, name those that are, in Maven in <contracts>)"))
			.anySatisfy((problem) -> assertThat(problem).contains("Bills.pay(Thread)"));
	}

	@Test
	void whenArgumentsAreWrongThenTheExpectedOnesAreNamed() throws Exception {
		Path classes = classes("public interface Orders { void put(int a); }");
		assertThat(run(classes))
			.containsExactly("Expected 'check' or 'write' as the first argument, but found nothing");
		assertThat(run(classes, "check"))
			.containsExactly("No contract is named: expected the full names of interfaces, or --classes=FOLDER");
		assertThat(run(classes, "check", "--what")).containsExactly(
				"The option --what is not known: expected --files=FOLDER, --classes=FOLDER or --accept-breaking");
		assertThat(run(classes, "check", "shop.Order")).containsExactly(
				"The contract shop.Order was not found on the class path: expected the full name of an interface, with $ "
						+ "before the name of a nested one");
	}

}
