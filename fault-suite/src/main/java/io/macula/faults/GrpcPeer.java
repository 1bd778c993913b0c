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

package io.macula.faults;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.macula.harness.Clock;
import io.macula.harness.Jvm;
import io.macula.harness.Shell;
import io.macula.sample.Answer;
import io.macula.sample.Calculator;
import io.macula.sample.Question;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * The calculator over grpc-java with TLS, everything at its default: what the product is
 * compared with on a bad link. The same questions and answers in the same encoding, the
 * same service time; a client has one connection for each provider of the suite.
 */
final class GrpcPeer {

	/** Port of the server. */
	static final int PORT = 9444;

	private static final String NAME = "grpc-peer";

	private static final String PASSWORD = "grpc-peer";

	private static final String STORE = "grpc.p12";

	private static final long SERVICE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

	private static final CBORMapper CBOR = CBORMapper.builder().build();

	private static final MethodDescriptor<Question, Answer> MULTIPLY = method(MethodType.UNARY, "multiply",
			Question.class);

	private static final MethodDescriptor<TableQuestion, Answer> TABLE = method(MethodType.SERVER_STREAMING, "table",
			TableQuestion.class);

	private GrpcPeer() {
	}

	/**
	 * Make the certificate of the server, which its clients trust alone.
	 * @param directory where to put it
	 */
	static void certificate(Path directory) {
		Path store = directory.resolve(STORE);
		if (!Files.exists(store)) {
			Shell.run(Jvm.tool("keytool"), "-genkeypair", "-alias", NAME, "-keyalg", "EC", "-groupname", "secp256r1",
					"-validity", "2", "-dname", "CN=" + NAME, "-ext", "san=dns:" + NAME, "-storetype", "PKCS12",
					"-keystore", store.toString(), "-storepass", PASSWORD);
		}
	}

	/**
	 * Run the server until the process is killed.
	 * @param args directory of the certificate
	 */
	static void serve(String[] args) throws GeneralSecurityException, IOException {
		KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		keys.init(store(Path.of(args[0])), PASSWORD.toCharArray());
		SslContext tls = GrpcSslContexts.configure(SslContextBuilder.forServer(keys)).build();
		NettyServerBuilder.forPort(PORT)
			.sslContext(tls)
			.addService(ServerServiceDefinition.builder(NAME)
				.addMethod(MULTIPLY, ServerCalls.asyncUnaryCall(GrpcPeer::multiply))
				.addMethod(TABLE, ServerCalls.asyncServerStreamingCall(GrpcPeer::table))
				.build())
			.build()
			.start();
		System.out.println("Started grpc");
		Clock.pause(Duration.ofDays(1));
	}

	/**
	 * Run a client under load; obeys as {@link LoadClient} does.
	 * @param args file for the calls, directory of the certificate, address of the server
	 */
	static void load(String[] args) throws GeneralSecurityException, IOException {
		X509Certificate trusted = (X509Certificate) store(Path.of(args[1])).getCertificate(NAME);
		try (Client client = new Client(args[2], trusted);
				CallLog log = CallLog.open(Path.of(args[0]));
				Load load = new Load(client, log)) {
			load.start();
			Orders.of(load, log).obey();
		}
	}

	private static void multiply(Question question, StreamObserver<Answer> observer) {
		LockSupport.parkNanos(SERVICE_NANOS);
		observer.onNext(new Answer(NAME, question.x() * 2));
		observer.onCompleted();
	}

	private static void table(TableQuestion question, StreamObserver<Answer> observer) {
		for (int row = 1; row <= question.rows(); row++) {
			LockSupport.parkNanos(SERVICE_NANOS);
			observer.onNext(new Answer(NAME, question.x() * row));
		}
		observer.onCompleted();
	}

	private static KeyStore store(Path directory) throws GeneralSecurityException, IOException {
		try (InputStream in = Files.newInputStream(directory.resolve(STORE))) {
			KeyStore store = KeyStore.getInstance("PKCS12");
			store.load(in, PASSWORD.toCharArray());
			return store;
		}
	}

	private static <T> MethodDescriptor<T, Answer> method(MethodType type, String name, Class<T> question) {
		return MethodDescriptor.newBuilder(new Cbor<>(question), new Cbor<>(Answer.class))
			.setType(type)
			.setFullMethodName(MethodDescriptor.generateFullMethodName(NAME, name))
			.build();
	}

	private record TableQuestion(long id, long x, int rows) {

	}

	private record Cbor<T>(Class<T> type) implements MethodDescriptor.Marshaller<T> {

		@Override
		public InputStream stream(T value) {
			return new ByteArrayInputStream(CBOR.writeValueAsBytes(value));
		}

		@Override
		public T parse(InputStream stream) {
			return CBOR.readValue(stream, this.type);
		}

	}

	/** What is not part of the load is not there. */
	private static final class Client implements Calculator, AutoCloseable {

		private final List<ManagedChannel> channels;

		private final AtomicInteger tick = new AtomicInteger();

		Client(String address, X509Certificate trusted) throws SSLException {
			SslContext tls = GrpcSslContexts.forClient().trustManager(trusted).build();
			this.channels = IntStream.range(0, World.NODES.size())
				.mapToObj((i) -> (ManagedChannel) NettyChannelBuilder.forAddress(address, PORT)
					.overrideAuthority(NAME)
					.sslContext(tls)
					.build())
				.toList();
		}

		@Override
		public Answer multiply(Question question) {
			return ClientCalls.blockingUnaryCall(channel(), MULTIPLY, CallOptions.DEFAULT, question);
		}

		@Override
		public Answer add(Question question) {
			return multiply(question);
		}

		@Override
		public CompletionStage<Answer> multiplyLater(Question question) {
			Single single = new Single();
			ClientCalls.asyncUnaryCall(channel().newCall(MULTIPLY, CallOptions.DEFAULT), question, single);
			return single.result;
		}

		@Override
		public CompletionStage<Answer> addLater(Question question) {
			return multiplyLater(question);
		}

		@Override
		public Flux<Answer> table(Question question, int rows) {
			TableQuestion table = new TableQuestion(question.id(), question.x(), rows);
			return Flux.fromIterable(
					() -> ClientCalls.blockingServerStreamingCall(channel(), TABLE, CallOptions.DEFAULT, table));
		}

		@Override
		public Mono<Answer> multiplyLazily(Question question) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Flux<Answer> multiplyAll(Flux<Question> questions) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Mono<Answer> sum(Flux<Question> questions) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void close() {
			this.channels.forEach(ManagedChannel::shutdownNow);
		}

		private ManagedChannel channel() {
			return this.channels.get(Math.floorMod(this.tick.getAndIncrement(), this.channels.size()));
		}

	}

	private static final class Single implements StreamObserver<Answer> {

		private final CompletableFuture<Answer> result = new CompletableFuture<>();

		@Override
		public void onNext(Answer answer) {
			this.result.complete(answer);
		}

		@Override
		public void onError(Throwable failure) {
			this.result.completeExceptionally(failure);
		}

		@Override
		public void onCompleted() {
			this.result.completeExceptionally(new IllegalStateException("no answer"));
		}

	}

}
