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

package io.macula.rogue;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.macula.harness.Arguments;
import io.macula.harness.Clock;
import io.macula.rogue.Attacker.Form;
import io.macula.tls.TlsContexts;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;

/**
 * Much of what is allowed once. A member that is thrown out comes again at once.
 */
final class FloodForms {

	private static final int PINGS_IN_A_WRITE = 4096;

	private static final int CHUNK_BYTES = 256 << 10;

	private static final long AGAIN_MILLIS = 100;

	private FloodForms() {
	}

	static void addTo(Map<String, Form> forms) {
		forms.put("pings-read", (foe, arguments) -> pings(foe, true));
		forms.put("pings-unread", (foe, arguments) -> pings(foe, false));
		forms.put("partial-frames", (foe, arguments) -> again(foe, FloodForms::partialFrames));
		forms.put("procedure-names", (foe, arguments) -> again(foe, FloodForms::procedureNames));
		forms.put("call-metadata", FloodForms::metadata);
		forms.put("metadata-frames", (foe, arguments) -> again(foe, FloodForms::metadataFrames));
		forms.put("metadata-bounds", FloodForms::metadataBounds);
		forms.put("withheld", FloodForms::withheld);
		forms.put("slow-calls", FloodForms::slowCalls);
		forms.put("half-open", FloodForms::halfOpen);
	}

	private static void pings(Foe foe, boolean read) throws Exception {
		ByteBuf pings = Unpooled.buffer();
		for (int i = 0; i < PINGS_IN_A_WRITE; i++) {
			pings.writeBytes(new FrameWriter().ping(i).take());
		}
		long[] sent = new long[1];
		again(foe, (member) -> {
			if (!read) {
				member.control().stopReading();
			}
			while (member.control().push(pings.retainedDuplicate(), 5)) {
				sent[0] += PINGS_IN_A_WRITE;
				Attacker.outcome("pings", sent[0]);
			}
		});
	}

	/** Frames that are never whole, on as many streams as the windows allow. */
	private static void partialFrames(RogueMember member) throws Exception {
		int promised = 16 << 20;
		List<RawStream> streams = new ArrayList<>();
		for (int i = 0; i < 23; i++) {
			RawStream stream = member.open();
			stream.write(new FrameWriter().beginOfCall(member.nextCall(), "test.parcels/echo", promised));
			streams.add(stream);
		}
		for (int sent = 1024; sent < promised - CHUNK_BYTES - 1; sent += CHUNK_BYTES) {
			for (RawStream stream : streams) {
				if (!stream.push(Unpooled.wrappedBuffer(new byte[CHUNK_BYTES]), 5)) {
					return;
				}
			}
			Attacker.outcome("megabytes", (long) sent * streams.size() >> 20);
		}
		Clock.seconds(5);
	}

	/** Long names for the procedure tables of many streams. */
	private static void procedureNames(RogueMember member) throws Exception {
		String name = "test.calculator/" + "n".repeat(60 << 10);
		long named = 0;
		for (int streams = 0; streams < 16; streams++) {
			RawStream stream = member.open();
			for (int i = 0; i < 1024; i++) {
				if (!stream.push(new FrameWriter().call(member.nextCall(), i + name, 0, 0, new byte[] { 0 }).take(),
						5)) {
					return;
				}
				Attacker.outcome("megabytes", ++named * 60 >> 10);
			}
		}
	}

	/** As much as a header takes, with each of many calls that answer at once. */
	private static void metadata(Foe foe, Arguments arguments) throws Exception {
		Map<String, String> metadata = entries(120, 500);
		byte[] moment = { 0x00 };
		long[] answers = new long[2];
		long[] sent = new long[1];
		Attacker.started();
		again(foe, true, (member) -> {
			RawStream lane = member.connection().open((stream, frame) -> {
				if (frame.type() == FrameWriter.RESULT || frame.type() == FrameWriter.FAILURE) {
					answers[(frame.type() == FrameWriter.RESULT) ? 0 : 1]++;
				}
			});
			while (lane
				.push(new FrameWriter().call(member.nextCall(), "test.trap/sleep", 0, 0, metadata, moment).take(), 5)) {
				sent[0]++;
				Attacker.outcome("calls",
						"%d sent, %d answered, %d refused".formatted(sent[0], answers[0], answers[1]));
				Attacker.outcome("megabytes", sent[0] * 60 >> 10);
			}
		});
	}

