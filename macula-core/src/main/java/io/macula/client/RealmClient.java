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

package io.macula.client;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

import io.macula.Code;
import io.macula.Fingerprint;
import io.macula.MaculaCall;
import io.macula.Priority;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.codec.PayloadCodec;
import io.macula.codec.ValueCodec;
import io.macula.contract.ResultAdapter;
import io.macula.contract.ReturnShape;
import io.macula.log.DurationText;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.scheduler.Schedulers;

/**
 * The calling part of a node: makes proxies of contracts and calls services without them.
 * Safe for all threads; started, stopped and closed by its owner, the node.
 * <p>
 * Any number of lives: idle to started by {@link #start}, and back by {@link #stop}.
 * Proxies can be made at any time and serve all lives; calls that come while the client
 * is idle end at once, not processed, and say why it is.
 */
public final class RealmClient implements AutoCloseable {

	private static final Logger logger = PrintableLogger.of(RealmClient.class);

	private static final byte[] NO_ARGUMENT = {};

	private static final Status CLOSED = Status.notProcessed(Code.UNAVAILABLE, "this client is closed");

	private static final Status RESTARTED = Status.notProcessed(Code.UNAVAILABLE, "this client was started anew");

	private final ClientContext context;

	/** By name, in order of creation; guarded by itself. */
	private final Map<String, ServiceClient> clients = new LinkedHashMap<>();

	private final Map<Type, ValueCodec> codecs = new ConcurrentHashMap<>();

	/** Whether people want to know of the client services: not of those of a warm-up. */
	private final boolean announced;

	/** It was said that zones make no difference. */
	private final AtomicBoolean zoneMissed = new AtomicBoolean();

	private volatile ClientPhase phase;

	/**
	 * A client that is idle; it logs how it calls each service.
	 * @param context what it is given for good
	 * @param refusal what calls are told before the start: UNAVAILABLE, not processed
	 */
	public RealmClient(ClientContext context, Status refusal) {
		this(context, refusal, true);
	}

	private RealmClient(ClientContext context, Status refusal, boolean announced) {
		this.context = context;
		this.phase = new ClientPhase(null, refusal);
		this.announced = announced;
	}

	/**
	 * A client that is started already, for one that no operator looks at.
	 * @param context what it is given for good
	 * @param life what it works with
	 */
	public RealmClient(ClientContext context, ClientLife life) {
		this(context, CLOSED, false);
		start(life);
	}

	/**
	 * Begin a life: from now on calls are made. Does not wait for the directory.
	 * @param life what calls work with until {@link #stop}
	 */
	public void start(ClientLife life) {
		tellOfZone("Each client service", this.context.defaults());
		enter(new ClientPhase(life, RESTARTED));
	}

	/**
	 * End the present life, if there is one. Calls that wait for an instance, a
	 * connection or the end of their back-off end at once, and so do those that come
	 * later; those that were sent end with their connections. Does not block.
	 * @param refusal what they are told: UNAVAILABLE, not processed
	 */
	public void stop(Status refusal) {
		enter(new ClientPhase(null, refusal));
	}

	private void enter(ClientPhase next) {
		List<ServiceClient> all;
		synchronized (this.clients) {
			this.phase = next;
			all = new ArrayList<>(this.clients.values());
		}
		for (ServiceClient client : all) {
			try {
				client.follow();
			}
			catch (Throwable ex) {
				logger.warn("The client service '{}' could not follow its node; the others go on", client.name(), ex);
			}
		}
	}

	/**
	 * A proxy of a contract with the default settings.
	 * @param <T> the contract
	 * @param contract a plain interface
	 * @param service name of the service
	 * @return a proxy, safe for all threads
	 * @throws IllegalArgumentException if the interface is no valid contract; the message
	 * names the method and the remedy
	 */
	public <T> T proxy(Class<T> contract, String service) {
		return proxy(contract, service, service, this.context.defaults());
	}

	/**
	 * A proxy of a contract with settings of its own.
	 * @param <T> the contract
	 * @param contract a plain interface
	 * @param service name of the service
	 * @param name name of the client service in reports and metrics, unique per settings
	 * @param settings how it is called
	 * @return a proxy, safe for all threads
	 * @throws IllegalArgumentException if the interface is no valid contract, or if a
	 * client service of this name has other settings; the message tells which
	 */
	public <T> T proxy(Class<T> contract, String service, String name, ServiceSettings settings) {
		ServiceClient client = client(name, new ServiceName(service), settings);
		if (client.proxied(contract) && this.announced) {
			announce(client);
		}
		return ServiceProxyFactory.proxy(contract, client, this.context.codecs().get(settings.codec()));
	}

