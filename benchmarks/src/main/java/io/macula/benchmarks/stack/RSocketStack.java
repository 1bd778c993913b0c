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

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.Consumer;

import io.macula.benchmarks.stack.Payloads.CalculatorMethod;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.ssl.SslContextBuilder;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.SocketAcceptor;
import io.rsocket.core.RSocketConnector;
import io.rsocket.core.RSocketServer;
import io.rsocket.frame.decoder.PayloadDecoder;
import io.rsocket.transport.netty.client.TcpClientTransport;
import io.rsocket.transport.netty.server.CloseableChannel;
import io.rsocket.transport.netty.server.TcpServerTransport;
import io.rsocket.util.ByteBufPayload;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;
import reactor.netty.tcp.SslProvider;
import reactor.netty.tcp.TcpClient;
import reactor.netty.tcp.TcpServer;

/**
 * RSocket over TCP with TLS.
 */
final class RSocketStack implements Stack {

	private final String name;

	private final PayloadForm form;

	private RSocketStack(String name, PayloadForm form) {
		this.name = name;
		this.form = form;
	}

	static Stack tls() {
		return new RSocketStack("rsocket-tls", PayloadForm.RAW);
	}

	static Stack equal() {
		return new RSocketStack("rsocket-tls-cbor", PayloadForm.CBOR);
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public String description() {
		return "RSocket over Reactor Netty TCP with BoringSSL, zero-copy payload decoder, pooled payloads, "
				+ "handler and completion on the event loop; "
				+ ((this.form == PayloadForm.RAW) ? "bytes as they are" : "all payloads in the product's CBOR");
	}

	@Override
	public Set<Mode> modes() {
		return Set.of(Mode.ASYNC, Mode.STREAM);
	}

	@Override
	public boolean carriesLarge() {
		return true;
	}

	@Override
	public ServerEnd startServer(String address, Tls tls) throws Exception {
		SslProvider ssl = SslProvider.builder()
			.sslContext(SslContextBuilder.forServer(tls.certificateFile().toFile(), tls.keyFile().toFile()).build())
			.build();
		CloseableChannel server = RSocketServer.create(SocketAcceptor.with(new Handler(this.form)))
			.payloadDecoder(PayloadDecoder.ZERO_COPY)
			.bind(TcpServerTransport.create(TcpServer.create().host("127.0.0.1").port(0).secure(ssl)))
			.block();
		if (server == null) {
			throw new IllegalStateException("not bound");
		}
		return new ServerEnd(server.address().getPort(), server::dispose);
	}

	@Override
	public CalculatorClient connect(String address, int port, Tls tls) throws Exception {
		SslProvider ssl = SslProvider.builder()
			.sslContext(SslContextBuilder.forClient().trustManager(tls.certificateFile().toFile()).build())
			.build();
		RSocket socket = RSocketConnector.create()
			.payloadDecoder(PayloadDecoder.ZERO_COPY)
			.connect(TcpClientTransport.create(TcpClient.create().host(Tls.HOST).port(port).secure(ssl)))
			.block();
		if (socket == null) {
			throw new IllegalStateException("not connected");
		}
		return new Client(socket, this.form);
	}

	private static byte[] dataOf(Payload payload) {
		ByteBuf data = payload.sliceData();
		byte[] bytes = ByteBufUtil.getBytes(data);
		payload.release();
		return bytes;
	}

	private static final class Handler implements RSocket {

		private final PayloadForm form;

		Handler(PayloadForm form) {
			this.form = form;
		}

		@Override
		public Mono<Payload> requestResponse(Payload payload) {
			// The route is one letter, cheaper than the composite metadata of Spring.
			CalculatorMethod method = (payload.sliceMetadata().getByte(0) == 'm') ? CalculatorMethod.MULTIPLY
					: CalculatorMethod.ECHO;
			return Mono.just(ByteBufPayload.create(this.form.handle(method, dataOf(payload))));
		}

		@Override
		public Flux<Payload> requestStream(Payload payload) {
			int count = Payloads.COUNT.decode(dataOf(payload));
			return Flux.generate(() -> 0, (Integer index, SynchronousSink<Payload> sink) -> {
				if (index == count) {
					sink.complete();
				}
				else {
					sink.next(ByteBufPayload.create(this.form.element(Payloads.element(index))));
				}
				return index + 1;
			});
		}

	}

	private static final class Client extends BytesClient {

		private static final byte[] MULTIPLY = "m".getBytes(StandardCharsets.US_ASCII);

		private static final byte[] ECHO = "e".getBytes(StandardCharsets.US_ASCII);

		private final RSocket socket;

		Client(RSocket socket, PayloadForm form) {
			super(form);
			this.socket = socket;
		}

		@Override
		void call(CalculatorMethod method, byte[] request, Completion<byte[]> completion) {
			this.socket
				.requestResponse(
						ByteBufPayload.create(request, (method == CalculatorMethod.MULTIPLY) ? MULTIPLY : ECHO))
				.subscribe((payload) -> completion.done(dataOf(payload)), completion::failed);
		}

		@Override
		void stream(byte[] request, Consumer<byte[]> received) {
			this.socket.requestStream(ByteBufPayload.create(request))
				.doOnNext((payload) -> received.accept(dataOf(payload)))
				.blockLast();
		}

		@Override
		public void close() {
			this.socket.dispose();
		}

	}

}
