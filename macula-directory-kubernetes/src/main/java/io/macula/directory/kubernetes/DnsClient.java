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

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.macula.directory.EngineClient;
import io.macula.directory.WatchedService;
import io.macula.directory.WatchedServices;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * Instances as the name service tells them of headless Services. Writes nothing. Safe for
 * all threads.
 */
final class DnsClient implements EngineClient {

	private final DnsSettings settings;

	private @Nullable EventLoopGroup group;

	private @Nullable EventLoop loop;

	private @Nullable DnsNameResolver resolver;

	private @Nullable WatchedServices services;

	DnsClient(DnsSettings settings) {
		this.settings = settings;
	}

	@Override
	public void start(WatchedServices watched) {
		this.services = watched;
		EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1,
				new DefaultThreadFactory("macula-directory-dns-io", true), NioIoHandler.newFactory());
		EventLoop first = loops.next();
		this.group = loops;
		this.loop = first;
		List<InetSocketAddress> servers = this.settings.servers();
		this.resolver = new DnsNameResolverBuilder(first).datagramChannelType(NioDatagramChannel.class)
			.socketChannelType(NioSocketChannel.class)
			.nameServerProvider(servers.isEmpty() ? DnsServerAddressStreamProviders.platformDefault()
					: new SequentialDnsServerAddressStreamProvider(servers))
			// Times to live are kept here, where it is known when to ask again.
			.resolveCache(NoopDnsCache.INSTANCE)
			.queryTimeoutMillis(this.settings.timeout().toMillis())
			.maxQueriesPerResolve(4)
			.build();
	}

	@Override
	public Disposable watch(WatchedService watched) {
		DnsNameResolver asked = Objects.requireNonNull(this.resolver, "not started");
		DnsWatch watch = new DnsWatch(watched, this.settings, new DnsQuestions(asked, this.settings),
				Objects.requireNonNull(this.loop, "not started"), () -> Objects.requireNonNull(this.services).heard());
		watch.start();
		return watch;
	}

	/** An answer does not tell who left from who was lost. */
	@Override
	public boolean preserving() {
		return false;
	}

	@Override
	public String hint() {
		return "names of headless Services, " + this.settings.template();
	}

	@Override
	public Map<String, String> servers() {
		return Map.of();
	}

	@Override
	public Mono<Void> close() {
		EventLoopGroup loops = this.group;
		DnsNameResolver asked = this.resolver;
		if (loops == null || asked == null) {
			return Mono.empty();
		}
		return Mono.create((sink) -> {
			asked.close();
			loops.shutdownGracefully(0, Duration.ofSeconds(1).toMillis(), TimeUnit.MILLISECONDS)
				.addListener((ended) -> sink.success());
		});
	}

}
