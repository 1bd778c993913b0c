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

package io.macula.server;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import io.macula.Code;
import io.macula.Status;
import io.macula.codec.Codecs;
import io.macula.codec.PayloadCodec;
import io.macula.contract.MethodContract;
import io.macula.contract.ReturnShape;
import io.macula.observation.DefaultServerCallObservationConvention;
import io.macula.observation.MaculaObservationDocumentation;
import io.macula.observation.ServerCallObservationContext;
import io.macula.transport.CallHandler;
import io.macula.transport.InboundCall;
import io.macula.transport.InboundStream;
import io.macula.transport.NodeInfo;
import io.macula.wire.Failure;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Brings calls to the methods of handlers: non-blocking ones where the call arrives,
 * blocking ones in batches on the {@link HandlerExecutor}. Safe for all threads.
 */
final class Dispatcher implements CallHandler {

	/*
	 * States: serving -> draining, for good. A call is in flight from its admission until
	 * it is released; those of reserved services are not counted, for the links of the
	 * directory never end by themselves.
	 *
	 * Memory: an OutOfMemoryError of a handler unwinds its stack and often frees what it
	 * asked for, so the node lives on; but a node at the edge answers slowly and fails at
	 * random, which is worse than refusing. So after each the node refuses calls (as not
	 * processed: they go to other instances) for a breather that doubles from 1 to 30
	 * seconds while they recur, and serves again afterwards. Who prefers a restart sets
	 * -XX:+ExitOnOutOfMemoryError.
	 */

	private static final Logger logger = LoggerFactory.getLogger(Dispatcher.class);

	private static final int LARGEST_BATCH = 256;

	private static final int LONGEST_LIST = 20;

	private static final long SHORTEST_BREATHER_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long LONGEST_BREATHER_NANOS = TimeUnit.SECONDS.toNanos(30);

	private final NodeInfo node;

	private final Codecs codecs;

	private final HandlerExecutor executor;

	private final int maxInFlight;

	private final ObservationRegistry observations;

	private final boolean observed;

	private final Map<String, ServedService> services = new ConcurrentSkipListMap<>();

	private final Map<Procedure, ServedMethod> methods = new ConcurrentHashMap<>();

	private final ThreadLocal<Batch> batches = ThreadLocal.withInitial(Batch::new);

	private final AtomicInteger inFlight = new AtomicInteger();

	private final LongAdder unserved = new LongAdder();

	private final LongAdder refused = new LongAdder();

	/** Streams of reserved services, which end when the node drains. */
	private final Set<ServedCall> links = ConcurrentHashMap.newKeySet();

	private final Sinks.Empty<Void> idle = Sinks.empty();

	private volatile boolean draining;

	private final LogLimit memoryLog = new LogLimit();

	/** Whether calls are refused for lack of memory. */
	private volatile boolean breathing;

	private volatile long breatherEnd;

	private volatile long breatherNanos;

	Dispatcher(NodeInfo node, Codecs codecs, HandlerExecutor executor, int maxInFlight,
			ObservationRegistry observations) {
		this.node = node;
		this.codecs = codecs;
		this.executor = executor;
		this.maxInFlight = maxInFlight;
		this.observations = observations;
		this.observed = !observations.isNoop();
	}

	/**
	 * Serve a service from now on; everything about its methods that can fail fails here.
	 */
	void register(ServiceDefinition definition) {
		ServedService service = new ServedService(definition);
		PayloadCodec preferred = this.codecs.get(this.codecs.names().get(0));
		Map<Procedure, ServedMethod> prepared = new TreeMap<>();
		for (MethodContract method : definition.contract().methods()) {
			prepared.put(new Procedure(definition.name() + "/" + method.wireName(), preferred.name()),
					new ServedMethod(service, method, preferred));
		}
		ServedService other = this.services.putIfAbsent(definition.name().value(), service);
		if (other != null) {
			throw new IllegalArgumentException("Service '" + definition.name() + "' is served twice: by "
					+ other.definition().handler().getClass().getName() + " and by "
					+ definition.handler().getClass().getName());
		}
		this.methods.putAll(prepared);
	}

	@Override
	public @Nullable Object resolve(String procedure, String codec) {
		return find(new Procedure(procedure, codec));
	}

	private @Nullable ServedMethod find(Procedure procedure) {
		ServedMethod known = this.methods.get(procedure);
		return (known != null) ? known : prepare(procedure);
	}

	private @Nullable ServedMethod prepare(Procedure procedure) {
		ServedService service = this.services.get(procedure.service());
		PayloadCodec codec = this.codecs.find(procedure.codec());
		MethodContract method = (service != null) ? service.definition().contract().method(procedure.method()) : null;
		if (service == null || method == null || codec == null) {
			return null;
		}
		try {
			return this.methods.computeIfAbsent(procedure, (key) -> new ServedMethod(service, method, codec));
		}
		catch (IllegalArgumentException ex) {
			logger.warn("Service '{}' cannot be served with the payload codec '{}': {}", service.name(), codec.name(),
					ex.getMessage());
			return null;
		}
	}

