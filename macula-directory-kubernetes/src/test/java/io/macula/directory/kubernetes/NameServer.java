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

package io.macula.directory.kubernetes;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * A name server of this machine, as that of a cluster answers for headless Services.
 */
final class NameServer implements AutoCloseable {

	private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("junit-dns", true),
			NioIoHandler.newFactory());

	private final Map<String, List<Data>> records = new ConcurrentHashMap<>();

	private final AtomicInteger questions = new AtomicInteger();

	private final Channel channel;

	/** What all questions are answered with. */
	private volatile @Nullable DnsResponseCode failure;

	private volatile boolean silent;

	private final Set<DnsRecordType> silentOf = ConcurrentHashMap.newKeySet();

	NameServer() {
		this.channel = new Bootstrap().group(this.group)
			.channel(NioDatagramChannel.class)
			.handler(new ChannelInitializer<>() {

				@Override
				protected void initChannel(Channel opened) {
					opened.pipeline()
						.addLast(new DatagramDnsQueryDecoder(), new DatagramDnsResponseEncoder(), new Answers());
				}

			})
			.bind(InetAddress.getLoopbackAddress(), 0)
			.syncUninterruptibly()
			.channel();
	}

	InetSocketAddress address() {
		return (InetSocketAddress) this.channel.localAddress();
	}

	int questions() {
		return this.questions.get();
	}

	void put(String name, DnsRecordType type, Data... data) {
		this.records.put(name + " " + type.name(), List.of(data));
	}

	void clear() {
		this.records.clear();
	}

	void failWith(@Nullable DnsResponseCode code) {
		this.failure = code;
	}

	/** Say nothing of one type of records. */
	void silence(DnsRecordType type) {
		this.silentOf.add(type);
	}

	void silence(boolean told) {
		this.silent = told;
	}

	static Data address(int ttl, String address) {
		try {
			return new Data(ttl, Unpooled.copiedBuffer(InetAddress.getByName(address).getAddress()));
		}
		catch (java.net.UnknownHostException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	static Data srv(int ttl, int priority, int weight, int port, String target) {
		ByteBuf content = Unpooled.buffer().writeShort(priority).writeShort(weight).writeShort(port);
		for (String label : target.split("\\.")) {
			content.writeByte(label.length()).writeBytes(label.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
		}
		return new Data(ttl, content.writeByte(0));
	}

	@Override
	public void close() {
		this.channel.close().syncUninterruptibly();
		this.group.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
	}

	/**
	 * One record.
	 */
	record Data(int ttl, ByteBuf content) {

	}

	private final class Answers extends SimpleChannelInboundHandler<DatagramDnsQuery> {

		@Override
		protected void channelRead0(ChannelHandlerContext context, DatagramDnsQuery query) {
			DnsQuestion question = query.recordAt(DnsSection.QUESTION);
			NameServer.this.questions.incrementAndGet();
			if (NameServer.this.silent || NameServer.this.silentOf.contains(question.type())) {
				return;
			}
			DatagramDnsResponse response = new DatagramDnsResponse(query.recipient(), query.sender(), query.id());
			response.setAuthoritativeAnswer(true);
			response.addRecord(DnsSection.QUESTION, new DefaultDnsQuestion(question.name(), question.type()));
			DnsResponseCode failed = NameServer.this.failure;
			List<Data> found = NameServer.this.records.get(question.name() + " " + question.type().name());
			if (failed != null) {
				response.setCode(failed);
			}
			else if (found == null) {
				boolean known = NameServer.this.records.keySet()
					.stream()
					.anyMatch((key) -> key.startsWith(question.name() + " "));
				response.setCode(known ? DnsResponseCode.NOERROR : DnsResponseCode.NXDOMAIN);
			}
			else {
				for (Data data : found) {
					response.addRecord(DnsSection.ANSWER, new DefaultDnsRawRecord(question.name(), question.type(),
							data.ttl(), data.content().copy()));
				}
			}
			context.writeAndFlush(response);
		}

	}

}
