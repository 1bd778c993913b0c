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
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.MaculaCall;
import io.macula.Realm;
import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.client.DescribedMethod;
import io.macula.codec.ArgumentsCodec;
import io.macula.codec.JsonTrees;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.StaticDirectory;
import io.macula.log.NearestName;
import io.macula.log.Printable;
import io.macula.node.NodeReport;
import io.macula.node.NodeSettings;
import io.macula.node.RealmNode;
import io.macula.observation.AttemptTrace;
import io.macula.operations.NodeAddress;
import io.macula.operations.NodeStatus;
import io.macula.operations.RealmPicture;
import io.macula.operations.ServiceDescriptions.MethodDescription;
import io.macula.operations.ServiceDescriptions.Parameter;
import io.macula.operations.ServiceDescriptions.ServiceDescription;
import io.macula.operations.ValueSchema;
import io.macula.tls.TlsContexts;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Calls services with JSON, for people who try something. Each call has a node of its
 * own, which knows the instances of the picture and no others, so that its attempts are
 * nobody else's, and one instance can be chosen. Safe for all threads; blocks.
 */
@Component
final class TrialCalls {

	static final int MOST_ELEMENTS = 100;

	private static final int MOST_BYTES = 4 * 1024 * 1024;

	private static final int AT_ONCE = 8;

	private static final Duration CONNECTING = Duration.ofSeconds(3);

	private static final Duration BEYOND = Duration.ofSeconds(5);

	private static final Logger logger = LoggerFactory.getLogger(TrialCalls.class);

	private final RealmWatch watch;

	private final Contracts contracts;

	private final RealmNode node;

	private final TlsContexts tls;

	private final Semaphore free = new Semaphore(AT_ONCE);

	TrialCalls(RealmWatch watch, Contracts contracts, RealmNode node, TlsContexts tls) {
		this.watch = watch;
		this.contracts = contracts;
		this.node = node;
		this.tls = tls;
	}

	/** The answer, as the page reads it. */
	Map<String, @Nullable Object> call(CallRequest request, String who) {
		RealmPicture realm = this.watch.picture();
		RealmPicture.Service service = Contracts.service(realm, request.service());
		List<Instance> instances = instances(realm, service, request.instance());
		ServiceDescription contract = Objects.requireNonNull(
				this.contracts.description(realm, service.name(), instances.stream().map(Instance::nodeId).toList())
					.onErrorMap(RpcException.class, (ex) -> Problems.of(502, ex.status().toString()))
					.block());
		MethodDescription method = Contracts.method(contract, request.method());
		byte[] payload = payload(method, request.arguments());
		List<byte[]> elements = elements(method, request.elements());
		if (!this.free.tryAcquire()) {
			throw Problems.of(503, AT_ONCE + " calls are open already: wait until one of them has ended");
		}
		try {
			Map<String, @Nullable Object> answer = call(service.name(), method, instances, payload, elements,
					request.deadline());
			logger.info("{} called {}/{}: {}", who, Printable.text(service.name()), Printable.text(method.name()),
					answer.get("outcome"));
			return answer;
		}
		finally {
			this.free.release();
		}
	}

	private static List<Instance> instances(RealmPicture realm, RealmPicture.Service service, @Nullable String chosen) {
		List<Instance> all = new ArrayList<>();
		for (String nodeId : service.instances().keySet()) {
			RealmPicture.Node node = realm.node(nodeId);
			boolean wanted = (chosen != null) ? nodeId.equals(chosen) : node != null && node.state().equals("serving");
			if (wanted && node != null && node.address() != null && node.status() != null) {
				all.add(instance(node.address(), node.status()));
			}
		}
		if (all.isEmpty() && chosen != null) {
			throw Problems.of(404,
					"Node '" + Printable.text(chosen) + "' does not serve " + service.name() + ": "
							+ NearestName.question(chosen, service.instances().keySet()) + "expected one of "
							+ String.join(", ", service.instances().keySet()));
		}
		if (all.isEmpty()) {
			throw Problems.of(502, "No instance of " + service.name() + " takes calls now");
		}
		return all;
	}

	private static Instance instance(NodeAddress address, NodeStatus status) {
		return new Instance(status.node().nodeId(), address.incarnation(), Endpoint.parse(address.endpoint()),
				status.node().zone(), 0, Math.max(1, status.life().weight()), Map.of(), address.identity(),
				address.further().stream().map(Endpoint::parse).toList());
	}

	private static byte[] payload(MethodDescription method, List<JsonNode> arguments) {
		List<Parameter> parameters = method.parameters();
		if (parameters.size() != arguments.size()) {
			throw Problems.of(400,
					"$.arguments: method " + method.name() + " takes " + parameters.size() + " arguments ("
							+ String.join(", ", parameters.stream().map(Parameter::name).toList()) + "), but there are "
							+ arguments.size());
		}
		for (int i = 0; i < arguments.size(); i++) {
			String misfit = ValueSchema.of(parameters.get(i).schema()).misfit(arguments.get(i));
			if (misfit != null) {
				throw Problems.of(400,
						"Argument " + parameters.get(i).name() + " of " + method.name() + " does not fit at " + misfit);
			}
		}
		return ArgumentsCodec
			.of(JsonTrees.codec(), method.name(), Collections.nCopies(parameters.size(), JsonNode.class),
					parameters.stream().map(Parameter::name).toList())
			.encode(arguments.toArray());
	}

