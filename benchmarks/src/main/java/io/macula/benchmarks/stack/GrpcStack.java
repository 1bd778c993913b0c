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

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.macula.benchmarks.stack.Payloads.CalculatorMethod;
import org.jspecify.annotations.Nullable;

/**
 * grpc-java over TLS, with the executor given on both ends.
 */
final class GrpcStack implements Stack {

	static final String SERVICE = "bench.Calculator";

	private final String name;

	private final String description;

	private final Threads threads;

	private final Set<Mode> modes;

	private final PayloadForm form;

	private GrpcStack(String name, String description, Threads threads, Set<Mode> modes) {
		this(name, description + "; messages of protobuf, bytes as they are", threads, modes, PayloadForm.PROTOBUF);
	}

	private GrpcStack(String name, String description, Threads threads, Set<Mode> modes, PayloadForm form) {
		this.form = form;
		this.name = name;
		this.description = description;
		this.threads = threads;
		this.modes = modes;
	}

	static Stack direct() {
		return new GrpcStack("grpc-direct",
				"grpc-java, netty-shaded with BoringSSL, directExecutor() on both ends; the server streams by isReady",
				Threads.DIRECT, Set.of(Mode.ASYNC, Mode.STREAM));
	}

	static Stack equal() {
		return new GrpcStack("grpc-direct-cbor", "grpc-direct with all payloads in the product's CBOR", Threads.DIRECT,
				Set.of(Mode.ASYNC, Mode.STREAM), PayloadForm.CBOR);
	}

	static Stack defaults() {
		return new GrpcStack("grpc-default", "grpc-java, netty-shaded with BoringSSL, its default executor",
				Threads.DEFAULT, Set.of(Mode.ASYNC));
	}

	static Stack fixed() {
		return new GrpcStack("grpc-fixed2", "grpc-java, netty-shaded with BoringSSL, two fixed threads on either end",
				Threads.FIXED, Set.of(Mode.ASYNC));
	}

