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

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;

import io.macula.benchmarks.stack.Payloads.CalculatorMethod;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.quic.InsecureQuicTokenHandler;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamType;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.Connection;
import reactor.netty.quic.QuicClient;
import reactor.netty.quic.QuicConnection;
import reactor.netty.quic.QuicInbound;
import reactor.netty.quic.QuicOutbound;
import reactor.netty.quic.QuicServer;

/**
 * The stream API of reactor-netty-quic: a stream per call.
 */
final class ReactorQuicStack implements Stack {

	private static final String ALPN = "bench";

	private static final int HEADER_BYTES = 5;

	@Override
	public String name() {
		return "reactor-netty-quic";
	}

	@Override
	public String description() {
		return "reactor-netty-quic 1.3.6, a bidirectional stream for each call, generous flow-control windows";
	}

	@Override
	public Set<Mode> modes() {
		return Set.of(Mode.ASYNC);
	}

	@Override
	public ServerEnd startServer(String address, Tls tls) throws Exception {
		QuicSslContext context = QuicSslContextBuilder.forServer(tls.key(), null, tls.certificate())
			.applicationProtocols(ALPN)
			.build();
		Connection server = QuicServer.create()
			.host("127.0.0.1")
			.port(0)
			.tokenHandler(InsecureQuicTokenHandler.INSTANCE)
			.secure(context)
			.idleTimeout(Duration.ofSeconds(30))
			.initialSettings((spec) -> spec.maxData(64 << 20)
				.maxStreamDataBidirectionalLocal(4 << 20)
				.maxStreamDataBidirectionalRemote(4 << 20)
				.maxStreamsBidirectional(100_000))
			.handleStream(ReactorQuicStack::answer)
			.bindNow();
		return new ServerEnd(((InetSocketAddress) server.address()).getPort(), server::disposeNow);
	}

	@Override
	public CalculatorClient connect(String address, int port, Tls tls) throws Exception {
		QuicSslContext context = QuicSslContextBuilder.forClient()
			.trustManager(tls.certificate())
			.applicationProtocols(ALPN)
			.build();
		QuicConnection connection = QuicClient.create()
			.bindAddress(() -> new InetSocketAddress("127.0.0.1", 0))
			.remoteAddress(() -> new InetSocketAddress("127.0.0.1", port))
			.secure((channel) -> context.newEngine(channel.alloc(), Tls.HOST, port))
			.idleTimeout(Duration.ofSeconds(30))
			.initialSettings((spec) -> spec.maxData(64 << 20)
				.maxStreamDataBidirectionalLocal(4 << 20)
				.maxStreamDataBidirectionalRemote(4 << 20))
			.connectNow();
		return new Client(connection);
	}

	/**
	 * The request carries its length: waiting for the peer's FIN would cancel the answer.
	 */
	private static Publisher<Void> answer(QuicInbound in, QuicOutbound out) {
		return out.send(messages(in).map((message) -> {
			byte[] body = new byte[message.readableBytes() - HEADER_BYTES];
			message.getBytes(message.readerIndex() + HEADER_BYTES, body);
			CalculatorMethod method = CalculatorMethod.of(message.getByte(message.readerIndex()));
			message.release();
			return frame(method, PayloadForm.CBOR.handle(method, body));
		}), (each) -> true);
	}

	private static ByteBuf frame(CalculatorMethod method, byte[] body) {
		ByteBuf header = Unpooled.buffer(HEADER_BYTES).writeByte(method.ordinal()).writeInt(body.length);
		return Unpooled.wrappedBuffer(header, Unpooled.wrappedBuffer(body));
	}

	/**
	 * Whole messages, owned by the subscriber; goes on until the peer's FIN, because
	 * cancelling what is received ends what is sent, too.
	 */
	private static Flux<ByteBuf> messages(QuicInbound in) {
		return Flux.defer(() -> {
			ByteBuf[] collected = new ByteBuf[1];
			return in.receive().handle((part, sink) -> {
				ByteBuf before = collected[0];
				ByteBuf all = (before == null) ? part.retain() : Unpooled.wrappedBuffer(before, part.retain());
				boolean whole = all.readableBytes() >= HEADER_BYTES
						&& all.readableBytes() >= HEADER_BYTES + all.getInt(all.readerIndex() + 1);
				collected[0] = whole ? Unpooled.EMPTY_BUFFER : all;
				if (whole) {
					sink.next(all);
				}
			});
		});
	}

	private static final class Client extends BytesClient {

		private final QuicConnection connection;

		Client(QuicConnection connection) {
			super(PayloadForm.CBOR);
			this.connection = connection;
		}

		@Override
		void call(CalculatorMethod method, byte[] request, Completion<byte[]> completion) {
			this.connection
				.createStream(QuicStreamType.BIDIRECTIONAL, (in, out) -> exchange(in, out, method, request, completion))
				.subscribe((ignored) -> {
				}, completion::failed);
		}

		/**
		 * A FIN before the answer would cancel it: the sending side stays open until
		 * then.
		 */
		private static Publisher<Void> exchange(QuicInbound in, QuicOutbound out, CalculatorMethod method,
				byte[] request, Completion<byte[]> completion) {
			Sinks.Empty<ByteBuf> answered = Sinks.empty();
			Mono<Void> answer = messages(in).doOnNext((message) -> {
				byte[] body = new byte[message.readableBytes() - HEADER_BYTES];
				message.getBytes(message.readerIndex() + HEADER_BYTES, body);
				message.release();
				answered.tryEmitEmpty();
				completion.done(body);
			}).then();
			return Mono.when(
					out.send(Flux.concat(Mono.just(frame(method, request)), answered.asMono()), (each) -> true).then(),
					answer);
		}

		@Override
		public void close() {
			this.connection.disposeNow();
		}

	}

}
