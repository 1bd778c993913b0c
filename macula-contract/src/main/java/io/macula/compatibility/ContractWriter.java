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

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;

import io.macula.codec.CodedType;

/**
 * Writes a contract as text. Used once.
 */
final class ContractWriter {

	static final String INDENT = "    ";

	private final PublishedContract contract;

	private final StringBuilder text = new StringBuilder();

	private final Set<String> exceptions = new HashSet<>();

	ContractWriter(PublishedContract contract) {
		this.contract = contract;
	}

	String write() {
		this.text
			.append("# What peers see of this contract. Written by macula-contract, and compared in each build: do ")
			.append("not edit it.\ncontract ")
			.append(this.contract.name())
			.append('\n');
		this.contract.methods().forEach(this::method);
		this.contract.types().forEach(this::type);
		return this.text.toString();
	}

	private void method(PublishedMethod method) {
		StringJoiner parameters = new StringJoiner(", ", "(", ")");
		method.parameters()
			.forEach((parameter) -> parameters
				.add(parameter.name() + ": " + (parameter.stream() ? "stream " : "") + parameter.type()));
		this.text.append('\n')
			.append("method ")
			.append(Quoted.name(method.name()))
			.append(parameters)
			.append(": ")
			.append(method.stream() ? "stream " : "")
			.append(method.result())
			.append(method.idempotent() ? " (idempotent)" : "")
			.append('\n');
		for (String exception : method.exceptions()) {
			line("throws " + exception);
			this.exceptions.add(exception);
		}
	}

	private void type(String name, CodedType type) {
		this.text.append('\n');
		if (type instanceof CodedType.Properties properties) {
			this.text.append(this.exceptions.contains(name) ? "exception " : "type ")
				.append(name)
				.append(properties.positional() ? " (by position)" : "")
				.append('\n');
			properties.properties().forEach(this::property);
		}
		else if (type instanceof CodedType.Constants constants) {
			this.text.append("enum ").append(name).append('\n');
			constants.constants().forEach((constant) -> {
				List<String> notes = also(constant.aliases());
				if (constant.name().equals(constants.fallback())) {
					notes.add("default");
				}
				line(Quoted.name(constant.name()) + notes(notes));
			});
		}
		else if (type instanceof CodedType.Choice choice) {
			List<String> notes = new ArrayList<>(List.of("told by " + Quoted.text(choice.toldBy())));
			if (choice.fallback() != null) {
				notes.add("default " + choice.fallback());
			}
			this.text.append("choice ").append(name).append(notes(notes)).append('\n');
			choice.cases()
				.forEach((option) -> line(
						Quoted.name(option.name()) + ": " + option.type() + notes(also(option.aliases()))));
		}
		else if (type instanceof CodedType.Same same) {
			this.text.append("same ").append(name).append(": ").append(same.type()).append('\n');
		}
		else if (type instanceof CodedType.Own own) {
			this.text.append("own ").append(name).append(" (by ").append(Quoted.text(own.by())).append(")\n");
		}
	}

	private void property(CodedType.Property property) {
		List<String> notes = also(property.aliases());
		if (property.required()) {
			notes.add("required");
		}
		if (!property.written()) {
			notes.add("never sent");
		}
		if (property.format() != null) {
			notes.add("format " + Quoted.text(property.format()));
		}
		line(Quoted.name(property.name()) + ": " + property.type() + notes(notes));
	}

	private void line(String line) {
		this.text.append(INDENT).append(line).append('\n');
	}

	private static List<String> also(List<String> aliases) {
		List<String> notes = new ArrayList<>();
		aliases.forEach((alias) -> notes.add("also " + Quoted.text(alias)));
		return notes;
	}

	private static String notes(List<String> notes) {
		return notes.isEmpty() ? "" : " (" + String.join(", ", notes) + ")";
	}

}