	private void announce(ServiceClient client) {
		ServiceSettings settings = client.settings();
		int attempts = settings.failover().maxAttempts();
		logger.info("Client {} calls service {} of realm {}: {}, {}, deadline {}, {}", client.name(), client.service(),
				this.context.realm(), settings.strategyName(), (attempts == 1) ? "1 attempt" : attempts + " attempts",
				DurationText.of(settings.deadline()), settings.codec());
	}

	/**
	 * Call a method without its interface; blocks. Such a call is not repeated when
	 * nobody knows whether it was processed.
	 * @param <T> type of the result
	 * @param service name of the service
	 * @param method name of the method on the wire
	 * @param argument the one argument, or {@code null} where the method takes none
	 * @param resultType class of the result
	 * @return the result
	 * @throws RpcException if the call fails
	 */
	public <T> @Nullable T call(String service, String method, @Nullable Object argument, Class<T> resultType) {
		try {
			return answer(service, method, argument, resultType);
		}
		catch (RpcException ex) {
			throw unchecked(errors(service, method).told(ex));
		}
	}

	private <T> @Nullable T answer(String service, String method, @Nullable Object argument, Class<T> resultType) {
		if (Schedulers.isInNonBlockingThread()) {
			throw Failures.exception(service + '/' + method,
					Status.notProcessed(Code.INTERNAL, "blocking call of " + service + "/" + method
							+ " on the non-blocking thread '" + Thread.currentThread().getName() + "': use callAsync"),
					null);
		}
		ResultDecoder decoder = decoder(service, method, resultType);
		try {
			return resultType.cast(intercepted(service, method, argument, ReturnShape.VALUE, resultType,
					(terms) -> block(service, method, argument, decoder, terms)));
		}
		catch (ClassCastException ex) {
			throw decoder.undecodable(ex);
		}
		catch (RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw unchecked(ex);
		}
	}

	private static RuntimeException unchecked(Throwable thrown) {
		if (thrown instanceof Error error) {
			throw error;
		}
		return (thrown instanceof RuntimeException ex) ? ex
				: new IllegalStateException("dynamic calls throw unchecked exceptions only", thrown);
	}

	private CallErrors errors(String service, String method) {
		return new CallErrors(this.context.errorMappers(), service + '/' + method, (thrown) -> false);
	}

	private @Nullable Object block(String service, String method, @Nullable Object argument, ResultDecoder decoder,
			CallTerms terms) throws Throwable {
		BlockingOutcome outcome = new BlockingOutcome();
		UnaryCall call = dynamicCall(service, method, argument, terms, outcome);
		call.start();
		return decoder.decode(outcome.await(call));
	}

	/** Without an interceptor at once. */
	private @Nullable Object intercepted(String service, String method, @Nullable Object argument, ReturnShape shape,
			Type resultType, DynamicCall call) throws Throwable {
		if (this.context.interceptors().isEmpty()) {
			ServiceClient client = dynamicClient(service);
			Priority usual = Priorities.usual(client, client.rulesOf(method), Priority.NORMAL);
			return call.make(CallTerms.of(Priorities.said(MaculaCall.current(), usual)));
		}
		ServiceClient client = dynamicClient(service);
		@Nullable Object[] arguments = (argument != null) ? new @Nullable Object[] { argument } : new @Nullable Object[0];
		return new Interception(client, procedure(client, service, method, argument), null,
				ResultAdapter.of(service + '/' + method, shape, resultType))
			.call(arguments, (values, terms) -> call.make(terms));
	}

	/**
	 * Call a method without its interface.
	 * @param service name of the service
	 * @param method name of the method on the wire
	 * @param argument the one argument, or {@code null} where the method takes none
	 * @param resultType type of the result
	 * @return the result to come; cancelling it cancels the call
	 */
	public CompletableFuture<@Nullable Object> callAsync(String service, String method, @Nullable Object argument,
			Type resultType) {
		CallErrors errors = errors(service, method);
		ResultDecoder decoder = decoder(service, method, resultType);
		try {
			CompletableFuture<@Nullable Object> call = future(intercepted(service, method, argument, ReturnShape.FUTURE,
					resultType, (terms) -> begin(service, method, argument, decoder, terms)));
			return errors.mapped() ? errors.future(call) : call;
		}
		catch (RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException("calls that return a future throw nothing", ex);
		}
	}

