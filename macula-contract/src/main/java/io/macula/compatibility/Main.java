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

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.macula.codec.JacksonPayloadCodec;
import org.jspecify.annotations.Nullable;

/**
 * Writes and checks contracts from the command line, for builds other than Maven's:
 *
 * <pre class="code">
 * java -cp ... io.macula.compatibility.Main check [--files=FOLDER] [--classes=FOLDER] [CONTRACT ...]
 * java -cp ... io.macula.compatibility.Main write [--accept-breaking] ...
 * </pre>
 *
 * The contracts are those that are named, or those that are found among the class files
 * of a folder, which is on the class path, too. The exit status is 1 if something breaks.
 */
public final class Main {

	private final Consumer<String> notes;

	private final List<String> problems = new ArrayList<>();

	private final List<Class<?>> contracts = new ArrayList<>();

	private Path files = Path.of("src", "main", "contract");

	private boolean accept;

	private Main(Consumer<String> notes) {
		this.notes = notes;
	}

	/**
	 * Run, and end the process.
	 * @param arguments as above
	 */
	public static void main(String[] arguments) {
		List<String> problems = run(System.out::println, arguments);
		problems.forEach(System.err::println);
		System.exit(problems.isEmpty() ? 0 : 1);
	}

	/**
	 * Run. Nothing but types of the JDK, so that it can be called from another class
	 * loader than that of the contracts.
	 * @param notes is told what went well
	 * @param arguments as above
	 * @return a sentence for each problem; empty if all is well
	 */
	public static List<String> run(Consumer<String> notes, String... arguments) {
		return new Main(notes).run(arguments);
	}

	private List<String> run(String... arguments) {
		String command = (arguments.length > 0) ? arguments[0] : "nothing";
		if (!command.equals("check") && !command.equals("write")) {
			return List.of("Expected 'check' or 'write' as the first argument, but found " + command);
		}
		Path classes = null;
		for (int i = 1; i < arguments.length; i++) {
			String argument = arguments[i];
			if (argument.startsWith("--files=")) {
				this.files = Path.of(argument.substring("--files=".length()));
			}
			else if (argument.startsWith("--classes=")) {
				classes = Path.of(argument.substring("--classes=".length()));
			}
			else if (argument.equals("--accept-breaking")) {
				this.accept = true;
			}
			else if (argument.startsWith("-")) {
				return List.of("The option " + argument
						+ " is not known: expected --files=FOLDER, --classes=FOLDER or --accept-breaking");
			}
			else {
				name(argument);
			}
		}
		if (this.contracts.isEmpty() && this.problems.isEmpty()) {
			find(classes);
		}
		if (this.problems.isEmpty()) {
			compare(command.equals("write"));
		}
		return this.problems;
	}

	private void name(String name) {
		try {
			this.contracts.add(Class.forName(name, false, Main.class.getClassLoader()));
		}
		catch (ClassNotFoundException ex) {
			this.problems.add("The contract " + name
					+ " was not found on the class path: expected the full name of an interface, with $ before the name of a nested one");
		}
		catch (LinkageError ex) {
			this.problems.add("The contract " + name + " cannot be loaded: " + ex);
		}
	}

	private void find(@Nullable Path classes) {
		if (classes == null) {
			this.problems.add("No contract is named: expected the full names of interfaces, or --classes=FOLDER");
			return;
		}
		ContractClasses found = ContractClasses.in(classes, Main.class.getClassLoader());
		if (found.contracts().isEmpty()) {
			this.problems.add("There is no contract in " + classes
					+ ": expected a public interface with methods that no class there implements; name it (in Maven in <contracts>) if it is another"
					+ (found.others().isEmpty() ? "" : ". Not taken: " + String.join(", ", found.others())));
		}
		this.contracts.addAll(found.contracts());
	}

	private void compare(boolean write) {
		ContractFiles files = new ContractFiles(this.files, JacksonPayloadCodec.cbor(), this.notes);
		for (Class<?> contract : this.contracts) {
			try {
				if (!write) {
					this.problems.addAll(files.check(contract));
				}
				else if (this.accept) {
					files.accept(contract);
				}
				else {
					this.problems.addAll(files.write(contract));
				}
			}
			catch (IllegalArgumentException ex) {
				this.problems.add(ex.getMessage() + " (if " + contract.getName()
						+ " is no contract of a service, name those that are, in Maven in <contracts>)");
			}
		}
		if (this.accept && write) {
			files.deleteRemoved(this.contracts);
		}
		else {
			this.problems.addAll(files.removed(this.contracts));
		}
	}

}
