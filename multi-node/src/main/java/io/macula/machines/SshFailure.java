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

import java.util.List;
import java.util.stream.Stream;

/**
 * What an ssh command that failed means, and how it is mended. What came from the machine
 * is cut, and control characters in it are not repeated.
 */
final class SshFailure {

	/** Status of a command that did not end within its limit. */
	static final int NO_END = -1;

	/** Status of ssh itself. */
	private static final int NOT_REACHED = 255;

	private static final int MAX_TEXT = 300;

	private SshFailure() {
	}

	/**
	 * Explain a failure.
	 * @param machine where the step was to be run
	 * @param step the step
	 * @param status of ssh, or {@link #NO_END}
	 * @param errors what was printed on the standard error
	 * @param knownHosts where the keys of machines are kept, for messages
	 * @return one line
	 */
	static String explain(Machine machine, Step step, int status, String errors, String knownHosts) {
		String where = machine.name() + " (" + machine.user() + "@" + machine.address() + " port " + machine.sshPort()
				+ ")";
		if (status == NO_END) {
			return where + " did not end the step '" + step.name() + "' within " + step.limit().toSeconds()
					+ " s: look at its load and its log";
		}
		if (status == NOT_REACHED) {
			return where + " " + notReached(machine, errors, knownHosts);
		}
		if (errors.contains("sudo: a password is required") || errors.contains("sudo: a terminal is required")
				|| errors.contains("is not in the sudoers file") || errors.contains("may not run sudo")) {
			return where + ": user " + machine.user()
					+ " may not become root without a password: give it a rule there (" + machine.user()
					+ " ALL=(root) NOPASSWD: ALL), log in as root, or take --mode process";
		}
		if (errors.contains("sudo: not found") || errors.contains("sudo: command not found")) {
			return where + ": there is no sudo: install it there, log in as root, or take --mode process";
		}
		if (errors.contains("No space left on device") || errors.contains("Disk quota exceeded")) {
			return where + ": its disk is full: make room at " + machine.directory()
					+ " and in /tmp, or take directory=PATH on another file system";
		}
		if (errors.contains("Read-only file system")) {
			return where + ": a file system is read-only (" + last(errors)
					+ "): remount it, or take directory=PATH on another one";
		}
		if (errors.contains("lock is held by")) {
			return where + ": another run holds its lock (" + last(errors) + "): wait for its end; if it was killed: "
					+ "rm -r " + machine.directory() + "/lock there";
		}
		if (errors.contains("macula-client is there already")) {
			return where
					+ ": scenarios are run from there, or were and left their folder: wait for their end; if they were "
					+ "killed: rm -r ~/macula-client there";
		}
		return where + ": the step '" + step.name() + "' failed: " + last(errors);
	}

	private static String notReached(Machine machine, String errors, String knownHosts) {
		String place = (machine.sshPort() == 22) ? machine.address()
				: "[" + machine.address() + "]:" + machine.sshPort();
		if (errors.contains("REMOTE HOST IDENTIFICATION HAS CHANGED") || errors.contains("POSSIBLE DNS SPOOFING")) {
			return "has another host key than the one known: it was installed anew, or somebody poses as it; if you know "
					+ "that it is right: ssh-keygen -f " + knownHosts + " -R '" + place
					+ "', and add its new key as for an unknown one";
		}
		if (errors.contains("Host key verification failed")) {
			return "has a host key that is not known: ssh-keyscan -p " + machine.sshPort() + " " + machine.address()
					+ " >> " + knownHosts
					+ ", and compare it with that of the machine (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub "
					+ "there)";
		}
		if (errors.contains("Permission denied")) {
			return "does not take the key: ssh-copy-id -p " + machine.sshPort() + " " + machine.user() + "@"
					+ machine.address() + ", or name another one (SSH_IDENTITY)";
		}
		if (errors.contains("UNPROTECTED PRIVATE KEY FILE")) {
			return "was not tried: others can read the private key: chmod 600 it";
		}
		if (errors.contains("Could not resolve hostname")) {
			return "has a name that is not known here: correct the address, or add it to /etc/hosts";
		}
		if (errors.contains("Connection refused")) {
			return "refuses the connection: start its ssh server, or correct the port";
		}
		if (errors.contains("timed out") || errors.contains("No route to host")
				|| errors.contains("Network is unreachable")) {
			return "cannot be reached (" + last(errors)
					+ "): is it on, is the address right, does a firewall let the port through?";
		}
		return errors.isBlank() ? "lost its connection: try again" : "cannot be used by ssh: " + last(errors);
	}

	/** The last line that says something. */
	static String last(String text) {
		List<String> lines = Stream.of(text.split("\n"))
			.map((line) -> line.replaceAll("[\\p{Cntrl}]", "").strip())
			.filter((line) -> !line.isEmpty())
			.toList();
		if (lines.isEmpty()) {
			return "it said nothing";
		}
		String line = lines.get(lines.size() - 1);
		return (line.length() > MAX_TEXT) ? line.substring(0, MAX_TEXT) + "..." : line;
	}

}
