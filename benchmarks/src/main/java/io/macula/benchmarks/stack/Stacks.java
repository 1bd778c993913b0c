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

import java.util.List;

/**
 * All stacks.
 */
public final class Stacks {

	private static final List<String> NAMES = List.of("macula-async", "macula-proxy-future", "macula-proxy-sync",
			"macula-proxy-cold", "macula-lanes4", "macula-loops2", "macula-connections2", "limit-quic",
			"limit-quic-gso", "limit-quic-large", "grpc-direct", "grpc-direct-cbor", "grpc-default", "grpc-fixed2",
			"grpc-blocking", "spring-grpc", "rsocket-tls", "rsocket-tls-cbor", "dubbo", "dubbo-triple",
			"http-exchange-h2", "http-exchange-h1", "reactor-netty-quic");

	private Stacks() {
	}

	/**
	 * All stacks, the product's first.
	 * @return names in the order of the report
	 */
	public static List<String> names() {
		return NAMES;
	}

	/**
	 * The stack of a name.
	 * @param name a name
	 * @return the stack
	 * @throws IllegalArgumentException if there is none of that name
	 */
	public static Stack named(String name) {
		// The class path of one stack may lack what the others need: load only this one.
		return switch (name) {
			case "macula-async" -> MaculaCoreStack.defaults();
			case "macula-proxy-future" -> MaculaSpringStack.futures();
			case "macula-proxy-sync" -> MaculaSpringStack.blocking();
			case "macula-proxy-cold" -> MaculaSpringStack.cold();
			case "macula-lanes4" -> MaculaCoreStack.lanes(4);
			case "macula-loops2" -> MaculaCoreStack.eventLoops(2);
			case "macula-connections2" -> MaculaCoreStack.connections(2);
			case "limit-quic" -> QuicLimitStack.plain();
			case "limit-quic-gso" -> QuicLimitStack.segmented();
			case "limit-quic-large" -> QuicLimitStack.large();
			case "grpc-direct" -> GrpcStack.direct();
			case "grpc-direct-cbor" -> GrpcStack.equal();
			case "grpc-default" -> GrpcStack.defaults();
			case "grpc-fixed2" -> GrpcStack.fixed();
			case "grpc-blocking" -> GrpcStack.blocking();
			case "spring-grpc" -> new SpringGrpcStack();
			case "rsocket-tls" -> RSocketStack.tls();
			case "rsocket-tls-cbor" -> RSocketStack.equal();
			case "dubbo" -> DubboStack.dubbo();
			case "dubbo-triple" -> DubboStack.triple();
			case "http-exchange-h2" -> HttpExchangeStack.http2();
			case "http-exchange-h1" -> HttpExchangeStack.http1();
			case "reactor-netty-quic" -> new ReactorQuicStack();
			default -> throw new IllegalArgumentException("Stack '" + name + "' is unknown: expected one of " + NAMES);
		};
	}

	/**
	 * Secret of the realm in which the product's stacks meet.
	 * @return a secret in Base64
	 */
	public static String realmSecret() {
		return MaculaCoreStack.SECRET;
	}

	/**
	 * Bytes of the last small request that a client of this process encoded.
	 * @return 0 if there was none
	 */
	public static int smallRequestBytes() {
		return Payloads.SMALL_REQUEST_BYTES.get();
	}

	/**
	 * Elements that the product's handler of this process produced.
	 * @return elements since the start of the process
	 */
	public static long produced() {
		return Payloads.PRODUCED.get();
	}

}