	@Override
	public void onCall(InboundCall call) {
		ServedMethod method = method(call);
		if (method == null) {
			return;
		}
		if (method.contract().streaming()) {
			reject(method, call, "streams elements: call it on a stream of its own");
			return;
		}
		ServedCall served = admit(method, call);
		if (served == null) {
			return;
		}
		if (method.nonBlocking()) {
			served.runHere(System.nanoTime());
			return;
		}
		Batch batch = this.batches.get();
		batch.add(served);
		if (batch.full()) {
			handOver(batch);
		}
	}

	@Override
	public void onStream(InboundStream stream) {
		ServedMethod method = method(stream);
		if (method == null) {
			return;
		}
		boolean many = method.contract().shape() == ReturnShape.FLUX;
		if (stream.expectsElements() != many) {
			reject(method, stream, many ? "answers with a stream of elements, but the caller expects one result"
					: "answers with one result, but the caller expects a stream of elements");
			return;
		}
		if (stream.sendsElements() && method.contract().streamIndex() < 0) {
			reject(method, stream, "takes no stream of elements, but the caller sends one");
			return;
		}
		ServedCall served = admit(method, stream);
		if (served == null) {
			return;
		}
		if (method.nonBlocking()) {
			served.runHere(System.nanoTime());
			return;
		}
		Batch batch = this.batches.get();
		batch.add(served);
		handOver(batch);
	}

	@Override
	public void onReadComplete() {
		Batch batch = this.batches.get();
		if (batch.count > 0) {
			handOver(batch);
		}
	}

	private @Nullable ServedMethod method(InboundCall call) {
		Object target = call.target();
		if (target instanceof ServedMethod method) {
			return method;
		}
		// The service may have been registered since the lane asked.
		Procedure procedure = new Procedure(call.procedure(), call.codec());
		ServedMethod method = find(procedure);
		if (method == null) {
			this.unserved.increment();
			call.fail(Failure.of(Status.notProcessed(Code.UNIMPLEMENTED, unservedMessage(procedure))));
		}
		return method;
	}

	private void reject(ServedMethod method, InboundCall call, String reason) {
		method.service().ended(Code.INVALID_ARGUMENT);
		call.fail(Failure.of(Status.processed(Code.INVALID_ARGUMENT, method.procedure() + " " + reason)));
	}

	private @Nullable ServedCall admit(ServedMethod method, InboundCall call) {
		Status refusal = null;
		if (this.draining) {
			refusal = Status.notProcessed(Code.UNAVAILABLE, node() + " is draining");
		}
		else if (!method.service().reserved()) {
			refusal = (this.breathing && breathes()) ? outOfMemory() : null;
			if (refusal == null && this.inFlight.incrementAndGet() > this.maxInFlight) {
				left();
				refusal = Status.notProcessed(Code.RESOURCE_EXHAUSTED,
						node() + " serves " + this.maxInFlight + " calls already (macula.provider.max-in-flight)");
			}
		}
		if (refusal == null) {
			return new ServedCall(this, method, call);
		}
		this.refused.increment();
		method.service().ended(refusal.code());
		call.fail(Failure.of(refusal));
		return null;
	}

	private void handOver(Batch batch) {
		ServedCall[] calls = batch.calls;
		int count = batch.count;
		batch.count = 0;
		int taken = this.executor.submit(calls, count);
		for (int i = taken; i < count; i++) {
			this.refused.increment();
			calls[i].refuse(this.draining ? closing() : Status.notProcessed(Code.RESOURCE_EXHAUSTED,
					node() + " has no thread and no place in its queue left (macula.provider.queue-capacity)"));
		}
		Arrays.fill(calls, 0, count, null);
	}

	/** By a call that streams results. */
	void opened(ServedCall call) {
		if (call.servedMethod().service().reserved()) {
			this.links.add(call);
			if (this.draining) {
				call.cancelStream(closing());
			}
		}
	}

	/** By each admitted call, once. */
	void released(ServedCall call, Code code) {
		ServedService service = call.servedMethod().service();
		service.ended(code);
		if (service.reserved()) {
			this.links.remove(call);
		}
		else {
			left();
		}
	}

	private void left() {
		if (this.inFlight.decrementAndGet() == 0 && this.draining) {
			this.idle.tryEmitEmpty();
		}
	}

	@Nullable Observation observe(ServedMethod method, InboundCall call) {
		if (!this.observed || method.service().reserved()) {
			return null;
		}
		return MaculaObservationDocumentation.SERVER_CALL.start(null, DefaultServerCallObservationConvention.INSTANCE,
				() -> new ServerCallObservationContext(this.node.realm(), method.service().name(),
						method.contract().wireName(), call.peer().nodeId(), call.metadata()),
				this.observations);
	}

	void observed(Observation observation, Code code, @Nullable Throwable thrown) {
		if (observation.getContext() instanceof ServerCallObservationContext context) {
			context.setResponse(code);
		}
		if (thrown != null && code != Code.APPLICATION) {
			observation.error(thrown);
		}
		observation.stop();
	}

