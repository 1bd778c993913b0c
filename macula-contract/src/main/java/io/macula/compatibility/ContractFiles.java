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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.macula.codec.JacksonPayloadCodec;
import org.jspecify.annotations.Nullable;

/**
 * The committed files of contracts, one for each interface, in one folder. In a test:
 *
 * <pre class="code">
 * assertThat(ContractFiles.in(Path.of("src/main/contract")).check(Calculator.class)).isEmpty();
 * </pre>
 *
 * Used by one thread.
 */
public final class ContractFiles {

	private static final String ENDING = ".contract";

	private static final String WRITE = "write it and commit it: mvn macula-contract:write in its module, or ContractFiles.write";

	private static final String ACCEPT = "mvn macula-contract:write -Dmacula.contract.accept-breaking=true in its module, or ContractFiles.accept";

	private final Path folder;

	private final JacksonPayloadCodec codec;

	private final Consumer<String> notes;

	ContractFiles(Path folder, JacksonPayloadCodec codec, Consumer<String> notes) {
		this.folder = folder;
		this.codec = codec;
		this.notes = notes;
	}

	/**
	 * The files of a folder.
	 * @param folder it need not exist before it is written to
	 * @return its files
	 */
	public static ContractFiles in(Path folder) {
		return new ContractFiles(folder, JacksonPayloadCodec.cbor(), (note) -> {
		});
	}

	/**
	 * The files with contracts that need modules of the application.
	 * @param codec codes their values
	 * @return files with that codec
	 */
	public ContractFiles withCodec(JacksonPayloadCodec codec) {
		return new ContractFiles(this.folder, codec, this.notes);
	}

	/**
	 * Compare interfaces with their files.
	 * @param contracts the interfaces
	 * @return a sentence for each change that breaks peers of the committed version, and
	 * one for each file that is not there or not up to date; empty if all is well
	 * @throws IllegalArgumentException if an interface is no valid contract
	 */
	public List<String> check(Class<?>... contracts) {
		List<String> problems = new ArrayList<>();
		for (Class<?> contract : contracts) {
			PublishedContract now = PublishedContract.of(contract, this.codec);
			Path file = file(contract);
			String committed = read(file);
			if (committed == null) {
				problems.add(contract.getName() + ": there is no " + file + " to compare it with; " + WRITE);
			}
			else if (!committed.equals(now.text())) {
				problems.addAll(differences(file, committed, now));
			}
			else {
				this.notes.accept(contract.getName() + " is what " + file + " says");
			}
		}
		return problems;
	}

	private List<String> differences(Path file, String committed, PublishedContract now) {
		List<Change> changes = Comparison.of(PublishedContract.parse(committed, file.toString()), now);
		List<String> breaking = breaking(changes);
		if (!breaking.isEmpty()) {
			breaking.add(file + ": not compatible with the committed version. If no peer of it is left: " + ACCEPT);
			return breaking;
		}
		String compatible = changes.stream().map(Change::sentence).collect(Collectors.joining("; "));
		return List.of(file + " is not up to date, but nothing breaks: "
				+ (compatible.isEmpty() ? "only names changed that do not travel" : compatible) + ". Now " + WRITE);
	}

	private static List<String> breaking(List<Change> changes) {
		return changes.stream()
			.filter((change) -> !change.compatible())
			.map(Change::sentence)
			.collect(Collectors.toCollection(ArrayList::new));
	}

	/**
	 * Write the files of interfaces, unless that would hide a change that breaks peers of
	 * the committed version.
	 * @param contracts the interfaces
	 * @return a sentence for each such change, whose file is left as it is; empty if all
	 * is written
	 * @throws IllegalArgumentException if an interface is no valid contract
	 */
	public List<String> write(Class<?>... contracts) {
		List<String> problems = new ArrayList<>();
		for (Class<?> contract : contracts) {
			PublishedContract now = PublishedContract.of(contract, this.codec);
			Path file = file(contract);
			String committed = read(file);
			List<Change> changes = (committed != null)
					? Comparison.of(PublishedContract.parse(committed, file.toString()), now) : List.of();
			List<String> breaking = breaking(changes);
			if (breaking.isEmpty()) {
				write(file, committed, now.text());
				changes.forEach((change) -> this.notes.accept(change.sentence()));
			}
			else {
				problems.addAll(breaking);
				problems.add(file + " was not written. If no peer of the committed version is left: " + ACCEPT);
			}
		}
		return problems;
	}

	/**
	 * Write the files of interfaces, whatever breaks.
	 * @param contracts the interfaces
	 * @throws IllegalArgumentException if an interface is no valid contract
	 */
	public void accept(Class<?>... contracts) {
		for (Class<?> contract : contracts) {
			write(file(contract), read(file(contract)), PublishedContract.of(contract, this.codec).text());
		}
	}

	/**
	 * Files whose interface is gone.
	 * @param contracts all interfaces that are left
	 * @return a sentence for each
	 */
	public List<String> removed(Collection<Class<?>> contracts) {
		return orphans(contracts).stream()
			.map((file) -> name(file)
					+ ": the contract was removed. This breaks old clients with new providers: a new provider answers "
					+ "UNIMPLEMENTED. Instead, keep the interface, @Deprecated, until no client calls it; if it only has another "
					+ "name now, rename " + file + " as well, and see to it that the service keeps its name: where "
					+ "@MaculaService and @MaculaClient give none, it is that of the interface, " + name(file)
					+ " until now. If no client is left: " + ACCEPT)
			.toList();
	}

	/** Deletes the files whose interface is gone. */
	void deleteRemoved(Collection<Class<?>> contracts) {
		for (Path file : orphans(contracts)) {
			try {
				Files.delete(file);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(file + " cannot be deleted", ex);
			}
			this.notes.accept("Deleted " + file);
		}
	}

	private List<Path> orphans(Collection<Class<?>> contracts) {
		Set<String> names = contracts.stream().map(Class::getName).collect(Collectors.toSet());
		if (!Files.isDirectory(this.folder)) {
			return List.of();
		}
		try (Stream<Path> files = Files.list(this.folder)) {
			return files.filter((file) -> file.toString().endsWith(ENDING) && !names.contains(name(file)))
				.map(ContractFiles::shown)
				.sorted()
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(this.folder + " cannot be read", ex);
		}
	}

	private static String name(Path file) {
		String name = file.getFileName().toString();
		return name.substring(0, name.length() - ENDING.length());
	}

	/** From where the build runs, as people name it. */
	private Path file(Class<?> contract) {
		return shown(this.folder.resolve(contract.getName() + ENDING));
	}

	private static Path shown(Path file) {
		Path here = Path.of("").toAbsolutePath();
		return file.isAbsolute() && file.startsWith(here) ? here.relativize(file) : file;
	}

	/**
	 * With the line ends of {@link PublishedContract#text()}, whatever version control
	 * made of them.
	 */
	private static @Nullable String read(Path file) {
		try {
			return Files.exists(file) ? Files.readString(file).replace("\r\n", "\n") : null;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(file + " cannot be read", ex);
		}
	}

	private void write(Path file, @Nullable String before, String text) {
		if (text.equals(before)) {
			this.notes.accept(file + " is up to date");
			return;
		}
		try {
			Files.createDirectories(this.folder);
			Files.writeString(file, text);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(file + " cannot be written", ex);
		}
		this.notes.accept("Wrote " + file + "; commit it");
	}

}
