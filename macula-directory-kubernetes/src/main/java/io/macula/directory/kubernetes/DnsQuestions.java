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
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.NodeIds;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.DnsErrorCauseException;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What the name service says of one headless Service: SRV where there are such records,
 * else addresses. To be used by the resolver's event loop.
 */
final class DnsQuestions {

	/** Of one name; more are not asked for. */
	static final int MOST_TARGETS = 1000;

	private static final int AT_ONCE = 16;

	private final DnsNameResolver resolver;

	private final DnsSettings settings;

	DnsQuestions(DnsNameResolver resolver, DnsSettings settings) {
		this.resolver = resolver;
		this.settings = settings;
	}

	/**
	 * Ask.
	 * @param name of the Service
	 * @return the answer; fails if there is none
	 */
	Mono<Answer> ask(String name) {
		return srv("_" + this.settings.portName() + "._udp." + name)
			.flatMap((srv) -> srv.isEmpty() ? plain(name) : targets(srv.stream().filter(Srv::usable).toList()));
	}

	private Mono<Answer> plain(String name) {
		return addresses(name).map((found) -> {
			List<Instance> instances = new ArrayList<>();
			for (InetAddress address : found.all()) {
				Endpoint endpoint = Endpoint.of(address, this.settings.port());
				instances.add(Instance.of(NodeIds.of(endpoint.toString()), endpoint));
			}
			return new Answer(instances, found.ttl());
		});
	}

	private Mono<Answer> targets(List<Srv> srv) {
		Map<String, Addresses> byTarget = new HashMap<>();
		return Flux.fromIterable(srv.stream().map(Srv::target).distinct().toList())
			.flatMap((target) -> addresses(target).doOnNext((found) -> byTarget.put(target, found)), AT_ONCE)
			.then(Mono.fromSupplier(() -> joined(srv, byTarget)));
	}

	private Answer joined(List<Srv> srv, Map<String, Addresses> byTarget) {
		long ttl = Long.MAX_VALUE;
		Set<String> labels = new HashSet<>();
		Map<String, Instance> instances = new LinkedHashMap<>();
		// In one order, whatever that of the answer: nobody's id may change by it.
		for (Srv record : srv.stream().sorted(Srv.ORDER).toList()) {
			Addresses found = byTarget.getOrDefault(record.target(), Addresses.NONE);
			ttl = Math.min(ttl, Math.min(record.ttl(), found.ttl()));
			String label = record.target().split("\\.", 2)[0];
			for (InetAddress address : found.all()) {
				Endpoint endpoint = Endpoint.of(address, record.port());
				String id = labels.add(label) ? label : endpoint.toString();
				Instance instance = new Instance(NodeIds.of(id), 0, endpoint, null,
						Math.min(record.priority(), Instance.MAX_PRIORITY),
						Math.max(1, Math.min(record.weight(), Instance.MAX_WEIGHT)), Map.of());
				instances.putIfAbsent(endpoint.toString(), instance);
			}
		}
		return new Answer(List.copyOf(instances.values()), ttl);
	}

	private Mono<List<Srv>> srv(String name) {
		return asked(name, DnsRecordType.SRV, (records) -> {
			List<Srv> found = new ArrayList<>();
			for (DnsRecord record : records) {
				if (record.type().equals(DnsRecordType.SRV) && found.size() < MOST_TARGETS) {
					found.add(Srv.read(record.timeToLive(), ((ByteBufHolder) record).content()));
				}
			}
			return found;
		});
	}

	/* The other family only where there is none: some name servers fail to answer it. */
	private Mono<Addresses> addresses(String name) {
		boolean v4 = this.settings.family() == AddressFamily.IPV4;
		DnsRecordType first = v4 ? DnsRecordType.A : DnsRecordType.AAAA;
		DnsRecordType other = v4 ? DnsRecordType.AAAA : DnsRecordType.A;
		return addresses(name, first)
			.flatMap((found) -> found.all().isEmpty() ? addresses(name, other) : Mono.just(found));
	}

	private Mono<Addresses> addresses(String name, DnsRecordType type) {
		return asked(name, type, (records) -> {
			try {
				List<InetAddress> found = new ArrayList<>();
				long ttl = Long.MAX_VALUE;
				for (DnsRecord record : records) {
					if (record.type().equals(type) && found.size() < MOST_TARGETS) {
						found.add(InetAddress.getByAddress(ByteBufUtil.getBytes(((ByteBufHolder) record).content())));
						ttl = Math.min(ttl, record.timeToLive());
					}
				}
				found.sort(Comparator.comparing(InetAddress::getHostAddress));
				return new Addresses(found, ttl);
			}
			catch (UnknownHostException ex) {
				throw new IllegalArgumentException("a record of " + name + " holds no address", ex);
			}
		});
	}

	/*
	 * No record of a type, or no such name, is an answer, too. Records are read where
	 * they come: whoever asked may have gone, and then nobody else would release them.
	 */
	private <T> Mono<T> asked(String name, DnsRecordType type, Function<List<DnsRecord>, T> read) {
		return Mono.create((sink) -> this.resolver.resolveAll(new DefaultDnsQuestion(name, type))
			.addListener((Future<List<DnsRecord>> asked) -> {
				if (!asked.isSuccess() && !isNone(asked.cause())) {
					sink.error(asked.cause());
					return;
				}
				List<DnsRecord> records = asked.isSuccess() ? asked.getNow() : List.of();
				try {
					sink.success(read.apply(records));
				}
				catch (RuntimeException ex) {
					sink.error(ex);
				}
				finally {
					records.forEach(ReferenceCountUtil::release);
				}
			}));
	}

	private static boolean isNone(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof DnsErrorCauseException refused) {
				return refused.getCode().equals(DnsResponseCode.NXDOMAIN)
						|| refused.getCode().equals(DnsResponseCode.NOERROR);
			}
		}
		// Answers without a record of the type that was asked for.
		return failure instanceof UnknownHostException && failure.getCause() == null;
	}

	/**
	 * What a name stands for. Immutable.
	 *
	 * @param instances at most {@value DnsQuestions#MOST_TARGETS}
	 * @param ttl seconds for which this holds
	 */
	record Answer(List<Instance> instances, long ttl) {

	}

	/** Addresses of one name and one family, and the seconds for which they hold. */
	private record Addresses(List<InetAddress> all, long ttl) {

		static final Addresses NONE = new Addresses(List.of(), Long.MAX_VALUE);

	}

	/** RFC 2782. */
	private record Srv(long ttl, int priority, int weight, int port, String target) {

		static final Comparator<Srv> ORDER = Comparator.comparing(Srv::target).thenComparingInt(Srv::port);

		/** A target of the root says that there decidedly is none. */
		boolean usable() {
			return this.port > 0 && !this.target.equals(".");
		}

		static Srv read(long ttl, ByteBuf content) {
			try {
				return new Srv(ttl, content.readUnsignedShort(), content.readUnsignedShort(),
						content.readUnsignedShort(), DefaultDnsRecordDecoder.decodeName(content));
			}
			catch (RuntimeException ex) {
				throw new IllegalArgumentException("an SRV record cannot be read: " + ex.getMessage(), ex);
			}
		}

	}

}
