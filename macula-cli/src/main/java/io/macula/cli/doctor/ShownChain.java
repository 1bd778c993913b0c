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

package io.macula.cli.doctor;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

import io.macula.log.Printable;
import io.macula.tls.SecretTls;
import io.macula.tls.TlsContexts;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that a node shows to everybody who asks for Macula's protocol, as
 * {@code openssl s_client} would tell it. Nothing of this machine is shown to the node,
 * and nothing that it shows is trusted. Immutable.
 *
 * @param chain its certificates, its own first; empty if it showed none
 * @param alert number of the TLS alert with which it refused to, or -1
 */
record ShownChain(List<X509Certificate> chain, int alert) {

	private static final int TLS_ERROR = 0x100;

	/** Ask a node; blocks. */
	static ShownChain of(InetSocketAddress remote, String name, Duration patience) {
		EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
		CompletableFuture<ShownChain> shown = new CompletableFuture<>();
		try {
			dial(group, remote, name, shown);
			return shown.get(patience.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException | ExecutionException ex) {
			return new ShownChain(List.of(), -1);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return new ShownChain(List.of(), -1);
		}
		finally {
			group.shutdownGracefully(50, 500, TimeUnit.MILLISECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
		}
	}

	private static void dial(EventLoopGroup group, InetSocketAddress remote, String name,
			CompletableFuture<ShownChain> shown) {
		QuicSslContext context = QuicSslContextBuilder.forClient()
			.trustManager(new Looker(shown))
			.endpointIdentificationAlgorithm("")
			.applicationProtocols(TlsContexts.PROTOCOL)
			.earlyData(false)
			.build();
		Channel socket = new Bootstrap().group(group)
			.channel(NioDatagramChannel.class)
			.handler(new QuicClientCodecBuilder().maxIdleTimeout(5, TimeUnit.SECONDS)
				.initialMaxData(1 << 20)
				.initialMaxStreamDataBidirectionalLocal(1 << 16)
				.sslEngineProvider((channel) -> context.newEngine(channel.alloc(), name, remote.getPort()))
				.build())
			.bind(0)
			.awaitUninterruptibly()
			.channel();
		QuicChannel.newBootstrap(socket)
			.remoteAddress(remote)
			.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
			.handler(new ChannelInboundHandlerAdapter() {

				@Override
				public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
					if (event instanceof QuicConnectionCloseEvent close) {
						shown.complete(new ShownChain(List.of(), close.isTlsError() ? close.error() - TLS_ERROR : -1));
					}
				}

				@Override
				public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
					// Nobody is trusted, so that this is how it ends.
				}

			})
			.connect();
	}

	/** Its own certificate, or {@code null} if it showed none. */
	@Nullable X509Certificate own() {
		return this.chain.isEmpty() ? null : this.chain.get(0);
	}

	/** As a clause, or {@code null} for none. */
	@Nullable String text() {
		X509Certificate own = own();
		if (own == null) {
			return null;
		}
		String fingerprint = SecretTls.fingerprint(own);
		String names = names(own);
		return Printable.text("it shows a certificate of '" + own.getSubjectX500Principal().getName() + "', issued by '"
				+ own.getIssuerX500Principal().getName() + "'"
				+ ((fingerprint != null) ? " with the secret of the fingerprint " + fingerprint : "") + ", valid from "
				+ time(own.getNotBefore().toInstant()) + " until " + time(own.getNotAfter().toInstant())
				+ (names.isEmpty() ? "" : ", for " + names), 600);
	}

	private static String names(X509Certificate certificate) {
		try {
			Collection<List<?>> names = certificate.getSubjectAlternativeNames();
			return (names == null) ? ""
					: names.stream().map((name) -> "'" + name.get(1) + "'").limit(8).collect(Collectors.joining(", "));
		}
		catch (CertificateParsingException ex) {
			return "";
		}
	}

	static String time(Instant instant) {
		return instant.truncatedTo(ChronoUnit.SECONDS).toString();
	}

	/** Keeps what is shown, and goes no further. */
	private static final class Looker extends X509ExtendedTrustManager {

		private final CompletableFuture<ShownChain> shown;

		private Looker(CompletableFuture<ShownChain> shown) {
			this.shown = shown;
		}

		private void look(X509Certificate[] chain) throws CertificateException {
			this.shown.complete(new ShownChain(List.of(chain), -1));
			throw new CertificateException("looked at");
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
				throws CertificateException {
			look(chain);
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
				throws CertificateException {
			look(chain);
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
			look(chain);
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
				throws CertificateException {
			look(chain);
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
				throws CertificateException {
			look(chain);
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
			look(chain);
		}

		@Override
		public X509Certificate[] getAcceptedIssuers() {
			return new X509Certificate[0];
		}

	}

}