	@SuppressWarnings("unchecked")
	private static CompletableFuture<@Nullable Object> future(@Nullable Object made) {
		return (made != null) ? (CompletableFuture<@Nullable Object>) made : CompletableFuture.completedFuture(null);
	}

	private FutureOutcome begin(String service, String method, @Nullable Object argument, ResultDecoder decoder,
			CallTerms terms) {
		FutureOutcome outcome = new FutureOutcome(decoder);
		UnaryCall call;
		try {
			call = dynamicCall(service, method, argument, terms, outcome);
		}
		catch (RpcException ex) {
			outcome.completeExceptionally(ex);
			return outcome;
		}
		outcome.begin(call);
		return outcome;
	}

	/**
	 * All client services.
	 * @return a copy, in order of creation
	 */
	public List<ServiceClient> clients() {
		synchronized (this.clients) {
			return new ArrayList<>(this.clients.values());
		}
	}

	private UnaryCall dynamicCall(String service, String method, @Nullable Object argument, CallTerms terms,
			CallOutcome outcome) {
		ServiceClient client = dynamicClient(service);
		byte[] payload = NO_ARGUMENT;
		if (argument != null) {
			ValueCodec codec = codec(service, argument.getClass());
			try {
				payload = codec.encode(argument);
			}
			catch (Throwable ex) {
				throw Failures.notEncodable(service + '/' + method, "the argument of " + service + '/' + method, ex,
						Processed.NO);
			}
		}
		ServiceCalls calls = client.calls();
		Procedure procedure = procedure(client, service, method, argument);
		long deadline = Deadlines
			.bounded(this.context.clock().getAsLong() + terms.deadlineOr(procedure.deadline()).toNanos());
		return new UnaryCall(calls, procedure, payload, terms, deadline, outcome);
	}

	private static Procedure procedure(ServiceClient client, String service, String method, @Nullable Object argument) {
		MethodRules rules = client.rulesOf(method);
		Duration deadline = (rules != null) ? rules.deadline() : null;
		return new Procedure(service + '/' + method, service, method,
				Fingerprint.mark(method, (argument != null) ? 1 : 0, false, false), client.settings().codec(), false,
				(deadline != null) ? deadline : client.settings().deadline(),
				Priorities.usual(client, rules, Priority.NORMAL), null, client.latencyOf(method), rules,
				(failure, failed) -> Failures.exception(failure, failed, null));
	}

	private ServiceClient dynamicClient(String service) {
		synchronized (this.clients) {
			ServiceClient present = this.clients.get(service);
			if (present != null) {
				return present;
			}
		}
		return client(service, new ServiceName(service), this.context.defaults());
	}

	private ResultDecoder decoder(String service, String method, Type type) {
		return new ResultDecoder(service + '/' + method, codec(service, type), false);
	}

	private ValueCodec codec(String service, Type type) {
		PayloadCodec codec = this.context.codecs().get(dynamicClient(service).settings().codec());
		return this.codecs.computeIfAbsent(type, codec::forData);
	}

	private ServiceClient client(String name, ServiceName service, ServiceSettings settings) {
		ServiceClient made;
		synchronized (this.clients) {
			ServiceClient present = this.clients.get(name);
			if (present != null) {
				if (!present.settings().equals(settings) || !present.service().equals(service)) {
					throw new IllegalArgumentException("The client service '" + name + "' exists already for service '"
							+ present.service() + "' with other settings: give this one another name");
				}
				return present;
			}
			made = new ServiceClient(name, service, settings, this.context, () -> this.phase);
			this.clients.put(name, made);
		}
		tellOfZone("Client service '" + name + "'", settings);
		made.begin();
		return made;
	}

	/** Whoever wants near instances first must have said where this node is. */
	private void tellOfZone(String who, ServiceSettings settings) {
		if (settings.zoneAware() && this.context.zone() == null && this.announced
				&& this.zoneMissed.compareAndSet(false, true)) {
			logger.warn("{} is zone-aware, but this node has no zone, so that zones make no difference:"
					+ " set macula.node.zone to where this node is, or leave zone-aware out", who);
		}
	}

	/**
	 * Stop for good.
	 */
	@Override
	public void close() {
		stop(CLOSED);
	}

	/** Makes a call without an interface. */
	@FunctionalInterface
	private interface DynamicCall {

		@Nullable Object make(CallTerms terms) throws Throwable;

	}

}
