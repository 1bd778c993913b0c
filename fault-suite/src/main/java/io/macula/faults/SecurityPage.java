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

import io.macula.harness.Criterion;
import io.macula.harness.Markdown;

/**
 * The section of the page on security that shows what was attacked and what happened,
 * made from the report of a whole run. What people wrote around it stays.
 */
final class SecurityPage {

	/** Name of the file that keeps the report of the last whole run. */
	static final String WHOLE = "kept-whole.json";

	private static final String BEGIN = "<!-- scripts/attacks.sh writes what follows -->";

	private static final String END = "<!-- scripts/attacks.sh wrote what is above -->";

	private static final String HEAD = """
			## Attacks and what happens

			This section is generated: `scripts/attacks.sh` runs two providers with 256 MB of heap and 256 MB of direct memory, each
			a seed, and a client that calls them all the while, as real processes at their default settings (but room for 1,000
			connections). Another process attacks from an address of its own. Its QUIC streams and frames are made by hand from
			[the wire protocol](wire-protocol.md); unless a row says otherwise it is a member that knows the realm's secret.

			Under each attack must hold: none of the client's calls fails; the 99th percentile of those that are no streams stays
			within three times that without an attack (100 ms to 1 s), the longest under 2 s; no provider holds more than 200 MB
			more than before; no other process logs more than 40 lines or 24 kB, no line forged. All share the processors, so the
			latency without an attack is that beside a process that computes on one of them and does nothing else. Where latencies
			alone do not hold the attack is made once more, as whatever else runs on the machine shows in them, too.

			""";

	private SecurityPage() {
	}

	/**
	 * Keep the report of a whole run, with or without attacks that were measured again,
	 * and write the section from it.
	 * @param report the report
	 * @param directory where reports are kept
	 * @param page file of the page
	 * @throws IOException if it cannot be written
	 */
	static void keep(Report report, Path directory, Path page) throws IOException {
		report.write(directory.resolve(WHOLE));
		String present = Files.exists(page) ? Files.readString(page) : "# Security\n\n";
		int begin = present.indexOf(BEGIN);
		int end = present.indexOf(END);
		String before = (begin < 0) ? present.stripTrailing() + "\n\n" : present.substring(0, begin);
		String after = (begin < 0 || end < begin) ? "\n" : present.substring(end + END.length());
		Files.writeString(page, before + BEGIN + "\n\n" + Markdown.wrap(section(report)) + "\n" + END + after);
	}

	private static String section(Report report) {
		StringBuilder text = new StringBuilder(HEAD);
		text.append("Java %s, Linux %s, all processes on %d processors. %s%n%n".formatted(report.java(),
				report.kernel(), report.processors(),
				report.passed() ? "Each criterion held." : "**Not each criterion held.**"));
		text.append(
				"| attack | calls of others that failed | their p99 | longest idempotent call | memory of a provider, at the peak | |\n"
						+ "| --- | --- | --- | --- | --- | --- |\n");
		for (FaultReport attack : report.faults()) {
			Noticed noticed = attack.noticed();
			int calls = noticed.idempotent() + noticed.once();
			String again = (attack.again() != null) ? " (measured again on " + attack.again() + ")" : "";
			String verdict = attack.failed() ? "**fails**" : "holds";
			text.append((calls == 0) ? "| %s%s | | | | | %s |%n".formatted(attack.title(), again, verdict)
					: "| %s%s | %d of %d | %s | %.0f ms | %s | %s |%n".formatted(attack.title(), again,
							noticed.idempotentFailed() + noticed.onceFailed(), calls,
							attack.measured().getOrDefault(Siege.LATENCY, ""), noticed.worstMillis(),
							attack.measured().getOrDefault(Siege.MEMORY, ""), verdict));
		}
		text.append("\n### Each criterion\n\n| attack | must hold | | measured |\n| --- | --- | --- | --- |\n");
		for (FaultReport attack : report.faults()) {
			String first = "**" + attack.name() + "**: " + attack.title();
			for (Criterion criterion : attack.criteria()) {
				row(text, first, criterion.must(), criterion.passed() ? "holds" : "**fails**", criterion.measured());
				first = "";
			}
			for (Map.Entry<String, Object> figure : attack.measured().entrySet()) {
				if (figure.getKey().equals(Siege.LATENCY) || figure.getKey().equals(Siege.MEMORY)) {
					continue;
				}
				row(text, first, figure.getKey(), "", String.valueOf(figure.getValue()));
				first = "";
			}
		}
		return text.toString();
	}

	private static void row(StringBuilder text, String attack, String must, String result, String measured) {
		String shown = (measured.length() > 300) ? measured.substring(0, 300) + " ..." : measured;
		text.append("| %s | %s | %s | %s |%n".formatted(attack, must, result,
				shown.replaceAll("\\p{Cntrl}", " ").replace("|", "\\|")));
	}

}