	private static @Nullable List<byte[]> elements(MethodDescription method, @Nullable List<JsonNode> given) {
		if (method.streamed() == null) {
			if (given != null && !given.isEmpty()) {
				throw Problems.of(400, "$.elements: method " + method.name() + " takes no stream");
			}
			return null;
		}
		ValueSchema schema = ValueSchema.of(method.streamed());
		List<byte[]> all = new ArrayList<>();
		for (JsonNode element : (given != null) ? given : List.<JsonNode>of()) {
			String misfit = schema.misfit(element);
			if (misfit != null) {
				throw Problems.of(400,
						"Element " + (all.size() + 1) + " of " + method.name() + " does not fit at " + misfit);
			}
			all.add(JsonTrees.bytes(element));
		}
		return all;
	}

	private Map<String, @Nullable Object> call(String service, MethodDescription method, List<Instance> instances,
			byte[] payload, @Nullable List<byte[]> elements, Duration deadline) {
		AttemptTrace attempts = new AttemptTrace((step) -> {
		});
		NodeReport self = this.node.report();
		boolean stream = method.shape().equals("stream-in") || method.shape().equals("stream-both");
		DescribedMethod described = new DescribedMethod(service, method.name(), "json", method.parameters().size(),
				elements != null, stream, method.idempotent(), method.deadline());
		try (RealmNode caller = RealmNode
			.builder(new NodeSettings(new Realm(self.realm()), self.nodeId(), self.zone(), List.of(),
					Advertisement.DEFAULT_TTL))
			.tls(this.tls)
			.directory(DirectoryEngine.of(StaticDirectory.empty().with(new ServiceName(service), instances), null,
					"the console knows them"))
			.observations(attempts.registry())
			.build()) {
			caller.start();
			Flux<byte[]> results = caller.client()
				.results(described, payload, (elements != null) ? Flux.fromIterable(elements) : null)
				.contextWrite(MaculaCall.deadline(deadline).context());
			// Whoever measures a call does not mean the handshake before it.
			caller.client().clients().forEach((client) -> client.prepare(CONNECTING));
			Gathered gathered = new Gathered(method.result() != null);
			long begun = System.nanoTime();
			RpcException thrown = null;
			try {
				results.takeUntil(gathered::add).blockLast(deadline.plus(BEYOND));
			}
			catch (RpcException ex) {
				thrown = ex;
			}
			return answer(stream, gathered, attempts, thrown, (System.nanoTime() - begun) / 1000);
		}
	}

	private static Map<String, @Nullable Object> answer(boolean stream, Gathered gathered, AttemptTrace attempts,
			@Nullable RpcException thrown, long micros) {
		Map<String, @Nullable Object> answer = new LinkedHashMap<>();
		answer.put("outcome", (thrown != null) ? thrown.code().toString() : "OK");
		answer.put("message", (thrown != null) ? message(thrown) : null);
		answer.put("elapsedUs", micros);
		if (stream) {
			answer.put("elements", gathered.results);
			answer.put("more", gathered.more);
		}
		else {
			answer.put("result", gathered.results.isEmpty() ? null : gathered.results.get(0));
		}
		if (thrown != null) {
			attempts.failed(thrown.attempts());
		}
		answer.put("attempts", attempts.steps().stream().map(TriedAttempt::of).toList());
		return answer;
	}

	private static String message(RpcException thrown) {
		StringBuilder message = new StringBuilder(thrown.status().message());
		if (thrown.remoteType() != null) {
			message.append(" [").append(thrown.remoteType()).append(']');
		}
		thrown.detail().forEach((key, value) -> message.append("; ").append(key).append(": ").append(value));
		return message.toString();
	}

	/**
	 * An attempt, as the page reads it.
	 *
	 * @param node the instance
	 * @param endpoint where it listens
	 * @param elapsedUs microseconds, or {@code null} if nothing was sent
	 * @param outcome code of the outcome
	 * @param message what went wrong, or {@code null}
	 */
	private record TriedAttempt(String node, String endpoint, @Nullable Long elapsedUs, String outcome,
			@Nullable String message) {

		static TriedAttempt of(AttemptTrace.Step step) {
			return new TriedAttempt(step.nodeId(), step.endpoint().toString(),
					(step.elapsed() != null) ? step.elapsed().toNanos() / 1000 : null,
					(step.code() != null) ? step.code().toString() : "CANCELLED", step.message());
		}

	}

	/** Results as they come, the first of them. */
	private static final class Gathered {

		private final List<JsonNode> results = Collections.synchronizedList(new ArrayList<>());

		private final boolean told;

		private int bytes;

		private volatile boolean more;

		Gathered(boolean told) {
			this.told = told;
		}

		/** Whether it is enough. */
		boolean add(byte[] result) {
			if (!this.told || result.length == 0) {
				return false;
			}
			if (this.results.size() >= MOST_ELEMENTS || (this.bytes > 0 && this.bytes + result.length > MOST_BYTES)) {
				this.more = true;
				return true;
			}
			this.bytes += result.length;
			this.results.add(parsed(result));
			return false;
		}

		private static JsonNode parsed(byte[] result) {
			try {
				return JsonTrees.tree(result);
			}
			catch (JacksonException ex) {
				throw Problems.of(502, "The answer is no JSON: " + Printable.text(ex.getOriginalMessage()));
			}
		}

	}

}
