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

package io.macula.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import io.macula.benchmarks.stack.ServerEnd;
import io.macula.benchmarks.stack.Stacks;
import io.macula.benchmarks.stack.Tls;

/**
 * The server's process: prints {@code READY port controlPort}, answers each question on
 * the control port, and ends when its input does.
 */
final class ServerMain {

	static final String USAGE = "usage";

	/** Asks for the elements that were produced. */
	static final String PRODUCED = "produced";

	/** Asks for the live heap. */
	static final String HEAP = "heap";

	static final String START_PROFILE = "start profile";

	static final String STOP_PROFILE = "stop profile";

	private ServerMain() {
	}

	/** Arguments: stack, directory of the keys, address, address for questions. */
	public static void main(String[] args) throws Exception {
		ServerEnd server = Stacks.named(args[0]).startServer(args[2], new Tls(Path.of(args[1])));
		ServerSocket control = new ServerSocket(0, 4, InetAddress.getByName(args[3]));
		Thread thread = new Thread(() -> answer(control), "control");
		thread.setDaemon(true);
		thread.start();
		System.out.println("READY " + server.port() + " " + control.getLocalPort());
		while (System.in.read() >= 0) {
			Thread.onSpinWait();
		}
		Runtime.getRuntime().halt(0);
	}

	private static void answer(ServerSocket control) {
		while (!control.isClosed()) {
			try (Socket socket = control.accept();
					BufferedReader in = new BufferedReader(
							new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
					PrintWriter out = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.US_ASCII)) {
				for (String question = in.readLine(); question != null; question = in.readLine()) {
					out.println(answer(question));
				}
			}
			catch (IOException ex) {
				System.err.println("control: " + ex);
			}
		}
	}

	private static String answer(String question) throws IOException {
		if (question.equals(PRODUCED)) {
			return Long.toString(Stacks.produced());
		}
		if (question.equals(HEAP)) {
			return Long.toString(Usage.liveHeap());
		}
		Profiler profiler = Profiler.ofThisProcess("server");
		if (profiler != null && question.equals(START_PROFILE)) {
			profiler.start();
		}
		else if (profiler != null && question.equals(STOP_PROFILE)) {
			profiler.stop();
		}
		return Usage.now().format();
	}

}
