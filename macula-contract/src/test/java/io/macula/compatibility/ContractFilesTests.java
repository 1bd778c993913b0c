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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.macula.codec.JacksonPayloadCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.PropertyNamingStrategies;

import static org.assertj.core.api.Assertions.assertThat;

class ContractFilesTests {

	@TempDir
	Path directory;

	private final List<String> notes = new ArrayList<>();

	private Path folder() {
		return this.directory.resolve("contract");
	}

	private Path file() {
		return folder().resolve("shop.Orders.contract");
	}

	private ContractFiles files() {
		return new ContractFiles(folder(), JacksonPayloadCodec.cbor(), this.notes::add);
	}

	private Class<?> contract(String members) {
		return Compiled.contract(this.directory, members);
	}

	@Test
	void whenThereIsNoFileThenTheCheckFailsWithTheRemedy() {
		assertThat(files().check(contract("void put(String a);")))
			.containsExactly("shop.Orders: there is no " + file() + " to compare it with; write it and commit it: "
					+ "mvn macula-contract:write in its module, or ContractFiles.write");
		assertThat(folder()).doesNotExist();
	}

	@Test
	void whatWasWrittenIsUpToDate() throws IOException {
		Class<?> contract = contract("void put(String a);");
		assertThat(files().write(contract)).isEmpty();
		assertThat(files().check(contract)).isEmpty();
		Files.writeString(file(), Files.readString(file()).replace("\n", "\r\n"));
		assertThat(files().check(contract)).as("with the line ends of another system").isEmpty();
		assertThat(files().write(contract)).isEmpty();
		assertThat(this.notes).containsExactly("Wrote " + file() + "; commit it",
				"shop.Orders is what " + file() + " says", "shop.Orders is what " + file() + " says",
				file() + " is up to date");
	}

	/** Otherwise what is changed next would be compared with what nobody has any more. */
	@Test
	void whenAChangeIsCompatibleThenTheFileIsToBeWrittenAnew() {
		files().write(contract("void put(String a);"));
		Class<?> more = contract("void put(String a); void take(String a);");
		assertThat(files().check(more)).containsExactly(file()
				+ " is not up to date, but nothing breaks: Orders.take: the method was added (upgrade a provider first: only "
				+ "those that have it can be called). Now write it and commit it: mvn macula-contract:write in its module, or "
				+ "ContractFiles.write");
		assertThat(files().write(more)).isEmpty();
		assertThat(files().check(more)).isEmpty();
	}

	@Test
	void whenOnlyNamesOfJavaChangedThenTheFileSaysNothingOfOldOnes() {
		files().write(contract("void put(A a); record A(int b) { }"));
		assertThat(files().check(contract("void put(B a); record B(int b) { }"))).hasSize(1)
			.allSatisfy((problem) -> assertThat(problem).startsWith(file()
					+ " is not up to date, but nothing breaks: only names changed that do not travel. Now write"));
	}

	/** The file went with it, as it should; but what the service is called may not. */
	@Test
	void whenTheInterfaceHasAnotherNameThenTheNameOfItsServiceIsToBeKept() throws IOException {
		Class<?> contract = contract("void put(String a);");
		files().write(contract);
		Files.writeString(file(), Files.readString(file()).replace("contract shop.Orders", "contract shop.Bills"));
		assertThat(files().check(contract)).containsExactly(file()
				+ " is not up to date, but nothing breaks: Orders: the interface was shop.Bills (where @MaculaService and"
				+ " @MaculaClient give no name, the service was called so: give it that name, or old clients and new"
				+ " providers do not find each other, nor the other way round). Now write it and commit it: mvn"
				+ " macula-contract:write in its module, or ContractFiles.write");
	}

	@Test
	void whatBreaksPeersIsNotWritten() throws IOException {
		files().write(contract("void put(String a); void take(String a);"));
		String committed = Files.readString(file());
		Class<?> broken = contract("void put(String a, int b); void give(int a);");
		List<String> problems = files().check(broken);
		assertThat(problems).hasSize(3);
		assertThat(problems.get(0)).startsWith("Orders.put: parameters were added: 'b'. This breaks ");
		assertThat(problems.get(1)).startsWith("Orders.take: the method was removed. This breaks ");
		assertThat(problems.get(2)).isEqualTo(file()
				+ ": not compatible with the committed version. If no peer of it is left: mvn macula-contract:write "
				+ "-Dmacula.contract.accept-breaking=true in its module, or ContractFiles.accept");
		assertThat(files().write(broken)).hasSize(3)
			.last()
			.asString()
			.startsWith(file() + " was not written. If no peer of the committed version is left: mvn ");
		assertThat(file()).hasContent(committed);
		files().accept(broken);
		assertThat(files().check(broken)).isEmpty();
	}

	@Test
	void aCodecOfTheApplicationReadsItsTypes() {
		JacksonPayloadCodec codec = JacksonPayloadCodec.cborBuilder()
			.naming(PropertyNamingStrategies.SNAKE_CASE)
			.build();
		Class<?> contract = contract("void put(A a); record A(int someValue) { }");
		assertThat(files().withCodec(codec).write(contract)).isEmpty();
		assertThat(file()).content().contains("    some_value: int\n");
		assertThat(ContractFiles.in(folder()).withCodec(codec).check(contract)).isEmpty();
	}

	@Test
	void whenAnInterfaceIsGoneThenItsClientsBreak() throws IOException {
		Class<?> contract = contract("void put(String a);");
		files().write(contract);
		Path other = Files.copy(file(), folder().resolve("shop.Bills.contract"));
		assertThat(files().removed(List.of(contract))).hasSize(1)
			.first()
			.asString()
			.startsWith(
					"shop.Bills: the contract was removed. This breaks old clients with new providers: a new provider "
							+ "answers UNIMPLEMENTED. Instead, keep the interface")
			.contains("if it only has another name now, rename " + other + " as well, and see to it that the service"
					+ " keeps its name: where @MaculaService and @MaculaClient give none, it is that of the interface,"
					+ " shop.Bills until now");
		files().deleteRemoved(List.of(contract));
		assertThat(other).doesNotExist();
		assertThat(file()).exists();
	}

}