	private static Map<String, String> entries(int count, int characters) {
		Map<String, String> entries = new TreeMap<>();
		for (int i = 0; i < count; i++) {
			entries.put("k" + i, "v".repeat(characters));
		}
		return entries;
	}

	/** Frames of metadata for a call that is open, which only a server may send. */
	private static void metadataFrames(RogueMember member) throws Exception {
		RawStream lane = member.open();
		long call = member.nextCall();
		lane.write(new FrameWriter().call(call, "test.trap/sleep", 0, 0, new byte[] { 0x19, 0x03, (byte) 0xE8 }));
		FrameWriter burst = new FrameWriter();
		for (int i = 0; i < 100; i++) {
			burst.metadata(call, entries(10, 50));
		}
		ByteBuf bytes = burst.take();
		long sent = 0;
		while (lane.push(bytes.retainedDuplicate(), 5)) {
			sent += 100;
			Attacker.outcome("frames on the last connection", sent);
		}
	}

	/** More than is allowed, each on a connection of its own. */
	private static void metadataBounds(Foe foe, Arguments arguments) throws Exception {
		Attacker.started();
		Attacker.outcome("129 entries", ended(foe, entries(129, 1)));
		Attacker.outcome("64 KiB", ended(foe, entries(2, 33 << 10)));
		Attacker.outcome("16 MiB", ended(foe, entries(2, 8 << 20)));
	}

	private static String ended(Foe foe, Map<String, String> metadata) throws Exception {
		try (RogueMember member = CallForms.member(foe)) {
			member.open()
				.push(new FrameWriter().call(member.nextCall(), "test.trap/sleep", 0, 0, metadata, new byte[] { 0x00 })
					.take(), 5);
			return member.connection().ended(5);
		}
	}

	/** Large answers, for which no stream may be opened. */
	private static void withheld(Foe foe, Arguments arguments) throws Exception {
		int bytes = Integer.parseInt(arguments.required("bytes"));
		byte[] payload = parcel(bytes);
		Map<String, Integer> asked = new TreeMap<>();
		Attacker.started();
		again(foe, false, (member) -> {
			for (int i = 0; i < 44; i++) {
				RawStream stream = member.open();
				boolean taken = stream
					.push(new FrameWriter().call(member.nextCall(), "test.parcels/echo", 0, 0, payload).take(), 5);
				asked.merge(taken ? "taken" : "not taken", 1, Integer::sum);
				Attacker.outcome("calls", asked);
				if (!taken) {
					break;
				}
			}
			Clock.seconds(5);
		});
	}

	/** The two arguments of a parcel: a number, and bytes. */
	private static byte[] parcel(int bytes) {
		ByteBuf out = Unpooled.buffer(bytes + 16);
		out.writeByte(1).writeByte(0x20);
		FrameWriter.varint(out, bytes + 5L);
		out.writeByte(0x5A).writeInt(bytes).writeZero(bytes);
		byte[] argument = new byte[out.readableBytes()];
		out.readBytes(argument);
		return argument;
	}

	/** Handlers that sleep: always as many as the node takes. */
	private static void slowCalls(Foe foe, Arguments arguments) throws Exception {
		int open = Integer.parseInt(arguments.required("open"));
		RogueMember member = CallForms.member(foe);
		long[] answers = new long[2];
		RawStream lane = member.connection().open((stream, frame) -> {
			if (frame.type() == FrameWriter.RESULT || frame.type() == FrameWriter.FAILURE) {
				answers[(frame.type() == FrameWriter.RESULT) ? 0 : 1]++;
			}
		});
		int quick = Integer.parseInt(arguments.optional("quick", "0"));
		byte[] second = { 0x19, 0x03, (byte) 0xE8 };
		byte[] moment = { 0x00 };
		Attacker.started();
		lane.write(new FrameWriter().call(member.nextCall(), "test.trap/sleep", 0, 0, second));
		long sent = 1;
		while (member.connection().alive()) {
			FrameWriter burst = new FrameWriter();
			while (sent - answers[0] - answers[1] < open) {
				burst.callAgain(member.nextCall(), 1, 0, 0, (sent % (quick + 1) == 0) ? second : moment);
				sent++;
			}
			lane.write(burst);
			Attacker.outcome("calls", "%d sent, %d answered, %d refused".formatted(sent, answers[0], answers[1]));
			Clock.pause(Duration.ofMillis(200));
		}
		Attacker.outcome("ended", member.connection().ended(1) + " " + member.connection().reason());
	}

