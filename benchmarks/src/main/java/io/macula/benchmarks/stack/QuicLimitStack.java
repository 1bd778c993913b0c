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
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.macula.benchmarks.stack.Payloads.CalculatorMethod;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.EpollQuicUtils;
import io.netty.handler.codec.quic.InsecureQuicTokenHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelOption;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import org.jspecify.annotations.Nullable;

/**
 * What Netty's QUIC codec carries when nothing of a product is in the way: frames of many
 * calls on one stream, merged and written once per event-loop turn.
 */
final class QuicLimitStack implements Stack {

	private static final String ALPN = "limit";

	/** What one datagram of the kernel carries before it is cut. */
	private static final int TOGETHER_BYTES = 65_000;

	private static final int MAX_SEGMENTS = 60;

	private static final int DATAGRAMS_PER_READ = 16;

	private final String name;

	private final String description;

	private final int datagramBytes;

	private final Offload offload;

	private QuicLimitStack(String name, String description, int datagramBytes, Offload offload) {
		this.name = name;
		this.description = description;
		this.datagramBytes = datagramBytes;
		this.offload = offload;
	}

	static Stack plain() {
		return new QuicLimitStack("limit-quic", "bare Netty QUIC codec, frames multiplexed on one stream, "
				+ "written once per event-loop turn; 1,350-byte datagrams", 1350, Offload.NONE);
	}

	static Stack segmented() {
		return new QuicLimitStack("limit-quic-gso", "the same with datagrams of 1,472 bytes, GSO and GRO on both ends",
				1472, Offload.CUT_AND_JOINED);
	}

	static Stack large() {
		return new QuicLimitStack("limit-quic-large",
				"the same with datagrams of up to 16,000 bytes, GSO on both ends and recvmmsg", 16_000, Offload.CUT);
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
		return Set.of(Mode.ASYNC, Mode.STREAM);
	}

	@Override
	public boolean carriesLarge() {
		return true;
	}

	@Override
	public boolean links() {
		return true;
	}

