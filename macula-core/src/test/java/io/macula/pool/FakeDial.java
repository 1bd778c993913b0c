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

package io.macula.pool;

import io.macula.Endpoint;
import io.macula.Status;
import io.macula.transport.Connection;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * A dial that the test ends, as often as it likes and in whichever way.
 */
final class FakeDial extends Mono<Connection> {

	final Endpoint endpoint;

	private CoreSubscriber<? super Connection> subscriber;

	/** Runs at subscription. */
	Runnable onSubscribe = () -> {
	};

	FakeDial(Endpoint endpoint) {
		this.endpoint = endpoint;
	}

	@Override
	public void subscribe(CoreSubscriber<? super Connection> actual) {
		this.subscriber = actual;
		actual.onSubscribe(new Subscription() {

			@Override
			public void request(long count) {
			}

			@Override
			public void cancel() {
			}

		});
		this.onSubscribe.run();
	}

	FakeConnection succeed() {
		return succeed(0);
	}

	FakeConnection succeed(long incarnation) {
		return succeed(new FakeConnection(this.endpoint, incarnation));
	}

	FakeConnection succeed(FakeConnection connection) {
		emit(connection);
		this.subscriber.onComplete();
		return connection;
	}

	void emit(FakeConnection connection) {
		this.subscriber.onNext(connection);
	}

	void fail(Status status) {
		fail(status.toException());
	}

	void fail(Throwable error) {
		this.subscriber.onError(error);
	}

	void endWithNothing() {
		this.subscriber.onComplete();
	}

}
