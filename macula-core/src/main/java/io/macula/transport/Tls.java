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

package io.macula.transport;

import java.security.cert.CertificateException;

import io.netty.handler.codec.quic.QuicClosedChannelException;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;

import javax.net.ssl.SSLException;

/**
 * Tells failures of authentication from other ones.
 */
final class Tls {

	private Tls() {
	}

	static boolean isFailure(Throwable cause) {
		for (Throwable each = cause; each != null; each = next(each)) {
			if (each instanceof SSLException || each instanceof CertificateException) {
				return true;
			}
			if (each instanceof QuicClosedChannelException closed && tlsError(closed.event())) {
				return true;
			}
		}
		return false;
	}

	static String describe(Throwable cause) {
		if (cause instanceof QuicClosedChannelException closed && tlsError(closed.event())) {
			return "it refused the handshake with " + ClientEvents.describe(closed.event());
		}
		Throwable deepest = cause;
		for (Throwable each = next(cause); each != null; each = next(each)) {
			deepest = each;
		}
		return "the handshake failed with " + deepest;
	}

	private static boolean tlsError(@org.jspecify.annotations.Nullable QuicConnectionCloseEvent event) {
		return event != null && event.isTlsError();
	}

	private static @org.jspecify.annotations.Nullable Throwable next(Throwable cause) {
		Throwable next = cause.getCause();
		return (next != cause) ? next : null;
	}

}