	/**
	 * Refuse new calls from now on.
	 * @return completes when no call is in flight
	 */
	Mono<Void> drain() {
		this.draining = true;
		this.links.forEach((link) -> link.cancelStream(closing()));
		if (this.inFlight.get() == 0) {
			this.idle.tryEmitEmpty();
		}
		return this.idle.asMono();
	}

	boolean draining() {
		return this.draining;
	}

	int inFlight() {
		return this.inFlight.get();
	}

	/** Calls of services, methods or codecs that this node does not know. */
	long unserved() {
		return this.unserved.sum();
	}

	/** Calls refused for overload or because of a drain. */
	long refused() {
		return this.refused.sum();
	}

	Collection<ServedService> services() {
		return this.services.values();
	}

	/** Looks for signs that the memory ends; called with every failure. */
	void watchMemory(Throwable thrown) {
		if (!(thrown instanceof OutOfMemoryError)) {
			return;
		}
		long now = System.nanoTime();
		long longer = (this.breatherNanos == 0 || now - this.breatherEnd > LONGEST_BREATHER_NANOS)
				? SHORTEST_BREATHER_NANOS : Math.min(2 * this.breatherNanos, LONGEST_BREATHER_NANOS);
		if (!this.breathing) {
			this.breatherNanos = longer;
			this.breatherEnd = now + longer;
			this.breathing = true;
		}
		this.memoryLog.run((suppressed) -> logger.error(
				"{} is out of memory and refuses calls for {} s, then serves again; set -XX:+ExitOnOutOfMemoryError to end the process instead{}",
				node(), TimeUnit.NANOSECONDS.toSeconds(this.breatherNanos), suppressed, thrown));
	}

	private boolean breathes() {
		if (System.nanoTime() - this.breatherEnd >= 0) {
			this.breathing = false;
			return false;
		}
		return true;
	}

	private Status outOfMemory() {
		return Status.notProcessed(Code.RESOURCE_EXHAUSTED, node() + " is out of memory");
	}

	Status closing() {
		return Status.notProcessed(Code.UNAVAILABLE, node() + " is draining");
	}

	Status closedWhileRunning() {
		return Status.unknown(Code.UNAVAILABLE,
				node() + " closed while the handler ran; it had the time of macula.provider.grace");
	}

	Status deadlineOver(ServedMethod method) {
		return Status.notProcessed(Code.DEADLINE_EXCEEDED,
				"the deadline was over before " + method.procedure() + " started on " + node());
	}

	void notCancellable(ServedMethod method, RuntimeException cause) {
		logger.debug("What {} returned cannot be cancelled", method.procedure(), cause);
	}

	private String unservedMessage(Procedure procedure) {
		ServedService service = this.services.get(procedure.service());
		if (service == null) {
			List<String> names = new ArrayList<>();
			for (ServedService other : this.services.values()) {
				if (!other.reserved()) {
					names.add(other.name().value());
				}
			}
			return "service '" + procedure.service() + "' is not served by " + node() + "; it serves: " + list(names);
		}
		if (service.definition().contract().method(procedure.method()) == null) {
			return "service '" + procedure.service() + "' of " + node() + " has no method '" + procedure.method()
					+ "'; it has: " + list(service.methods());
		}
		return "payload codec '" + procedure.codec() + "' cannot be used for '" + procedure.service() + "' of " + node()
				+ "; it knows: " + list(this.codecs.names());
	}

	private static String list(List<String> names) {
		if (names.isEmpty()) {
			return "nothing";
		}
		String text = String.join(", ", names.subList(0, Math.min(names.size(), LONGEST_LIST)));
		return (names.size() > LONGEST_LIST) ? text + " and " + (names.size() - LONGEST_LIST) + " more" : text;
	}

	private String node() {
		return "node " + this.node.nodeId();
	}

	/**
	 * What a lane asks for.
	 */
	private record Procedure(String name, String codec) implements Comparable<Procedure> {

		String service() {
			int slash = this.name.indexOf('/');
			return (slash < 0) ? this.name : this.name.substring(0, slash);
		}

		String method() {
			int slash = this.name.indexOf('/');
			return (slash < 0) ? "" : this.name.substring(slash + 1);
		}

		@Override
		public int compareTo(Procedure other) {
			int byName = this.name.compareTo(other.name);
			return (byName != 0) ? byName : this.codec.compareTo(other.codec);
		}

	}

	/**
	 * Blocking calls of one read; each event loop has its own.
	 */
	private static final class Batch {

		private ServedCall[] calls = new ServedCall[16];

		private int count;

		void add(ServedCall call) {
			if (this.count == this.calls.length) {
				this.calls = Arrays.copyOf(this.calls, 2 * this.count);
			}
			this.calls[this.count++] = call;
		}

		boolean full() {
			return this.count == LARGEST_BATCH;
		}

	}

}
