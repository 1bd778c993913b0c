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

import java.net.SocketAddress;
import java.util.Collection;

import io.macula.CallContext;
import io.macula.Code;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.codec.Codecs;
import io.macula.contract.ReturnShape;
import io.macula.log.PrintableLogger;
import io.macula.tls.PeerAccess;
import io.macula.tls.PeerDecisions;
import io.macula.transport.CallHandler;
import io.macula.transport.InboundCall;
import io.macula.transport.InboundStream;
import io.macula.transport.LargePayloads;
import io.macula.transport.NodeInfo;
import io.macula.wire.Failure;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.publisher.Mono;

/**
 * Brings calls to the methods of handlers: non-blocking ones where the call arrives,
 * blocking ones in batches on the {@link HandlerExecutor}. Safe for all threads; calls
 * come on event loops.
 */
final class Dispatcher implements CallHandler {

	/*
	 * The path of a call: the listener's connection decodes it and calls onCall() or
	 * onStream() -> ServedProcedures finds its ServedMethod -> Admission takes or refuses
	 * it -> a NonBlockingCall serves itself here and now; a BlockingCall waits in the
	 * CallBatch of this event loop until the read is complete, then in the queue of the
	 * HandlerExecutor -> ServedMethod decodes the arguments and invokes the bean ->
	 * ServedCall answers and is released.
	 */

	private static final Logger logger = PrintableLogger.of(Dispatcher.class);

	private final ServedProcedures procedures;

	private final Admission admission;

	private final HandlerExecutor executor;

	private final Callers callers = new Callers();

	private final ThreadLocal<CallBatch> batches = ThreadLocal.withInitial(CallBatch::new);

	Dispatcher(NodeInfo node, Codecs codecs, HandlerExecutor executor, int maxInFlight, boolean exposeMessages,
			ObservationRegistry observations) {
		this(node, codecs, executor, maxInFlight, HandlerRules.NONE, exposeMessages, observations, null);
	}

	Dispatcher(NodeInfo node, Codecs codecs, HandlerExecutor executor, int maxInFlight, HandlerRules rules,
			boolean exposeMessages, ObservationRegistry observations, @Nullable PeerAccess access) {
		Refusals refusals = new Refusals(node.nodeId());
		this.procedures = new ServedProcedures(codecs, refusals, new CallObservations(node.realm(), observations),
				rules, exposeMessages, access);
		this.admission = new Admission(refusals, new MemoryBackOff(refusals.node(), System::nanoTime), maxInFlight);
		this.executor = executor;
	}

	/**
	 * Serve a service from now on; everything about its methods that can fail fails here.
	 */
	void register(ServiceDefinition definition) {
		register(definition, false);
	}

	/** The same, for a service that may be removed. */
	void registerRemovable(ServiceDefinition definition) {
		register(definition, true);
	}

	private void register(ServiceDefinition definition, boolean removable) {
		this.procedures.register(definition, removable);
		this.procedures.warnOfUnfitExceptions(definition.name());
	}

	/**
	 * Serve a service no longer, which was registered as removable.
	 * @return the service, whose calls in flight go on, or {@code null} if there is none
	 */
	@Nullable ServedService remove(ServiceName name) {
		return this.procedures.remove(name);
	}

	@Override
	public @Nullable Object resolve(String procedure, String codec) {
		return this.procedures.find(new ProcedureKey(procedure, codec));
	}

	@Override
	public Object connected(NodeInfo peer, @Nullable SocketAddress address) {
		return this.callers.connected(address);
	}

