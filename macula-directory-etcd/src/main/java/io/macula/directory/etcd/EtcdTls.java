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

import java.util.List;
import java.util.function.Supplier;

import javax.net.ssl.SSLException;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslOptions;

/**
 * Trust between this application and etcd. Safe for all threads.
 */
final class EtcdTls {

	private EtcdTls() {
	}

	/**
	 * The trust of one connection.
	 * @param bundle whom to trust, or {@code null} for the trust of the Java runtime
	 */
	static SslContext context(@Nullable SslBundle bundle) {
		SslContextBuilder builder = GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK);
		if (bundle != null) {
			SslOptions options = bundle.getOptions();
			builder.trustManager(bundle.getManagers().getTrustManagerFactory());
			/* An etcd that wants no certificate is not shown one. */
			if (bundle.getStores().getKeyStore() != null) {
				builder.keyManager(bundle.getManagers().getKeyManagerFactory());
			}
			if (options.getCiphers() != null) {
				builder.ciphers(List.of(options.getCiphers()));
			}
			if (options.getEnabledProtocols() != null) {
				builder.protocols(options.getEnabledProtocols());
			}
		}
		try {
			return builder.build();
		}
		catch (SSLException ex) {
			throw new IllegalStateException("TLS cannot be set up: " + ex.getMessage(), ex);
		}
	}

	static Supplier<SslContext> of(Supplier<? extends @Nullable SslBundle> bundle) {
		return () -> context(bundle.get());
	}

}