	@Override
	public ServerEnd startServer(String address, Tls tls) throws Exception {
		QuicSslContext context = QuicSslContextBuilder.forServer(tls.key(), null, tls.certificate())
			.applicationProtocols(ALPN)
			.build();
		EventLoopGroup group = group();
		QuicServerCodecBuilder codec = tuned(new QuicServerCodecBuilder().sslContext(context))
			.tokenHandler(InsecureQuicTokenHandler.INSTANCE)
			.option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, segments())
			.streamHandler(new ChannelInitializer<QuicStreamChannel>() {

				@Override
				protected void initChannel(QuicStreamChannel stream) {
					stream.pipeline().addLast(new ServerFrames());
				}

			});
		Channel channel = bootstrap(group, codec.build()).bind(new InetSocketAddress(address, 0)).sync().channel();
		return new ServerEnd(((InetSocketAddress) channel.localAddress()).getPort(), group::shutdownGracefully);
	}

	@Override
	public CalculatorClient connect(String address, int port, Tls tls) throws Exception {
		QuicSslContext context = QuicSslContextBuilder.forClient()
			.trustManager(tls.certificate())
			.applicationProtocols(ALPN)
			.build();
		EventLoopGroup group = group();
		QuicClientCodecBuilder codec = tuned(new QuicClientCodecBuilder()
			.sslEngineProvider((channel) -> context.newEngine(channel.alloc(), Tls.HOST, port)));
		Channel channel = bootstrap(group, codec.build()).bind(0).sync().channel();
		QuicChannel connection = QuicChannel.newBootstrap(channel)
			.streamHandler(new ChannelInboundHandlerAdapter())
			.remoteAddress(new InetSocketAddress(address, port))
			.option(QuicChannelOption.SEGMENTED_DATAGRAM_PACKET_ALLOCATOR, segments())
			.connect()
			.get(10, TimeUnit.SECONDS);
		ClientFrames frames = new ClientFrames();
		connection.createStream(QuicStreamType.BIDIRECTIONAL, frames).sync();
		return new Client(frames, group);
	}

	private <B extends QuicCodecBuilder<B>> B tuned(B builder) {
		return builder.maxIdleTimeout(30, TimeUnit.SECONDS)
			.initialMaxData(64 << 20)
			.initialMaxStreamDataBidirectionalLocal(16 << 20)
			.initialMaxStreamDataBidirectionalRemote(16 << 20)
			.initialMaxStreamsBidirectional(100)
			.maxRecvUdpPayloadSize(this.datagramBytes)
			.maxSendUdpPayloadSize(this.datagramBytes);
	}

	private Bootstrap bootstrap(EventLoopGroup group, io.netty.channel.ChannelHandler codec) {
		Bootstrap bootstrap = new Bootstrap().group(group)
			.channel(Epoll.isAvailable() ? EpollDatagramChannel.class : NioDatagramChannel.class)
			.option(ChannelOption.SO_RCVBUF, 4 << 20)
			.option(ChannelOption.SO_SNDBUF, 4 << 20)
			.handler(codec);
		boolean joined = this.offload == Offload.CUT_AND_JOINED && Epoll.isAvailable();
		boolean several = this.offload == Offload.CUT && Epoll.isAvailable();
		// What the kernel has joined is told to recvmsg only, not to recvmmsg.
		int bytes = joined ? 65_536 : Math.max(2048, this.datagramBytes);
		bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR,
				new FixedRecvByteBufAllocator(several ? bytes * DATAGRAMS_PER_READ : bytes));
		if (joined) {
			bootstrap.option(EpollChannelOption.UDP_GRO, true);
		}
		if (several) {
			bootstrap.option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, bytes);
		}
		return bootstrap;
	}

	private SegmentedDatagramPacketAllocator segments() {
		return (this.offload != Offload.NONE && Epoll.isAvailable()
				&& EpollDatagramChannel.isSegmentedDatagramPacketSupported())
						? EpollQuicUtils
							.newSegmentedAllocator(Math.min(MAX_SEGMENTS, TOGETHER_BYTES / this.datagramBytes))
						: SegmentedDatagramPacketAllocator.NONE;
	}

	private static EventLoopGroup group() {
		return new MultiThreadIoEventLoopGroup(1,
				Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
	}

	/**
	 * Reads and writes frames.
	 *
	 * <pre>
	 * +--------------+-----------+--------------+---------+
	 * | size (int)   | id (int)  | kind (byte)  | payload |
	 * +--------------+-----------+--------------+---------+
	 * </pre>
	 */
	private abstract static class Frames extends ChannelInboundHandlerAdapter {

		static final int HEADER_BYTES = 9;

		static final byte END = -1;

		private @Nullable ChannelHandlerContext context;

		private @Nullable ByteBuf received;

		private @Nullable ByteBuf collected;

		private boolean scheduled;

		@Override
		public void handlerAdded(ChannelHandlerContext context) {
			this.context = context;
		}

		@Override
		public void channelRead(ChannelHandlerContext context, Object message) {
			ByteBuf next = (ByteBuf) message;
			ByteBuf input = this.received;
			if (input == null) {
				input = next;
			}
			else {
				input.discardSomeReadBytes().writeBytes(next);
				next.release();
			}
			while (input.readableBytes() >= HEADER_BYTES) {
				int size = input.getInt(input.readerIndex());
				if (input.readableBytes() < HEADER_BYTES + size) {
					break;
				}
				int id = input.getInt(input.readerIndex() + 4);
				byte kind = input.getByte(input.readerIndex() + 8);
				byte[] payload = ByteBufUtil.getBytes(input, input.readerIndex() + HEADER_BYTES, size);
				input.skipBytes(HEADER_BYTES + size);
				onFrame(id, kind, payload);
			}
			if (!input.isReadable()) {
				input.release();
				this.received = null;
			}
			else if (input == next) {
				this.received = context.alloc().buffer(Math.max(128 << 10, input.readableBytes())).writeBytes(input);
				input.release();
			}
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
			onLost(cause);
			context.close();
		}

		@Override
		public void channelInactive(ChannelHandlerContext context) {
			onLost(new IllegalStateException("stream closed"));
		}

		final void send(int id, byte kind, byte[] payload) {
			ByteBuf output = this.collected;
			if (output == null) {
				output = context().alloc().directBuffer(16 << 10);
				this.collected = output;
			}
			output.writeInt(payload.length).writeInt(id).writeByte(kind).writeBytes(payload);
			if (!this.scheduled) {
				this.scheduled = true;
				context().channel().eventLoop().execute(this::write);
			}
		}

		final ChannelHandlerContext context() {
			ChannelHandlerContext present = this.context;
			if (present == null) {
				throw new IllegalStateException("not connected");
			}
			return present;
		}

		abstract void onFrame(int id, byte kind, byte[] payload);

		abstract void onLost(Throwable cause);

		private void write() {
			this.scheduled = false;
			ByteBuf output = this.collected;
			this.collected = null;
			if (output != null) {
				context().writeAndFlush(output);
			}
		}

	}

	private static final class ServerFrames extends Frames {

		private int streamId;

		private int next;

		private int count;

		@Override
		void onFrame(int id, byte kind, byte[] payload) {
			CalculatorMethod method = CalculatorMethod.of(kind);
			if (method == CalculatorMethod.COUNT) {
				this.streamId = id;
				this.next = 0;
				this.count = Payloads.COUNT.decode(payload);
				produce();
			}
			else {
				send(id, kind, PayloadForm.CBOR.handle(method, payload));
			}
		}

		@Override
		public void channelWritabilityChanged(ChannelHandlerContext context) {
			produce();
		}

		/** A buffer full of elements per turn, while the stream takes it. */
		private void produce() {
			if (this.next == this.count || !context().channel().isWritable()) {
				return;
			}
			byte kind = (byte) CalculatorMethod.COUNT.ordinal();
			for (int sent = 0; sent < 500 && this.next < this.count; sent++) {
				send(this.streamId, kind, Payloads.ELEMENT.encode(Payloads.element(this.next++)));
			}
			if (this.next == this.count) {
				send(this.streamId, END, new byte[0]);
			}
			context().channel().eventLoop().execute(this::produce);
		}

		@Override
		void onLost(Throwable cause) {
			this.count = this.next;
		}

	}

	private static final class ClientFrames extends Frames {

		private static final int MAX_IN_FLIGHT = 1 << 16;

		@SuppressWarnings({ "unchecked", "rawtypes" })
		private final @Nullable Completion<byte[]>[] open = new Completion[MAX_IN_FLIGHT];

		private int lastId;

		private @Nullable Consumer<byte @Nullable []> stream;

		void call(CalculatorMethod method, byte[] request, Completion<byte[]> completion) {
			int id = ++this.lastId;
			this.open[id & (MAX_IN_FLIGHT - 1)] = completion;
			send(id, (byte) method.ordinal(), request);
		}

		void stream(byte[] request, Consumer<byte @Nullable []> received) {
			this.stream = received;
			send(++this.lastId, (byte) CalculatorMethod.COUNT.ordinal(), request);
		}

		@Override
		void onFrame(int id, byte kind, byte[] payload) {
			if (kind == END || kind == CalculatorMethod.COUNT.ordinal()) {
				Consumer<byte @Nullable []> receiver = this.stream;
				if (receiver != null) {
					receiver.accept((kind == END) ? null : payload);
				}
				return;
			}
			Completion<byte[]> completion = this.open[id & (MAX_IN_FLIGHT - 1)];
			if (completion != null) {
				this.open[id & (MAX_IN_FLIGHT - 1)] = null;
				completion.done(payload);
			}
		}

		@Override
		void onLost(Throwable cause) {
			for (int i = 0; i < this.open.length; i++) {
				Completion<byte[]> completion = this.open[i];
				if (completion != null) {
					this.open[i] = null;
					completion.failed(cause);
				}
			}
		}

	}

	private static final class Client extends BytesClient {

		private final ClientFrames frames;

		private final EventLoopGroup group;

		Client(ClientFrames frames, EventLoopGroup group) {
			super(PayloadForm.CBOR);
			this.frames = frames;
			this.group = group;
		}

		@Override
		void call(CalculatorMethod method, byte[] request, Completion<byte[]> completion) {
			if (this.frames.context().channel().eventLoop().inEventLoop()) {
				this.frames.call(method, request, completion);
			}
			else {
				this.frames.context()
					.channel()
					.eventLoop()
					.execute(() -> this.frames.call(method, request, completion));
			}
		}

		@Override
		void stream(byte[] request, Consumer<byte[]> received) throws Exception {
			CountDownLatch over = new CountDownLatch(1);
			AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
			this.frames.context().channel().eventLoop().execute(() -> this.frames.stream(request, (payload) -> {
				if (payload == null) {
					over.countDown();
				}
				else {
					received.accept(payload);
				}
			}));
			over.await();
			if (failure.get() != null) {
				throw new IllegalStateException(failure.get());
			}
		}

		@Override
		public void close() {
			this.group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
		}

	}

	/** What the kernel does with several datagrams of one size. */
	private enum Offload {

		NONE, CUT, CUT_AND_JOINED

	}

}
