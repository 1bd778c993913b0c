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

package io.macula.console;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import io.macula.RpcException;
import io.macula.log.NearestName;
import io.macula.log.Printable;
import io.macula.operations.NodeAddress;
import io.macula.operations.RealmPicture;
import io.macula.operations.ServiceDescriptions.MethodDescription;
import io.macula.operations.ServiceDescriptions.ServiceDescription;
import io.macula.operations.ValueSchema;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponseException;

/**
 * The contracts that the nodes of the realm serve, asked for when somebody wants to know.
 * Safe for all threads; blocks.
 */
@Component
final class Contracts {

	private static final Duration DEADLINE = Duration.ofSeconds(3);

	private static final int PARALLEL = 8;

	private final RealmWatch watch;

	Contracts(RealmWatch watch) {
		this.watch = watch;
	}

	/**
	 * A service of the realm.
	 * @throws org.springframework.web.ErrorResponseException if there is none; names the
	 * nearest
	 */
	static RealmPicture.Service service(RealmPicture realm, String name) {
		RealmPicture.Service found = realm.service(name);
		if (found == null) {
			List<String> names = realm.services().stream().map(RealmPicture.Service::name).toList();
			throw Problems.of(404, "There is no service '" + Printable.text(name) + "' in the realm: "
					+ NearestName.question(name, names) + "expected one that a node serves now");
		}
		return found;
	}

	/**
	 * A method of a contract.
	 * @throws org.springframework.web.ErrorResponseException if there is none; names the
	 * nearest
	 */
	static MethodDescription method(ServiceDescription service, String name) {
		List<String> names = service.methods().stream().map(MethodDescription::name).toList();
		return service.methods()
			.stream()
			.filter((method) -> method.name().equals(name))
			.findFirst()
			.orElseThrow(() -> Problems.of(404,
					"Service '" + service.name() + "' has no method '" + Printable.text(name) + "': "
							+ NearestName.question(name, names) + "expected one of " + String.join(", ", names)));
	}

	/** A contract as the page reads it, in all versions that are served. */
	Map<String, Object> describe(String name) {
		RealmPicture realm = this.watch.picture();
		RealmPicture.Service service = service(realm, name);
		Map<String, List<String>> nodes = new TreeMap<>();
		service.instances()
			.forEach((node, version) -> nodes.computeIfAbsent(version, (any) -> new ArrayList<>()).add(node));
		List<Map<String, @Nullable Object>> versions = Objects.requireNonNull(Flux.fromIterable(nodes.entrySet())
			.flatMapSequential((version) -> version(realm, name, version.getKey(), version.getValue()), PARALLEL)
			.collectList()
			.block());
		Map<String, Object> all = new LinkedHashMap<>();
		all.put("name", name);
		all.put("skew", service.skew());
		all.put("versions", versions);
		return all;
	}

	private Mono<Map<String, @Nullable Object>> version(RealmPicture realm, String service, String version,
			List<String> nodes) {
		Map<String, @Nullable Object> all = new LinkedHashMap<>();
		all.put("version", version);
		all.put("nodes", nodes);
		return description(realm, service, nodes).map((described) -> {
			all.put("fingerprint", described.fingerprint());
			all.put("contract", described.contract());
			all.put("methods", described.methods().stream().map(Contracts::json).toList());
			return all;
		}).onErrorResume(RpcException.class, (ex) -> {
			all.put("trouble", ex.status().toString());
			all.put("methods", List.of());
			return Mono.just(all);
		}).onErrorResume(ErrorResponseException.class, (ex) -> {
			all.put("trouble", ex.getBody().getDetail());
			all.put("methods", List.of());
			return Mono.just(all);
		});
	}

	/** As one of some nodes tells it, whoever answers first of them in their order. */
	Mono<ServiceDescription> description(RealmPicture realm, String service, List<String> nodes) {
		List<NodeAddress> addresses = new ArrayList<>();
		for (String nodeId : nodes) {
			RealmPicture.Node node = realm.node(nodeId);
			if (node != null && node.address() != null) {
				addresses.add(node.address());
			}
		}
		return Flux.fromIterable(addresses)
			.concatMapDelayError((address) -> this.watch.operations()
				.withDeadline(DEADLINE)
				.describe(address, service)
				.flatMapIterable((told) -> told.services()), 1)
			// Of several that failed, the first says why.
			.onErrorMap(Exceptions::isMultiple, (ex) -> Exceptions.unwrapMultiple(ex).get(0))
			.next()
			.switchIfEmpty(Mono.error(() -> Problems.of(502, "No node tells the contract of " + service)));
	}

	private static Map<String, @Nullable Object> json(MethodDescription method) {
		Map<String, @Nullable Object> all = new LinkedHashMap<>();
		all.put("name", method.name());
		all.put("signature", method.signature());
		all.put("shape", method.shape());
		all.put("idempotent", method.idempotent());
		all.put("nonBlocking", method.nonBlocking());
		Duration deadline = method.deadline();
		all.put("deadlineMs", (deadline != null) ? deadline.toMillis() : null);
		all.put("hedge", method.hedge());
		all.put("parameters", method.parameters().stream().map((parameter) -> {
			Map<String, Object> each = new LinkedHashMap<>();
			each.put("name", parameter.name());
			each.put("type", parameter.type());
			each.put("schema", ValueSchema.of(parameter.schema()).json());
			return each;
		}).toList());
		all.put("streamed", schema(method.streamed()));
		all.put("result", schema(method.result()));
		all.put("exceptions", method.exceptions());
		all.put("example",
				method.parameters().stream().map((parameter) -> ValueSchema.of(parameter.schema()).example()).toList());
		return all;
	}

	private static @Nullable Object schema(@Nullable String text) {
		return (text != null) ? ValueSchema.of(text).json() : null;
	}

}