	@Override
	public void disconnected(Object caller) {
		if (caller instanceof Caller known) {
			this.callers.left(known);
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
		serve(method, call);
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
		serve(method, stream);
		if (!method.nonBlocking()) {
			onReadComplete();
		}
	}

	private @Nullable ServedMethod method(InboundCall call) {
		if (call.target() instanceof ServedMethod method && !method.service().withdrawn()) {
			return allows(method.service(), call) ? method : null;
		}
		// The service may have been registered, or replaced, since the lane asked.
		ProcedureKey procedure = new ProcedureKey(call.procedure(), call.codec());
		ServedMethod method = this.procedures.find(procedure);
		if (method == null) {
			ServedService service = this.procedures.service(procedure);
			if (service == null || allows(service, call)) {
				call.fail(this.procedures.unserved(procedure, call.peer().proof()));
			}
			return null;
		}
		return allows(method.service(), call) ? method : null;
	}

	/** Whether the caller may call the service; answers it if not. */
	private boolean allows(ServedService service, InboundCall call) {
		PeerDecisions callers = service.callers();
		String refusal = (callers != null) ? callers.refusal(call.peer().proof()) : null;
		if (refusal == null) {
			return true;
		}
		service.ended(Code.PERMISSION_DENIED);
		call.fail(Failure.of(this.admission.refusals().notAllowed(refusal)));
		return false;
	}

	private void reject(ServedMethod method, InboundCall call, String reason) {
		method.service().ended(Code.INVALID_ARGUMENT);
		call.fail(HandlerFailures.misfit(method.procedure() + " " + reason, method.service()));
	}

	/** What may fail for lack of memory is made before the call counts as in flight. */
	private void serve(ServedMethod method, InboundCall call) {
		if (method.nonBlocking()) {
			NonBlockingCall served = new NonBlockingCall(this.admission, method, call);
			if (!admit(method, call)) {
				return;
			}
			if (LargePayloads.large(call.payload()) && !method.copies(call.payload())) {
				LargePayloads.execute(call.caller(), () -> served.serveHere(System.nanoTime()));
			}
			else {
				served.serveHere(System.nanoTime());
			}
			return;
		}
		CallBatch batch = this.batches.get();
		BlockingCall served = new BlockingCall(this.admission, method, call);
		if (admit(method, call)) {
			batch.add(served);
			if (batch.isFull()) {
				batch.handOver(this.executor, this.admission);
			}
		}
	}

	private boolean admit(ServedMethod method, InboundCall call) {
		Status refusal = this.admission.admit(method.service(), call);
		if (refusal == null) {
			if (logger.isDebugEnabled() && !method.service().reserved()) {
				logger.debug("Handling call of {} from node {}", method.procedure(), call.peer().nodeId());
			}
			return true;
		}
		this.admission.refused();
		method.service().ended(refusal.code());
		call.fail(Failure.of(refusal));
		return false;
	}

	@Override
	public void onReadComplete() {
		CallBatch batch = this.batches.get();
		if (!batch.isEmpty()) {
			batch.handOver(this.executor, this.admission);
		}
	}

	/**
	 * Refuse new calls from now on.
	 * @return completes when no call is in flight
	 */
	Mono<Void> drain() {
		return this.admission.drain();
	}

	/** End the streams of reserved services that did not end by themselves. */
	void endLinks() {
		this.admission.endLinks();
	}

	/** Take so many calls at once from the next one on. */
	void maxInFlight(int most) {
		this.admission.maxInFlight(most);
	}

	/** Refuse new calls of the user's services, or take them again. */
	void suspend(boolean refuse) {
		this.admission.suspend(refuse);
	}

	boolean suspended() {
		return this.admission.suspended();
	}

	boolean draining() {
		return this.admission.draining();
	}

	int inFlight() {
		return this.admission.inFlight();
	}

	/** Whether the present thread runs a handler's method of this server. */
	boolean isHandler() {
		return CallContext.current() instanceof ServedCall served && served.admission() == this.admission;
	}

	/** Calls of services, methods or codecs that this node does not know. */
	long unserved() {
		return this.procedures.unservedCalls();
	}

	/** Calls refused for overload or because of a drain. */
	long refused() {
		return this.admission.refusedCalls();
	}

	/** Counts calls for those who want to know. */
	CallRecorder recorder() {
		return this.admission.recorder();
	}

	/** In order of their names. */
	Collection<ServedService> services() {
		return this.procedures.services();
	}

}
