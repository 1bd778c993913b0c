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
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
			.flatMap((srv) -> srv.isEmpty() ? plain(name) : targets(srv));
	}

	private Mono<Answer> plain(String name) {
		return addresses(name).map((found) -> {
			List<Instance> instances = new ArrayList<>();
			for (InetAddress address : found.preferred(this.settings.family())) {
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
		for (Srv record : srv) {
			Addresses found = byTarget.getOrDefault(record.target(), Addresses.NONE);
			ttl = Math.min(ttl, Math.min(record.ttl(), found.ttl()));
			String label = record.target().split("\\.", 2)[0];
			for (InetAddress address : found.preferred(this.settings.family())) {
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
		return records(name, DnsRecordType.SRV).map((records) -> {
			try {
				List<Srv> found = new ArrayList<>();
				for (DnsRecord record : records) {
					if (record.type().equals(DnsRecordType.SRV) && found.size() < MOST_TARGETS) {
						found.add(Srv.read(record.timeToLive(), ((ByteBufHolder) record).content()));
					}
				}
				return found;
			}
			finally {
				records.forEach(ReferenceCountUtil::release);
			}
		});
	}

	private Mono<Addresses> addresses(String name) {
		return Mono.zip(addresses(name, DnsRecordType.A), addresses(name, DnsRecordType.AAAA))
			.map((both) -> new Addresses(both.getT1().v4(), both.getT2().v6(),
					Math.min(both.getT1().ttl(), both.getT2().ttl())));
	}

	private Mono<Addresses> addresses(String name, DnsRecordType type) {
		return records(name, type).map((records) -> {
			try {
				List<InetAddress> found = new ArrayList<>();
				long ttl = Long.MAX_VALUE;
				for (DnsRecord record : records) {
					if (record.type().equals(type) && found.size() < MOST_TARGETS) {
						found.add(InetAddress.getByAddress(ByteBufUtil.getBytes(((ByteBufHolder) record).content())));
						ttl = Math.min(ttl, record.timeToLive());
					}
				}
				return type.equals(DnsRecordType.A) ? new Addresses(found, List.of(), ttl)
						: new Addresses(List.of(), found, ttl);
			}
			catch (UnknownHostException ex) {
				throw new IllegalArgumentException("a record of " + name + " holds no address", ex);
			}
			finally {
				records.forEach(ReferenceCountUtil::release);
			}
		});
	}

	/* No record of a type, or no such name, is an answer, too. */
	private Mono<List<DnsRecord>> records(String name, DnsRecordType type) {
		return Mono.create((sink) -> this.resolver.resolveAll(new DefaultDnsQuestion(name, type))
			.addListener((Future<List<DnsRecord>> asked) -> {
				if (asked.isSuccess()) {
					sink.success(asked.getNow());
				}
				else if (isNone(asked.cause())) {
					sink.success(List.of());
				}
				else {
					sink.error(asked.cause());
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

	/** Addresses of one name, and the seconds for which they hold. */
	private record Addresses(List<InetAddress> v4, List<InetAddress> v6, long ttl) {

		static final Addresses NONE = new Addresses(List.of(), List.of(), Long.MAX_VALUE);

		List<InetAddress> preferred(AddressFamily family) {
			List<InetAddress> first = (family == AddressFamily.IPV4) ? this.v4 : this.v6;
			return !first.isEmpty() ? first : (family == AddressFamily.IPV4) ? this.v6 : this.v4;
		}

	}

	/** RFC 2782. */
	private record Srv(long ttl, int priority, int weight, int port, String target) {

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
