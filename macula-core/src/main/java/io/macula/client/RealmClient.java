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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

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

	/**
	 * Those that have the default settings, whatever these are; guarded by the clients.
	 */
	private final Set<String> byDefault = new HashSet<>();

	/** Held while settings change, and before the clients. */
	private final Object changing = new Object();

	private final Map<Type, ValueCodec> codecs = new ConcurrentHashMap<>();

	/** Whether people want to know of the client services: not of those of a warm-up. */
	private final boolean announced;

	/** It was said that zones make no difference. */
	private final AtomicBoolean zoneMissed = new AtomicBoolean();

	private volatile ClientPhase phase;

	/** Written with the lock of the clients. */
	private volatile ServiceSettings defaults;

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
		this.defaults = context.defaults();
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
		tellOfZone("Each client service", this.defaults);
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
		return proxy(contract, client(service, new ServiceName(service), null));
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
		return proxy(contract, client(name, new ServiceName(service), settings));
	}

	private <T> T proxy(Class<T> contract, ServiceClient client) {
		boolean first;
		synchronized (this.changing) {
			// From now on it has a say when settings change; before that it sees them.
			first = client.proxied(contract);
		}
		if (first && this.announced) {
			announce(client);
		}
		return ServiceProxyFactory.proxy(contract, client, this.context.codecs().get(client.settings().codec()));
	}

	/**
	 * Call services in another manner from now on, while calls run: a call has the
	 * settings with which it began until it ends, and no call is refused or lost because
	 * they change. What was learned of instances goes on, ejections, connections and
	 * retry budgets included. All client services change, or none.
	 * @param defaults for those that have no settings of their own, also of the future
	 * @param own settings of others, by the names of client services; those that are not
	 * there are ignored, and those that are not named stay as they are
	 * @throws IllegalArgumentException if a client service cannot be called in that
	 * manner, such as with another payload codec; the message tells which and why
	 */
	public void change(ServiceSettings defaults, Map<String, ServiceSettings> own) {
		synchronized (this.changing) {
			clients().forEach((client) -> {
				ServiceSettings next = next(client, defaults, own);
				if (next != null) {
					client.check(next);
				}
			});
			List<ServiceClient> all;
			synchronized (this.clients) {
				this.defaults = defaults;
				all = clients();
			}
			for (ServiceClient client : all) {
				ServiceSettings next = next(client, defaults, own);
				if (next != null) {
					client.change(next);
					tellOfZone("Client service '" + client.name() + "'", next);
				}
			}
		}
	}

	private @Nullable ServiceSettings next(ServiceClient client, ServiceSettings defaults,
			Map<String, ServiceSettings> own) {
		ServiceSettings named = own.get(client.name());
		if (named != null) {
			return named;
		}
		synchronized (this.clients) {
			return this.byDefault.contains(client.name()) ? defaults : null;
		}
	}

	/**
	 * How services are called that have no settings of their own.
	 * @return the settings of this moment
	 */
	public ServiceSettings defaults() {
		return this.defaults;
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
					(called, terms) -> block(called, argument, decoder, terms)));
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

	private @Nullable Object block(DynamicMethod called, @Nullable Object argument, ResultDecoder decoder,
			CallTerms terms) throws Throwable {
		BlockingOutcome outcome = new BlockingOutcome();
		UnaryCall call = dynamicCall(called, argument, terms, outcome);
		call.start();
		return decoder.decode(outcome.await(call));
	}

	/** Without an interceptor at once. */
	private @Nullable Object intercepted(String service, String method, @Nullable Object argument, ReturnShape shape,
			Type resultType, DynamicCall call) throws Throwable {
		ServiceClient client = dynamicClient(service);
		ServiceCalls calls = client.calls();
		Procedure procedure = procedure(client, calls.rules(), method, argument);
		if (this.context.interceptors().isEmpty()) {
			return call.make(new DynamicMethod(calls, procedure),
					CallTerms.of(Priorities.said(MaculaCall.current(), procedure.priority())));
		}
		@Nullable Object[] arguments = (argument != null) ? new @Nullable Object[] { argument } : new @Nullable Object[0];
		return new Interception(client, procedure.wireName(), method, null,
				ResultAdapter.of(service + '/' + method, shape, resultType))
			.call(arguments, (rules) -> new BoundMethod(rules, procedure(client, rules, method, argument), true),
					(values, terms, rules) -> call.make(
							new DynamicMethod(client.calls().under(rules), procedure(client, rules, method, argument)),
							terms));
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
					resultType, (called, terms) -> begin(called, argument, decoder, terms)));
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

	private FutureOutcome begin(DynamicMethod called, @Nullable Object argument, ResultDecoder decoder,
			CallTerms terms) {
		FutureOutcome outcome = new FutureOutcome(decoder);
		UnaryCall call;
		try {
			call = dynamicCall(called, argument, terms, outcome);
		}
		catch (RpcException ex) {
			outcome.completeExceptionally(ex);
			return outcome;
		}
		outcome.begin(call);
		return outcome;
	}

	/**
	 * Call a method that is known by its description, with arguments and for results that
	 * the caller codes itself: for tools. Neither interceptors nor error mappers stand
	 * around it; all else holds as for the calls of proxies, {@link MaculaCall} included.
	 * @param method the method
	 * @param payload its arguments, as its codec and
	 * {@link io.macula.codec.ArgumentsCodec} have them; copied
	 * @param elements encoded elements that are sent, where the method takes a stream, or
	 * {@code null} where it takes none
	 * @return the results as they came, one if the method returns no stream; each
	 * subscription is a call, and its cancellation cancels it
	 * @throws IllegalArgumentException if the name of the service is not valid or is
	 * reserved, or there are elements though the method takes none, or none though it
	 * does
	 */
	public Flux<byte[]> results(DescribedMethod method, byte[] payload, @Nullable Publisher<byte[]> elements) {
		if (method.elements() != (elements != null)) {
			throw new IllegalArgumentException(
					"Method " + method.service() + '/' + method.method() + " takes " + (method.elements()
							? "a stream, but there are no elements" : "no stream, but there are elements"));
		}
		return EncodedCall.results(dynamicClient(method.service()), method, payload, elements);
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

	private UnaryCall dynamicCall(DynamicMethod called, @Nullable Object argument, CallTerms terms,
			CallOutcome outcome) {
		Procedure procedure = called.procedure();
		byte[] payload = NO_ARGUMENT;
		if (argument != null) {
			ValueCodec codec = codec(procedure.service(), argument.getClass());
			try {
				payload = codec.encode(argument);
			}
			catch (Throwable ex) {
				throw Failures.notEncodable(procedure.wireName(), "the argument of " + procedure.wireName(), ex,
						Processed.NO);
			}
		}
		ServiceCalls calls = called.calls();
		long deadline = Deadlines.of(calls.now(), terms, procedure, true, Context.empty());
		return new UnaryCall(calls, procedure, payload, terms, deadline, outcome);
	}

	private static Procedure procedure(ServiceClient client, ServiceRules rules, String method,
			@Nullable Object argument) {
		MethodRules own = rules.of(method);
		Duration deadline = (own != null) ? own.deadline() : null;
		String service = client.service().value();
		return new Procedure(service + '/' + method, service, method,
				Fingerprint.mark(method, (argument != null) ? 1 : 0, false, false), rules.settings().codec(), false,
				(deadline != null) ? deadline : rules.settings().deadline(),
				Priorities.usual(rules, own, Priority.NORMAL), null, client.latencyOf(method), own,
				(failure, failed) -> Failures.exception(failure, failed, null));
	}

	private ServiceClient dynamicClient(String service) {
		synchronized (this.clients) {
			ServiceClient present = this.clients.get(service);
			if (present != null) {
				return present;
			}
		}
		return client(service, new ServiceName(service), null);
	}

	private ResultDecoder decoder(String service, String method, Type type) {
		return new ResultDecoder(service + '/' + method, codec(service, type), false);
	}

	private ValueCodec codec(String service, Type type) {
		PayloadCodec codec = this.context.codecs().get(dynamicClient(service).settings().codec());
		return this.codecs.computeIfAbsent(type, codec::forData);
	}

	/**
	 * Find or make one.
	 * @param own its settings, or {@code null} for the default ones, whatever they are
	 */
	private ServiceClient client(String name, ServiceName service, @Nullable ServiceSettings own) {
		service.requireOpen();
		ServiceClient made;
		ServiceSettings settings;
		synchronized (this.clients) {
			settings = (own != null) ? own : this.defaults;
			ServiceClient present = this.clients.get(name);
			if (present != null) {
				if (!present.has(settings) || !present.service().equals(service)) {
					throw new IllegalArgumentException("The client service '" + name + "' exists already for service '"
							+ present.service() + "' with other settings: give this one another name");
				}
				return present;
			}
			made = new ServiceClient(name, service, settings, this.context, () -> this.phase);
			this.clients.put(name, made);
			if (own == null) {
				this.byDefault.add(name);
			}
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

		@Nullable Object make(DynamicMethod called, CallTerms terms) throws Throwable;

	}

	/**
	 * A method under the settings with which its call began.
	 *
	 * @param calls what its calls share
	 * @param procedure the method
	 */
	private record DynamicMethod(ServiceCalls calls, Procedure procedure) {

	}

}
