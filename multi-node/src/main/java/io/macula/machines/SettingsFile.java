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

package io.macula.machines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads further settings of an application, {@code VARIABLE=value} a line; {@code #}
 * begins a comment line. One file is read by systemd, Docker and a shell: nothing passes
 * that one of them would read otherwise than the others.
 */
final class SettingsFile {

	private static final Pattern LINE = Pattern.compile("([A-Z][A-Z0-9_]*)=([A-Za-z0-9_.,:/@%+=-]*)");

	private static final Set<String> OWN = Set.of("MACULA_NODE_ID", "MACULA_REALM_SECRET", "MACULA_REALM_SEEDS",
			"MACULA_PROVIDER_PORT", "MACULA_PROVIDER_ADVERTISEDHOST", "MACULA_PROVIDER_FURTHERADDRESSES",
			"MACULA_NODE_ZONE", "SERVER_PORT", "SERVER_ADDRESS", "MACULA_PROVIDER_TERMINATIONGRACEPERIOD");

	private SettingsFile() {
	}

	/**
	 * Read a file of settings.
	 * @param file the file
	 * @return values by variable
	 * @throws CannotDeployException if it cannot be read, or a line is not valid: with a
	 * line of the message for each of them
	 */
	static Map<String, String> read(Path file) {
		List<String> faults = new ArrayList<>();
		Map<String, String> settings = new TreeMap<>();
		int number = 0;
		for (String line : lines(file)) {
			number++;
			String text = line.strip();
			if (text.isEmpty() || text.startsWith("#")) {
				continue;
			}
			Matcher matcher = LINE.matcher(text);
			// Its value may be secret: it is not repeated.
			String place = file + " line " + number + ": ";
			if (!matcher.matches()) {
				faults.add(place
						+ "is not a setting: expected VARIABLE=value, the variable in capitals, the value of letters, "
						+ "digits and _ . , : / @ % + = - (what needs others goes into the application.yml of the application)");
			}
			else if (OWN.contains(matcher.group(1))) {
				faults.add(place + matcher.group(1)
						+ (matcher.group(1).equals("MACULA_REALM_SECRET")
								? " is secret: expected it as a variable of the command"
								: " follows from the hosts file and the options: expected it there"));
			}
			else if (settings.put(matcher.group(1), matcher.group(2)) != null) {
				faults.add(place + matcher.group(1) + " stands there twice: expected each variable once");
			}
		}
		if (!faults.isEmpty()) {
			throw new CannotDeployException(String.join("\n", faults));
		}
		return settings;
	}

	private static List<String> lines(Path file) {
		try {
			return Files.readAllLines(file);
		}
		catch (IOException ex) {
			throw new CannotDeployException("Settings file " + file + " cannot be read: give a text file that is there",
					ex);
		}
	}

}
