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

package io.macula.harness;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Table of trials and their criteria, printed as they come: the first row of each trial
 * bears its name. For one thread.
 */
public final class CriteriaTable {

	private final PrintStream out;

	private final String row;

	private final List<String> failed = new ArrayList<>();

	/**
	 * An empty table.
	 * @param out where to print
	 * @param nameWidth columns for the name of a trial
	 * @param mustWidth columns for what must hold
	 * @param verdictWidth columns for the verdict
	 */
	public CriteriaTable(PrintStream out, int nameWidth, int mustWidth, int verdictWidth) {
		this.out = out;
		this.row = "| %-" + nameWidth + "s | %-" + mustWidth + "s | %-" + verdictWidth + "s | %s%n";
	}

	/**
	 * Print the criteria of a trial.
	 * @param name name of the trial
	 * @param criteria what must hold
	 */
	public void print(String name, List<Criterion> criteria) {
		String shown = name;
		for (Criterion criterion : criteria) {
			this.out.printf(this.row, shown, criterion.must(), criterion.passed() ? "ok" : "FAILED",
					criterion.measured());
			shown = "";
			if (!criterion.passed()) {
				this.failed.add("Did not hold: " + name + ": " + criterion.must() + ": " + criterion.measured());
			}
		}
		this.out.flush();
	}

	/**
	 * Print what did not hold once more, each with the name of its trial, for whoever
	 * sees but the end of a long output.
	 */
	public void repeatFailed() {
		this.failed.forEach(this.out::println);
		this.out.flush();
	}

	/**
	 * Print a trial that could not be made.
	 * @param name name of the trial
	 * @param title what it would have been
	 * @param reason why it could not
	 */
	public void printSkipped(String name, String title, String reason) {
		this.out.printf(this.row, name, title, "SKIPPED", reason);
		this.out.flush();
	}

}