	private static void again(Foe foe, Flood flood) throws Exception {
		Attacker.started();
		again(foe, true, flood);
	}

	/** Flood, and whenever the connection ends begin anew. */
	private static void again(Foe foe, boolean answerStreams, Flood flood) throws InterruptedException {
		Map<String, Integer> ends = new TreeMap<>();
		TlsContexts tls = foe.tls("mallory");
		while (true) {
			String end;
			try (RogueMember member = RogueMember.join(
					answerStreams ? foe.plan(foe.target(), tls) : foe.plan(foe.target(), tls).with(64 << 10, 0),
					"mallory")) {
				if (member.welcome()) {
					flood.run(member);
				}
				end = member.connection().ended(1);
			}
			catch (InterruptedException ex) {
				throw ex;
			}
			catch (Exception ex) {
				end = "not connected";
			}
			ends.merge(end, 1, Integer::sum);
			Attacker.outcome("ends", ends);
			Clock.pause(Duration.ofMillis(AGAIN_MILLIS));
		}
	}

	/** Begin handshakes at a rate, and answer nothing. */
	private static void halfOpen(Foe foe, Arguments arguments) throws Exception {
		long nanos = 1_000_000_000L / Integer.parseInt(arguments.required("rate"));
		Channel socket = deaf(foe, Boolean.parseBoolean(arguments.optional("answer-retry", "false")));
		Attacker.started();
		long due = Clock.now();
		for (long begun = 0;; begun++) {
			begin(socket, foe.target());
			if (begun % 100 == 0) {
				Attacker.outcome("begun", begun);
			}
			due += nanos;
			LockSupport.parkNanos(due - Clock.now());
		}
	}

	/** Begin a handshake of which the answers are not heard. */
	static void begin(Channel deaf, InetSocketAddress target) {
		var unused = QuicChannel.newBootstrap(deaf)
			.handler(new ChannelInboundHandlerAdapter())
			.streamHandler(new ChannelInboundHandlerAdapter())
			.remoteAddress(target)
			.connect();
	}

	/** A socket that hears nothing but, perhaps, Retry packets. */
	static Channel deaf(Foe foe, boolean retry) throws InterruptedException {
		QuicSslContext tls = QuicSslContextBuilder.forClient()
			.trustManager(InsecureTrustManagerFactory.INSTANCE)
			.applicationProtocols("macula/1")
			.build();
		return new Bootstrap().group(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()))
			.channel(NioDatagramChannel.class)
			.handler(new ChannelInitializer<Channel>() {
				@Override
				protected void initChannel(Channel channel) {
					channel.pipeline().addLast(new Deaf(retry));
					channel.pipeline()
						.addLast(new QuicClientCodecBuilder()
							.sslEngineProvider((quic) -> tls.newEngine(quic.alloc(), "realm.macula", 9))
							.maxIdleTimeout(60, TimeUnit.SECONDS)
							.initialMaxData(1_000_000)
							.build());
				}
			})
			.bind(new InetSocketAddress(foe.from(), 0))
			.sync()
			.channel();
	}

	/** What is done until the connection ends. */
	@FunctionalInterface
	private interface Flood {

		void run(RogueMember member) throws Exception;

	}

	/** Hears nothing but, perhaps, a Retry: that its address is its own it proves. */
	private static final class Deaf extends ChannelInboundHandlerAdapter {

		private final boolean retry;

		Deaf(boolean retry) {
			this.retry = retry;
		}

		@Override
		public void channelRead(ChannelHandlerContext context, Object message) {
			if (this.retry && message instanceof DatagramPacket packet
					&& (packet.content().getByte(packet.content().readerIndex()) & 0xF0) == 0xF0) {
				context.fireChannelRead(message);
				return;
			}
			ReferenceCountUtil.release(message);
		}

	}

}
