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

package io.macula.rogue;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

import io.macula.harness.Arguments;
import io.macula.harness.Clock;

/**
 * The process of an attacker. It says {@code Started} when it is under way, tells by
 * lines that begin with {@link #OUTCOME} what came of it, and goes on until it is killed.
 */
public final class Attacker {

	/** Begin of a line that tells a figure, {@code Outcome name=value}. */
	public static final String OUTCOME = "Outcome ";

	/** Figure of an attack that is over; most go on until they are killed. */
	public static final String DONE = "done";

	/** Figure of an attack that could not go on. */
	public static final String ERROR = "error";

	/** The form that attacks nobody and takes a processor. */
	public static final String BURDEN = "burden";

	private static final Map<String, Form> FORMS = forms();

	private Attacker() {
	}

	private static Map<String, Form> forms() {
		Map<String, Form> forms = new TreeMap<>();
		DirectoryForms.addTo(forms);
		CallForms.addTo(forms);
		FloodForms.addTo(forms);
		RetryForms.addTo(forms);
		forms.put(BURDEN, Attacker::burden);
		return forms;
	}

	/** Some work without end. */
	private static void burden(Foe foe, Arguments arguments) {
		started();
		byte[] bytes = new byte[1 << 16];
		for (CRC32 work = new CRC32();; work.update(bytes)) {
			bytes[0] = (byte) work.getValue();
		}
	}

	/**
	 * Attack.
	 * @param form how
	 * @param args {@code --targets=host:port,...}, {@code --from=address}, and what the
	 * form needs
	 */
	public static void run(String form, String... args) {
		Form chosen = FORMS.get(form);
		if (chosen == null) {
			throw new IllegalArgumentException("Attack '" + form + "' is not known: expected one of " + FORMS.keySet());
		}
		Arguments arguments = Arguments.parse(args);
		try {
			chosen.run(Foe.of(arguments), arguments);
		}
		catch (Exception ex) {
			outcome(ERROR, ex);
			ex.printStackTrace();
			started();
		}
		outcome(DONE, "yes");
		Clock.pause(Duration.ofDays(1));
	}

	static void started() {
		System.out.println("Started attack");
	}

	static void outcome(String name, Object value) {
		System.out.println(OUTCOME + name + "=" + value.toString().replaceAll("\\p{Cntrl}", "?"));
	}

	/** A form of attack. */
	@FunctionalInterface
	interface Form {

		/**
		 * Attack.
		 * @param foe what is known
		 * @param arguments what the form needs
		 * @throws Exception if it cannot go on
		 */
		void run(Foe foe, Arguments arguments) throws Exception;

	}

}
