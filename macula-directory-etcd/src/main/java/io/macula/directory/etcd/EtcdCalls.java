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

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/**
 * Gives each question to etcd a deadline, and leaves it to {@link EtcdConnection} to ask
 * another server.
 */
final class EtcdCalls implements ClientInterceptor {

	/*
	 * jetcd gives most calls no deadline and cannot cancel them: one that hangs would be
	 * sent when etcd is back, such as the grant of a lease that nobody waits for. And it
	 * tries calls that are UNAVAILABLE again at the same server, with a line in the log
	 * for each, at no bounded rate: so they get another code, which etcd does not use.
	 *
	 * A server without a leader holds questions that need one until their time is over,
	 * and would be waited for while others have a leader already. Told that one is
	 * required, it says at once that it has none.
	 */

	/** Stands for UNAVAILABLE. */
	static final Status.Code AWAY = Status.Code.ABORTED;

	private static final Metadata.Key<String> REQUIRE_LEADER = Metadata.Key.of("hasleader",
			Metadata.ASCII_STRING_MARSHALLER);

	private static final String WATCH = "etcdserverpb.Watch/Watch";

	private final Duration timeout;

	EtcdCalls(Duration timeout) {
		this.timeout = timeout;
	}

	@Override
	public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
		if (method.getFullMethodName().equals(WATCH)) {
			return next.newCall(method, options);
		}
		CallOptions bounded = options.withDeadlineAfter(this.timeout.toMillis(), TimeUnit.MILLISECONDS);
		return new SimpleForwardingClientCall<>(next.newCall(method, bounded)) {

			@Override
			public void start(Listener<A> answers, Metadata headers) {
				headers.put(REQUIRE_LEADER, "true");
				super.start(new SimpleForwardingClientCallListener<>(answers) {

					@Override
					public void onClose(Status status, Metadata trailers) {
						super.onClose(once(status), trailers);
					}

				}, headers);
			}

		};
	}

	private static Status once(Status status) {
		return (status.getCode() == Status.Code.UNAVAILABLE)
				? AWAY.toStatus().withDescription(status.getDescription()).withCause(status.getCause()) : status;
	}

}
