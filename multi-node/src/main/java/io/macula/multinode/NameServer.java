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

package io.macula.multinode;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.macula.Endpoint;
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
 * A name server that knows one service. Safe for all threads.
 */
final class NameServer implements AutoCloseable {

	private static final int TTL_SECONDS = 1;

	private static final int WEIGHT = 100;

	private final String host;

	private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1,
			new DefaultThreadFactory("name-server", true), NioIoHandler.newFactory());

	private volatile @Nullable Channel channel;

	/** By name and type of the question; replaced as a whole. */
	private volatile Map<String, List<byte[]>> records = Map.of();

	/**
	 * A name server that was not started.
	 * @param host address of this machine
	 */
	NameServer(String host) {
		this.host = host;
	}

	void start() {
		this.channel = new Bootstrap().group(this.group)
			.channel(NioDatagramChannel.class)
			.handler(new ChannelInitializer<>() {

				@Override
				protected void initChannel(Channel opened) {
					opened.pipeline()
						.addLast(new DatagramDnsQueryDecoder(), new DatagramDnsResponseEncoder(), new Answers());
				}

			})
			.bind(this.host, 0)
			.syncUninterruptibly()
			.channel();
	}

	/**
	 * The UDP port.
	 * @return the port, or 0 before the start
	 */
	int port() {
		Channel bound = this.channel;
		return (bound != null) ? ((InetSocketAddress) bound.localAddress()).getPort() : 0;
	}

	/**
	 * Say from now on who there is.
	 * @param service name of the SRV records
	 * @param domain domain of the hosts, each named as its node
	 * @param endpoints addresses and ports by node id
	 */
	void publish(String service, String domain, Map<String, String> endpoints) {
		Map<String, List<byte[]>> told = new HashMap<>();
		List<byte[]> targets = new ArrayList<>();
		endpoints.forEach((node, at) -> {
			Endpoint endpoint = Endpoint.parse(at);
			String host = node + "." + domain;
			targets.add(srv(endpoint.port(), host));
			told.put(key(host + ".", DnsRecordType.A), List.of(address(endpoint.host())));
		});
		told.put(key(service + ".", DnsRecordType.SRV), targets);
		this.records = told;
	}

	@Override
	public void close() {
		this.group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
	}

	private static String key(String name, DnsRecordType type) {
		return name + " " + type.name();
	}

	private static byte[] address(String host) {
		try {
			return InetAddress.getByName(host).getAddress();
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException("Host '" + host + "' is not valid: expected an address", ex);
		}
	}

	/** RFC 2782. */
	private static byte[] srv(int port, String target) {
		ByteBuf content = Unpooled.buffer().writeShort(0).writeShort(WEIGHT).writeShort(port);
		for (String label : target.split("\\.")) {
			byte[] bytes = label.getBytes(StandardCharsets.US_ASCII);
			content.writeByte(bytes.length).writeBytes(bytes);
		}
		content.writeByte(0);
		byte[] record = new byte[content.readableBytes()];
		content.readBytes(record);
		return record;
	}

	private final class Answers extends SimpleChannelInboundHandler<DatagramDnsQuery> {

		@Override
		protected void channelRead0(ChannelHandlerContext context, DatagramDnsQuery query) {
			DnsQuestion question = query.recordAt(DnsSection.QUESTION);
			DatagramDnsResponse response = new DatagramDnsResponse(query.recipient(), query.sender(), query.id());
			response.setAuthoritativeAnswer(true);
			response.addRecord(DnsSection.QUESTION, new DefaultDnsQuestion(question.name(), question.type()));
			Map<String, List<byte[]>> known = NameServer.this.records;
			List<byte[]> found = known.getOrDefault(key(question.name(), question.type()), List.of());
			if (found.isEmpty() && known.keySet().stream().noneMatch((key) -> key.startsWith(question.name() + " "))) {
				response.setCode(DnsResponseCode.NXDOMAIN);
			}
			for (byte[] content : found) {
				response.addRecord(DnsSection.ANSWER, new DefaultDnsRawRecord(question.name(), question.type(),
						TTL_SECONDS, Unpooled.wrappedBuffer(content)));
			}
			context.writeAndFlush(response);
		}

	}

}
