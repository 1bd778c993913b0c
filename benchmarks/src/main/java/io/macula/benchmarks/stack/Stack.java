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

package io.macula.benchmarks.stack;

import java.util.Set;

/**
 * One way for a client to call a server: the product in one of its forms, or a peer.
 */
public interface Stack {

	/**
	 * Name in the report.
	 * @return lower-case letters, digits and dashes
	 */
	String name();

	/**
	 * How it is set up, in one sentence.
	 * @return a sentence for the report
	 */
	String description();

	/**
	 * What it can be measured in.
	 * @return the modes
	 */
	Set<Mode> modes();

	/**
	 * Whether it is also measured with payloads of 64 KiB.
	 * @return false for stacks that only matter for small calls
	 */
	default boolean carriesLarge() {
		return false;
	}

	/**
	 * Whether it can be measured over links between hosts.
	 * @return false for stacks that listen on loopback only
	 */
	default boolean links() {
		return false;
	}

	/**
	 * Whether its processes have to do without a jar; by default Spring gRPC's, whose
	 * auto-configuration would start a server of its own.
	 * @param jar file name of a jar on the class path
	 * @return true for what the stack does not work with
	 */
	default boolean excludes(String jar) {
		return SpringGrpcStack.owns(jar);
	}

	/**
	 * Start the server, in the server's process.
	 * @param address where to listen; of use to the stacks that {@link #links()}
	 * @param tls keys of this run
	 * @return the listening server
	 * @throws Exception if it cannot be started
	 */
	ServerEnd startServer(String address, Tls tls) throws Exception;

	/**
	 * Connect, in the client's process.
	 * @param address address of the server
	 * @param port port of the server
	 * @param tls keys of this run
	 * @return the client
	 * @throws Exception if it cannot be connected
	 */
	CalculatorClient connect(String address, int port, Tls tls) throws Exception;

}
