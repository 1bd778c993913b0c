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

package io.macula.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

import io.macula.harness.Criterion;
import io.macula.harness.Markdown;

/**
 * The page that shows what held under which fault, made from the reports of a whole run
 * and of the soak.
 */
final class ReliabilityPage {

	private static final String HEAD = """
			# Reliability

			What holds under which fault. This page is generated: `scripts/faults.sh` runs three providers and a client as real
			processes in network namespaces, puts them under steady load, injects one fault after the other, heals it, and writes
			down what was measured. Settings are the defaults unless a row says otherwise.

			- **Load**: callers that wait for each answer, calls at a fixed rate whatever the answers (timed from when they were
			  due), and streams; of a method that is idempotent and of one that is not. A handler takes 2 ms.
			- **Account**: every call carries an id that the provider writes into its journal before it executes it. After each
			  fault the journals of all providers are compared with what the client was told: no call of a method that is not
			  idempotent was executed twice, none that was reported as not processed was executed, none was answered without having
			  been executed, none was executed after its deadline, and each had an outcome by its deadline. Faults of a client's own
			  life have clients of their own, with the same account.
			- **Left behind**: after each fault threads, descriptors and heap of the client and of the providers that lived through
			  it are compared with what they were before it.
			- **Networks**: IPv4 with a client whose address is translated, unless a row says "IPv6 only" or "IPv4 and IPv6".
			- **Beside grpc-java**: the same load over the same bad link, once over Macula and then over grpc-java with TLS,
			  everything at its default, one connection for each provider. The 99th percentiles of both stand in the row.
			- **Not idempotent** calls that were in flight when a provider fell silent fail with a status that says "unknown":
			  nobody can know whether they were executed, and they are never executed again.

			""";

	/** Name of the file that keeps the report of the last whole run. */
	static final String WHOLE = "kept-whole.json";

	private ReliabilityPage() {
	}

	/**
	 * Keep the report of a whole run, with or without faults that were measured again, or
	 * of a soak, and write the page from what was kept: other runs change nothing.
	 * @param report the report
	 * @param directory where reports are kept
	 * @param page file of the page
	 * @throws IOException if it cannot be written
	 */
	static void keep(Report report, Path directory, Path page) throws IOException {
		report.write(directory.resolve("kept-" + report.form() + ".json"));
		Report whole = Report.read(directory.resolve(WHOLE));
		Report soak = Report.read(directory.resolve("kept-soak.json"));
		StringBuilder text = new StringBuilder(HEAD);
		if (whole != null) {
			summary(text, "What a user notices", whole);
		}
		if (soak != null) {
			summary(text, "Soak", soak);
		}
		if (whole != null) {
			append(text, "Each criterion of the whole run", whole);
		}
		if (soak != null) {
			append(text, "Each criterion of the soak", soak);
		}
		Files.writeString(page, Markdown.wrap(text.toString()));
	}

	private static void summary(StringBuilder text, String title, Report report) {
		text.append("## %s%n%n".formatted(title));
		text.append("Java %s, Linux %s, all processes on %d processors. %s%n%n".formatted(report.java(),
				report.kernel(), report.processors(),
				report.passed() ? "Each criterion held." : "**Not each criterion held.**"));
		String again = report.faults()
			.stream()
			.filter((fault) -> fault.again() != null)
			.map((fault) -> fault.name() + " (" + fault.again() + ")")
			.collect(Collectors.joining(", "));
		if (!again.isEmpty()) {
			text.append("Measured again after the whole run, on a later state of the code: %s.%n%n".formatted(again));
		}
		text.append("| fault | idempotent calls that failed | other calls that failed | longest idempotent call | |\n");
		text.append("| --- | --- | --- | --- | --- |\n");
		for (FaultReport fault : report.faults()) {
			Noticed noticed = fault.noticed();
			if (fault.result().equals(FaultReport.SKIPPED)) {
				text.append("| %s | | | | skipped |%n".formatted(fault.title()));
			}
			else {
				text.append("| %s | %d of %d | %d of %d | %.0f ms | %s |%n".formatted(fault.title(),
						noticed.idempotentFailed(), noticed.idempotent(), noticed.onceFailed(), noticed.once(),
						noticed.worstMillis(), fault.failed() ? "**fails**" : "holds"));
			}
		}
		text.append('\n');
	}

	private static void append(StringBuilder text, String title, Report report) {
		text.append("## %s%n%n".formatted(title));
		text.append("| fault | must hold | | measured |\n| --- | --- | --- | --- |\n");
		for (FaultReport fault : report.faults()) {
			append(text, fault);
		}
		text.append('\n');
	}

	private static void append(StringBuilder text, FaultReport fault) {
		String first = "**" + fault.name() + "**: " + fault.title();
		if (fault.result().equals(FaultReport.SKIPPED)) {
			row(text, first, "", "skipped", String.valueOf(fault.measured().get("reason")));
			return;
		}
		for (Criterion criterion : fault.criteria()) {
			row(text, first, criterion.must(), criterion.passed() ? "holds" : "**fails**", criterion.measured());
			first = "";
		}
		for (Map.Entry<String, Object> figure : fault.measured().entrySet()) {
			row(text, first, figure.getKey(), "", String.valueOf(figure.getValue()));
			first = "";
		}
	}

	private static void row(StringBuilder text, String fault, String must, String result, String measured) {
		String shown = (measured.length() > 300) ? measured.substring(0, 300) + " ..." : measured;
		text.append("| %s | %s | %s | %s |%n".formatted(fault, must, result, shown.replace("|", "\\|")));
	}

}
