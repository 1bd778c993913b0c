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

package io.macula.directory.etcd;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.options.GetOption;
import io.macula.Code;
import io.macula.Status;
import io.macula.directory.ReconnectPace;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * The connection of one node to one of the servers of etcd, and to the next one when that
 * does not answer. All state is owned by its thread; {@link #call} and what says so is
 * for all threads.
 * <p>
 * States: NEW to CONNECTING by {@link #start}, to UP when a server answers, back to
 * CONNECTING when it does not any more, to DOWN when no server did, and from there to
 * CONNECTING again at a {@link ReconnectPace}; to CLOSED from each.
 */
final class EtcdConnection {

	/*
	 * One server at a time, and a question to it every two seconds that only a server can
	 * answer that is in touch with the majority (a linearizable read): the answer says
	 * that the watches on the same connection are up to date, too, because that server
	 * has told them all that it knows. gRPC's own means would see a silent server after
	 * 13 seconds only, and one without a majority never.
	 */

	private static final long BEAT_MILLIS = 2000;

	private static final int MAX_MESSAGE = 64 * 1024 * 1024;

	private static final Duration KEEPALIVE_TIME = Duration.ofSeconds(10);

	private static final Duration KEEPALIVE_TIMEOUT = Duration.ofSeconds(3);

	private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

	/** Who is refused asks seldom: each check of a password costs etcd much. */
	private static final Duration REFUSED_PAUSE = Duration.ofSeconds(5);

	private final EtcdSettings settings;

	private final Function<String, CompletableFuture<List<String>>> names;

	private final EtcdFailure.Keys keys;

	private final ScheduledThreadPoolExecutor loop;

	private ReconnectPace pace = pace(LONGEST_PAUSE);

	private final List<Waiting<?>> waiting = new ArrayList<>();

	private final Map<String, String> states = new LinkedHashMap<>();

	private @Nullable Listener listener;

	private @Nullable Client client;

	/** Those that another one has replaced, and that are not closed yet. */
	private final List<Client> left = new ArrayList<>();

	private @Nullable ScheduledFuture<?> next;

	private State state = State.NEW;

	/** For the first answer of a server, which may have just started and keep silent. */
	private Duration patience;

	private final EtcdCandidates candidates;

	/** Which client it is; each has another number. */
	private int turn;

	private EtcdFailure failure = EtcdFailure.unreachable("it was not asked yet");

	/** For all threads. */
	private volatile Map<String, String> servers = Map.of();

	/** For all threads. */
	private volatile @Nullable Status obstacle;

	/** For all threads. */
	private volatile @Nullable Status denial;

	/**
	 * A connection, not started.
	 * @param names gives the addresses of a server of the settings
	 */
	EtcdConnection(EtcdSettings settings, EtcdKeys keys, Function<String, CompletableFuture<List<String>>> names) {
		this.settings = settings;
		this.names = names;
		this.patience = settings.timeout();
		this.keys = new EtcdFailure.Keys(keys.realm(), false);
		this.candidates = new EtcdCandidates(settings.servers());
		this.loop = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(task, "macula-etcd");
			thread.setDaemon(true);
			return thread;
		});
		this.loop.setRemoveOnCancelPolicy(true);
		this.loop.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
		settings.servers().forEach((each) -> this.states.put(each, "not asked"));
	}

	/**
	 * Begin to connect. For all threads.
	 * @param told by this connection's thread
	 */
	void start(Listener told) {
		execute(() -> {
			this.listener = told;
			if (this.state == State.NEW) {
				connect();
			}
		});
	}

	private static ReconnectPace pace(Duration longest) {
		return new ReconnectPace((longest.compareTo(FIRST_PAUSE) < 0) ? longest : FIRST_PAUSE, longest,
				(bound) -> ThreadLocalRandom.current().nextLong(bound));
	}

	/**
	 * This node has a lease to keep: it must be connected again well within it once a
	 * server answers. For all threads.
	 */
	void keeps(Duration lease) {
		Duration third = lease.dividedBy(3);
		if (third.compareTo(LONGEST_PAUSE) < 0) {
			execute(() -> {
				this.pace = pace(third);
				this.patience = (third.compareTo(this.patience) < 0) ? third : this.patience;
			});
		}
	}

	/**
	 * Run something in the thread that owns the state, unless this is closed. For all
	 * threads.
	 */
	void execute(Runnable task) {
		execute(task, () -> {
		});
	}

	private void execute(Runnable task, Runnable closed) {
		try {
			this.loop.execute(task);
		}
		catch (RejectedExecutionException ex) {
			closed.run();
		}
	}

	/**
	 * Run something later in the thread that owns the state. For all threads.
	 * @param millis bound of the pause, which is random
	 */
	void later(Runnable task, long millis) {
		schedule(task, ThreadLocalRandom.current().nextLong(millis + 1));
	}

	private @Nullable ScheduledFuture<?> schedule(Runnable task, long millis) {
		try {
			return this.loop.schedule(task, millis, TimeUnit.MILLISECONDS);
		}
		catch (RejectedExecutionException ex) {
			return null;
		}
	}

	private void connect() {
		int begun = ++this.turn;
		this.state = State.CONNECTING;
		String asked = this.candidates.server();
		say("is asked");
		this.names.apply(asked).whenComplete((found, error) -> execute(() -> {
			if (begun == this.turn) {
				connect(asked, found, error);
			}
		}));
	}

	private void connect(String asked, @Nullable List<String> found, @Nullable Throwable error) {
		if (found == null) {
			Throwable cause = (error != null && error.getCause() != null) ? error.getCause() : error;
			failed(this.turn,
					(cause instanceof EtcdFailure known) ? known : EtcdFailure.unreachable(String.valueOf(cause)));
			return;
		}
		try {
			this.client = open(asked, this.candidates.address(found));
		}
		catch (RuntimeException | LinkageError ex) {
			failed(this.turn, EtcdFailure.of(ex, this.settings, this.keys));
			return;
		}
		beat();
	}

	private Client open(String asked, String address) {
		ClientBuilder builder = Client.builder()
			.target("dns:///" + EtcdNames.path(address))
			.authority(asked)
			.loadBalancerPolicy("pick_first")
			.executorService(this.loop)
			.interceptor(new EtcdCalls(this.settings.timeout()))
			.connectTimeout(this.settings.timeout())
			.keepaliveTime(KEEPALIVE_TIME)
			.keepaliveTimeout(KEEPALIVE_TIMEOUT)
			.keepaliveWithoutCalls(false)
			.maxInboundMessageSize(MAX_MESSAGE)
			.waitForReady(false)
			.retryMaxAttempts(1)
			.retryDelay(20)
			.retryMaxDelay(100);
		String username = this.settings.username();
		String password = this.settings.password();
		if (username != null && password != null) {
			builder.user(EtcdKeys.bytes(username)).password(EtcdKeys.bytes(password));
		}
		if (this.settings.tls() != null) {
			builder.sslContext(this.settings.tls().get());
		}
		return builder.build();
	}

	private void beat() {
		Client asked = this.client;
		int begun = this.turn;
		if (asked == null || this.state == State.CLOSED) {
			return;
		}
		GetOption count = GetOption.builder().withCountOnly(true).build();
		Duration most = (this.state == State.UP) ? this.settings.timeout() : this.patience;
		begin(() -> asked.getKVClient().get(EtcdKeys.bytes(this.keys.place()), count))
			.orTimeout(most.toMillis(), TimeUnit.MILLISECONDS)
			.whenComplete((answer, error) -> execute(() -> {
				if (begun == this.turn) {
					beaten(error);
				}
			}));
	}

	private <T> CompletableFuture<T> begin(Supplier<CompletableFuture<T>> question) {
		try {
			return question.get().orTimeout(this.settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private void beaten(@Nullable Throwable error) {
		if (error != null) {
			EtcdFailure failed = EtcdFailure.of(error, this.settings, this.keys);
			/* Not permitted to read that key, but it is an answer. */
			if (failed.kind() != EtcdFailure.Kind.DENIED) {
				failed(this.turn, failed);
				return;
			}
		}
		boolean news = this.state != State.UP;
		this.state = State.UP;
		this.candidates.reset();
		this.obstacle = null;
		this.pace.succeeded();
		Listener told = this.listener;
		if (news) {
			say("answers");
			if (told != null) {
				told.up();
			}
			List<Waiting<?>> begun = List.copyOf(this.waiting);
			this.waiting.clear();
			begun.forEach((each) -> each.begin(this));
		}
		if (told != null) {
			told.heard();
		}
		this.next = schedule(this::beat, BEAT_MILLIS * 3 / 4 + ThreadLocalRandom.current().nextLong(BEAT_MILLIS / 2));
	}

	/**
	 * The server of a turn does not answer as it should: the next one is asked. To be
	 * called by the owning thread.
	 * @param failing number of the client that failed; nothing happens if there is a
	 * later one
	 * @param reason what it said
	 */
	void failed(int failing, EtcdFailure reason) {
		if (failing != this.turn || this.state == State.CLOSED || this.state == State.DOWN) {
			return;
		}
		this.turn++;
		EtcdFailure told = reason.at(this.candidates.server());
		this.failure = told;
		leave();
		say(reason.text());
		boolean another = this.candidates.next();
		boolean refused = reason.kind() == EtcdFailure.Kind.REFUSED;
		if (refused) {
			this.obstacle = Status.notProcessed(Code.UNAUTHENTICATED, reason.text());
		}
		if (!refused && another) {
			connect();
			return;
		}
		this.state = State.DOWN;
		this.candidates.reset();
		List<Waiting<?>> given = List.copyOf(this.waiting);
		this.waiting.clear();
		given.forEach((each) -> each.sink().error(told));
		Listener listening = this.listener;
		if (listening != null) {
			listening.down(told.advice());
		}
		long pause = this.pace.next().toMillis();
		this.next = schedule(this::connect, refused ? pause + REFUSED_PAUSE.toMillis() : pause);
	}

	/*
	 * Its watches hear of the same failure at this moment, in threads of the client's:
	 * one that is closed meanwhile makes them log an exception.
	 */
	private void leave() {
		Client failed = (this.state == State.UP) ? this.client : null;
		if (failed == null) {
			drop();
			return;
		}
		this.client = null;
		cancelNext();
		if (this.listener != null) {
			this.listener.left();
		}
		leaveLater(failed);
	}

	private void drop() {
		Client dropped = this.client;
		this.client = null;
		cancelNext();
		if (dropped != null) {
			dropped.close();
		}
	}

	private void cancelNext() {
		if (this.next != null) {
			this.next.cancel(false);
		}
	}

	private void say(String said) {
		this.states.put(this.candidates.server(), said);
		this.servers = Collections.unmodifiableMap(new LinkedHashMap<>(this.states));
	}

	/**
	 * Ask etcd something. For all threads.
	 * @param question asks it
	 * @return the answer by the owning thread, or an {@link EtcdFailure}; what is asked
	 * while no server answers fails at once
	 */
	<T> Mono<T> call(Function<Client, CompletableFuture<T>> question) {
		return call(question, this.settings.timeout(), this.keys);
	}

	/**
	 * Ask etcd something that has less time.
	 * @param patience after which the server is left, no more than its timeout
	 * @param where keys that are asked for
	 */
	<T> Mono<T> call(Function<Client, CompletableFuture<T>> question, Duration patience, EtcdFailure.Keys where) {
		return Mono.create((sink) -> execute(() -> {
			Waiting<T> waits = new Waiting<>(sink, question, patience, where);
			if (this.state == State.UP) {
				waits.begin(this);
			}
			else if (this.state == State.CONNECTING) {
				this.waiting.add(waits);
				sink.onDispose(() -> execute(() -> this.waiting.remove(waits)));
			}
			else {
				sink.error(this.failure);
			}
		}, () -> sink.error(EtcdFailure.unreachable("the connection is closed"))));
	}

	private <T> void begin(Waiting<T> waits) {
		Client asked = this.client;
		int begun = this.turn;
		if (asked == null) {
			waits.sink().error(this.failure);
			return;
		}
		begin(() -> waits.question().apply(asked)).orTimeout(waits.patience().toMillis(), TimeUnit.MILLISECONDS)
			.whenComplete((answer, error) -> execute(() -> answered(waits, begun, answer, error)));
	}

	private <T> void answered(Waiting<T> waits, int begun, @Nullable T answer, @Nullable Throwable error) {
		if (error == null) {
			waits.sink().success(answer);
			return;
		}
		EtcdFailure failed = EtcdFailure.of(error, this.settings, waits.keys());
		if (failed.kind() == EtcdFailure.Kind.UNREACHABLE || failed.kind() == EtcdFailure.Kind.REFUSED) {
			failed(begun, failed);
		}
		waits.sink().error(failed);
	}

	/**
	 * The client of this moment, for a watch. To be called by the owning thread.
	 * @return {@code null} unless a server answers
	 */
	@Nullable Client client() {
		return (this.state == State.UP) ? this.client : null;
	}

	/**
	 * The number of that client. To be called by the owning thread.
	 */
	int turn() {
		return this.turn;
	}

	Duration timeout() {
		return this.settings.timeout();
	}

	EtcdFailure failure(Throwable error, EtcdFailure.Keys where) {
		return EtcdFailure.of(error, this.settings, where);
	}

	/**
	 * Which server says what. For all threads.
	 */
	Map<String, String> servers() {
		return this.servers;
	}

	/**
	 * That no server takes the credentials, or that the user may not read. For all
	 * threads.
	 */
	@Nullable Status obstacle() {
		Status refused = this.obstacle;
		return (refused != null) ? refused : this.denial;
	}

	/**
	 * The user may not read a service, or may do so again. For all threads.
	 * @param reason why not, or {@code null}
	 */
	void denied(@Nullable String reason) {
		this.denial = (reason != null) ? Status.notProcessed(Code.PERMISSION_DENIED, reason) : null;
	}

	/**
	 * Whom to trust has changed: connect anew, to the same server. For all threads.
	 */
	void renew() {
		execute(() -> {
			Client replaced = this.client;
			if (replaced == null) {
				return;
			}
			cancelNext();
			leaveLater(replaced);
			this.client = null;
			connect();
		});
	}

	/* What it was asked may still be answered; watches leave it for the new one. */
	private void leaveLater(Client replaced) {
		this.left.add(replaced);
		schedule(() -> {
			if (this.left.remove(replaced)) {
				replaced.close();
			}
		}, this.settings.timeout().toMillis());
	}

	/**
	 * End it for good. For all threads.
	 * @return completes when the connection is ended
	 */
	Mono<Void> close() {
		return Mono.<Void>create((sink) -> execute(() -> {
			end();
			sink.success();
		}, sink::success)).doFinally((signal) -> this.loop.shutdown());
	}

	private void end() {
		this.state = State.CLOSED;
		this.turn++;
		drop();
		this.left.forEach(Client::close);
		this.left.clear();
		List<Waiting<?>> given = List.copyOf(this.waiting);
		this.waiting.clear();
		given.forEach((each) -> each.sink().error(this.failure));
	}

	/**
	 * Who is told of the connection, by its thread.
	 */
	interface Listener {

		/**
		 * A server answers.
		 */
		void up();

		/**
		 * The server that answers did so again.
		 */
		void heard();

		/**
		 * The server that answered is asked no more.
		 */
		void left();

		/**
		 * No server answers.
		 * @param reason what the last one said
		 */
		void down(String reason);

	}

	private enum State {

		NEW, CONNECTING, UP, DOWN, CLOSED

	}

	/**
	 * A question that waits for a server.
	 */
	private record Waiting<T>(MonoSink<T> sink, Function<Client, CompletableFuture<T>> question, Duration patience,
			EtcdFailure.Keys keys) {

		void begin(EtcdConnection connection) {
			connection.begin(this);
		}

	}

}
