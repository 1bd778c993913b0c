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

package io.macula.server;

import java.time.Duration;
import java.util.List;

import io.macula.CallContext;
import io.macula.Status;
import io.macula.interceptor.ServerInterceptor;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;

/**
 * The interceptors of a server, in their order. Safe for all threads.
 */
final class ServerInterceptors {

	static final ServerInterceptors NONE = new ServerInterceptors(List.of());

	private static final FaultLog log = new FaultLog(PrintableLogger.of(ServerInterceptors.class));

	private final List<ServerInterceptor> all;

	ServerInterceptors(List<ServerInterceptor> all) {
		this.all = List.copyOf(all);
	}

	boolean none() {
		return this.all.isEmpty();
	}

	int size() {
		return this.all.size();
	}

	ServerInterceptor get(int index) {
		return this.all.get(index);
	}

	/** Whatever one throws, the others are told. */
	void ended(CallContext call, Status status, Duration took) {
		for (ServerInterceptor interceptor : this.all) {
			try {
				interceptor.ended(call, status, took);
			}
			catch (Throwable ex) {
				log.warn("Interceptor " + interceptor.getClass().getName() + " failed at the end of a call of "
						+ call.service() + "/" + call.method(), ex);
			}
		}
	}

}
