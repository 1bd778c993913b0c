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

package io.macula.directory.etcd;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.macula.udp.Addresses;
import io.netty.util.NetUtil;

/**
 * The addresses that a name of a server stands for. gRPC would look it up, too, but tries
 * the first address for as long as it answers nothing, and never the others.
 */
final class EtcdNames {

	/** Of one name; each may take the whole timeout. */
	private static final int MOST = 4;

	private EtcdNames() {
	}

	/**
	 * Look up a server.
	 * @param server as {@code host:port}, of the settings
	 * @param timeout of the name service
	 * @return one or more as {@code address:port}, in the order of the name service;
	 * fails with an {@link EtcdFailure}
	 */
	static CompletableFuture<List<String>> lookup(String server, Duration timeout) {
		int colon = server.lastIndexOf(':');
		String host = server.substring(0, colon);
		String port = server.substring(colon);
		if (host.startsWith("[") || NetUtil.isValidIpV4Address(host)) {
			return CompletableFuture.completedFuture(List.of(server));
		}
		return CompletableFuture.supplyAsync(() -> addresses(host, port), Addresses.threads())
			.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
			.handle((found, error) -> {
				if (error != null) {
					throw failure(host, (error.getCause() != null) ? error.getCause() : error);
				}
				return found;
			});
	}

	/**
	 * An address as the path of a URI, in which gRPC takes no brackets.
	 * @param address as {@code address:port}
	 */
	static String path(String address) {
		return address.replace("%", "%25").replace("[", "%5B").replace("]", "%5D");
	}

	private static List<String> addresses(String host, String port) {
		try {
			return Arrays.stream(InetAddress.getAllByName(host))
				.limit(MOST)
				.map((address) -> NetUtil.toSocketAddressString(address.getHostAddress(), 0).replaceFirst(":0$", port))
				.toList();
		}
		catch (UnknownHostException ex) {
			throw new CompletionException(ex);
		}
	}

	private static EtcdFailure failure(String host, Throwable cause) {
		return EtcdFailure
			.unreachable((cause instanceof TimeoutException) ? "the name service says nothing of '" + host + "' in time"
					: "the name service does not know '" + host + "' (" + cause.getMessage() + ")");
	}

}