	static Stack blocking() {
		return new GrpcStack("grpc-blocking",
				"grpc-java's blocking stub, netty-shaded with BoringSSL, its default executor", Threads.DEFAULT,
				Set.of(Mode.BLOCKING));
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public String description() {
		return this.description;
	}

	@Override
	public Set<Mode> modes() {
		return this.modes;
	}

	@Override
	public boolean carriesLarge() {
		return this.threads == Threads.DIRECT;
	}

	@Override
	public boolean links() {
		return this.threads == Threads.DIRECT;
	}

	@Override
	public ServerEnd startServer(String address, Tls tls) throws Exception {
		ExecutorService fixed = this.threads.fixed();
		NettyServerBuilder builder = NettyServerBuilder.forPort(0)
			.sslContext(GrpcSslContexts.forServer(tls.certificateFile().toFile(), tls.keyFile().toFile()).build())
			.addService(ServerServiceDefinition.builder(SERVICE)
				.addMethod(Bytes.unary(CalculatorMethod.MULTIPLY),
						ServerCalls.asyncUnaryCall(answering(CalculatorMethod.MULTIPLY)))
				.addMethod(Bytes.unary(CalculatorMethod.ECHO),
						ServerCalls.asyncUnaryCall(answering(CalculatorMethod.ECHO)))
				.addMethod(Bytes.streaming(), ServerCalls.asyncServerStreamingCall(this::stream))
				.build());
		if (this.threads == Threads.DIRECT) {
			builder.directExecutor();
		}
		else if (fixed != null) {
			builder.executor(fixed);
		}
		Server server = builder.build().start();
		return new ServerEnd(server.getPort(), server::shutdownNow);
	}

	@Override
	public CalculatorClient connect(String address, int port, Tls tls) throws Exception {
		Executor fixed = this.threads.fixed();
		NettyChannelBuilder builder = NettyChannelBuilder.forAddress(address, port)
			.overrideAuthority(Tls.HOST + ":" + port)
			.sslContext(GrpcSslContexts.forClient().trustManager(tls.certificateFile().toFile()).build());
		if (this.threads == Threads.DIRECT) {
			builder.directExecutor();
		}
		else if (fixed != null) {
			builder.executor(fixed);
		}
		ManagedChannel channel = builder.build();
		return new Client(channel, this.form, channel::shutdownNow);
	}

	/** A unary call, as a generated stub makes it. */
	static void call(Channel channel, MethodDescriptor<byte[], byte[]> method, byte[] request,
			Completion<byte[]> completion) {
		ClientCalls.asyncUnaryCall(channel.newCall(method, CallOptions.DEFAULT), request, new StreamObserver<byte[]>() {

			private byte @Nullable [] result;

			@Override
			public void onNext(byte[] value) {
				this.result = value;
			}

			@Override
			public void onError(Throwable cause) {
				completion.failed(cause);
			}

			@Override
			public void onCompleted() {
				byte[] value = this.result;
				if (value != null) {
					completion.done(value);
				}
				else {
					completion.failed(new IllegalStateException("no result"));
				}
			}

		});
	}

	/** What a generated class calls a method. */
	static MethodDescriptor<byte[], byte[]> method(CalculatorMethod method) {
		return Bytes.unary(method);
	}

	private ServerCalls.UnaryMethod<byte[], byte[]> answering(CalculatorMethod method) {
		return (request, observer) -> {
			observer.onNext(this.form.handle(method, request));
			observer.onCompleted();
		};
	}

	/** Sends while the transport takes it, as the manual flow control example does. */
	private void stream(byte[] request, StreamObserver<byte[]> observer) {
		int count = Payloads.COUNT.decode(request);
		ServerCallStreamObserver<byte[]> sender = (ServerCallStreamObserver<byte[]>) observer;
		int[] next = { 0 };
		sender.setOnReadyHandler(() -> {
			while (sender.isReady() && next[0] < count) {
				sender.onNext(this.form.element(Payloads.element(next[0]++)));
				if (next[0] == count) {
					sender.onCompleted();
				}
			}
		});
	}

	private enum Threads {

		DIRECT, DEFAULT, FIXED;

		@Nullable ExecutorService fixed() {
			return (this == FIXED) ? Executors.newFixedThreadPool(2, (task) -> {
				Thread thread = new Thread(task, "grpc-fixed");
				thread.setDaemon(true);
				return thread;
			}) : null;
		}

	}

	/**
	 * Calls over a channel, whoever made it.
	 */
	static final class Client extends BytesClient {

		private final Channel channel;

		private final Runnable end;

		private final MethodDescriptor<byte[], byte[]> multiply = Bytes.unary(CalculatorMethod.MULTIPLY);

		private final MethodDescriptor<byte[], byte[]> echo = Bytes.unary(CalculatorMethod.ECHO);

		/**
		 * A client.
		 * @param channel where it calls
		 * @param form how it writes values
		 * @param end closes what the channel belongs to
		 */
		Client(Channel channel, PayloadForm form, Runnable end) {
			super(form);
			this.channel = channel;
			this.end = end;
		}

		@Override
		void call(CalculatorMethod method, byte[] request, Completion<byte[]> completion) {
			GrpcStack.call(this.channel, method(method), request, completion);
		}

		@Override
		byte[] callAndWait(CalculatorMethod method, byte[] request) {
			return ClientCalls.blockingUnaryCall(this.channel, method(method), CallOptions.DEFAULT, request);
		}

		@Override
		void stream(byte[] request, Consumer<byte[]> received) throws Exception {
			CountDownLatch over = new CountDownLatch(1);
			AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
			ClientCalls.asyncServerStreamingCall(this.channel.newCall(Bytes.streaming(), CallOptions.DEFAULT), request,
					new StreamObserver<byte[]>() {

						@Override
						public void onNext(byte[] value) {
							received.accept(value);
						}

						@Override
						public void onError(Throwable cause) {
							failure.set(cause);
							over.countDown();
						}

						@Override
						public void onCompleted() {
							over.countDown();
						}

					});
			over.await();
			Throwable cause = failure.get();
			if (cause != null) {
				throw new IllegalStateException(cause);
			}
		}

		@Override
		public void close() {
			this.end.run();
		}

		private MethodDescriptor<byte[], byte[]> method(CalculatorMethod method) {
			return (method == CalculatorMethod.MULTIPLY) ? this.multiply : this.echo;
		}

	}

	/**
	 * Marshals bytes as grpc-protobuf does its messages: of known length, drained without
	 * a copy buffer.
	 */
	private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

		static MethodDescriptor<byte[], byte[]> unary(CalculatorMethod method) {
			return method(MethodDescriptor.MethodType.UNARY, method);
		}

		static MethodDescriptor<byte[], byte[]> streaming() {
			return method(MethodDescriptor.MethodType.SERVER_STREAMING, CalculatorMethod.COUNT);
		}

		private static MethodDescriptor<byte[], byte[]> method(MethodDescriptor.MethodType type,
				CalculatorMethod method) {
			return MethodDescriptor.newBuilder(new Bytes(), new Bytes())
				.setType(type)
				.setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, method.path()))
				.build();
		}

		@Override
		public InputStream stream(byte[] value) {
			return new Known(value);
		}

		@Override
		public byte[] parse(InputStream stream) {
			try {
				byte[] bytes = new byte[stream.available()];
				if (stream.readNBytes(bytes, 0, bytes.length) < bytes.length || stream.read() >= 0) {
					throw new IOException("not the announced " + bytes.length + " bytes");
				}
				return bytes;
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

	private static final class Known extends ByteArrayInputStream implements KnownLength, Drainable {

		Known(byte[] bytes) {
			super(bytes);
		}

		@Override
		public int drainTo(OutputStream target) throws IOException {
			int size = this.count - this.pos;
			target.write(this.buf, this.pos, size);
			this.pos = this.count;
			return size;
		}

	}

}
