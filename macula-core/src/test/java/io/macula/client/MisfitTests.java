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

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.codec.CodecException;
import io.macula.directory.Snapshot;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests of calls that do not fit the version of the contract that instances have.
 */
class MisfitTests {

	private static final Fingerprint ONE = Fingerprint.of(new byte[] { 1, 0, 0, 0, 0, 0, 0, 0 }, List.of())
		.withoutMethods();

	private static final Fingerprint TWO = Fingerprint.of(new byte[] { 2, 0, 0, 0, 0, 0, 0, 0 }, List.of())
		.withoutMethods();

	private static final Fingerprint OTHER = Fingerprint.of(new byte[] { 3, 0, 0, 0, 0, 0, 0, 0 }, List.of())
		.withoutMethods();

	private static final Failure MISFIT = new Failure(Status.notProcessed(Code.INVALID_ARGUMENT, "no such parameter"),
			CodecException.class.getName(), new byte[0]);

	private static final Failure NO_CODEC = new Failure(Status.notProcessed(Code.UNIMPLEMENTED, "no such codec"),
			CodecException.class.getName(), new byte[0]);

	private static final Fingerprint WITH_ECHO = Fingerprint.of(new byte[] { 4, 0, 0, 0, 0, 0, 0, 0 },
			List.of(Fingerprint.mark("echo", 1, false, false)));

	private static final Failure NO_METHOD = new Failure(Status.notProcessed(Code.UNIMPLEMENTED, "no such method"),
			null, new byte[0]);

	/** What the others refuse with, and the version that they say they have. */
	private Failure misfit = MISFIT;

	private @Nullable IntFunction<@Nullable Fingerprint> said;

	/** The instance that answers whatever its version is. */
	private int good;

	private int count = 100;

	private final ClientFixture fixture = new ClientFixture();

	/** Instance 77 answers if it has version two, the others refuse the arguments. */
	private void instances(IntFunction<@Nullable Fingerprint> version) {
		List<Instance> instances = new ArrayList<>();
		Map<String, Fingerprint> told = new HashMap<>();
		for (int i = 1; i <= this.count; i++) {
			instances.add(ClientFixture.instance(i));
			Fingerprint fingerprint = version.apply(i);
			if (fingerprint != null) {
				told.put("node" + i, fingerprint);
			}
		}
		this.fixture.onConnect = (connection) -> connection.onSend = (call) -> {
			if (connection.endpoint().equals(ClientFixture.endpoint(77)) && told.get("node77") == TWO
					|| this.good > 0 && connection.endpoint().equals(ClientFixture.endpoint(this.good))) {
				connection.answer(call, Calls.encoded("good"));
			}
			else {
				IntFunction<@Nullable Fingerprint> says = (this.said != null) ? this.said : version;
				connection.fail(call, saying(says.apply(number(connection.endpoint()))));
			}
		};
		this.fixture.snapshots
			.tryEmitNext(new Snapshot(new ServiceName("test.echo"), instances, told, this.fixture.now.get()));
	}

	private static int number(Endpoint endpoint) {
		return IntStream.rangeClosed(1, 100)
			.filter((i) -> endpoint.equals(ClientFixture.endpoint(i)))
			.findFirst()
			.orElseThrow();
	}

	private Failure saying(@Nullable Fingerprint version) {
		boolean codec = this.misfit == NO_CODEC;
		return (version == null || codec) ? this.misfit : new Failure(this.misfit.status(), this.misfit.type(),
				version.version().getBytes(StandardCharsets.US_ASCII));
	}

	private int asked() {
		return this.fixture.connections.values().stream().mapToInt((connection) -> connection.sent).sum();
	}

	private String call() {
		try (RealmClient client = this.fixture.client()) {
			return client.call("test.echo", "echo", "a", String.class);
		}
	}

	private void refused() {
		RpcException failure = catchThrowableOfType(RpcException.class, this::call);
		assertThat(failure.code()).isEqualTo(Code.INVALID_ARGUMENT);
		assertThat(failure.status().processed()).isEqualTo(Processed.NO);
		assertThat(failure.status().message()).contains("no such parameter")
			.contains("no instance has a version of the contract that takes it");
	}

	@Test
	void whenAllInstancesHaveOneVersionThenOneIsAsked() {
		instances((i) -> ONE);
		refused();
		assertThat(asked()).isEqualTo(1);
	}

	@Test
	void whenInstancesHaveTwoVersionsThenOneOfEachIsAsked() {
		instances((i) -> (i % 2 == 0) ? ONE : OTHER);
		refused();
		assertThat(asked()).isEqualTo(2);
	}

	@Test
	void whenInstancesDoNotTellTheirVersionThenAFewAreAsked() {
		instances((i) -> null);
		refused();
		assertThat(asked()).isEqualTo(CallHistory.MOST_UNTOLD);
	}

	@Test
	void whenSomeInstancesOfOneVersionDoNotKnowTheCodecThenOthersOfItAreAsked() {
		this.misfit = NO_CODEC;
		this.good = 2;
		this.count = 3;
		instances((i) -> ONE);
		for (int i = 0; i < 20; i++) {
			assertThat(call()).isEqualTo("good");
		}
	}

	@Test
	void whenNoInstanceKnowsTheCodecThenAFewAreAsked() {
		this.misfit = NO_CODEC;
		instances((i) -> ONE);
		RpcException failure = catchThrowableOfType(RpcException.class, this::call);
		assertThat(failure.code()).isEqualTo(Code.UNIMPLEMENTED);
		assertThat(failure.status().processed()).isEqualTo(Processed.NO);
		assertThat(failure.status().message()).contains("no such codec")
			.contains("no instance that was asked knows the payload codec")
			.doesNotContain("version");
		assertThat(asked()).isEqualTo(CallHistory.MOST_UNTOLD);
	}

	@Test
	void whenOneInstanceHasAnotherVersionThenTheCallFindsIt() {
		instances((i) -> (i == 77) ? TWO : ONE);
		assertThat(call()).isEqualTo("good");
		assertThat(asked()).isEqualTo(2);
	}

	@Test
	void whenAnInstanceHasAnotherVersionThanWasToldOfItThenOthersOfThatVersionAreAsked() {
		this.good = 2;
		this.count = 3;
		this.said = (i) -> (i == 1) ? TWO : OTHER;
		instances((i) -> ONE);
		for (int i = 0; i < 20; i++) {
			assertThat(call()).isEqualTo("good");
		}
	}

	@Test
	void whenAnInstanceThatSaysNothingRefusesThenOthersOfTheVersionThatWasToldOfItAreAsked() {
		this.good = 2;
		this.count = 3;
		this.said = (i) -> null;
		instances((i) -> ONE);
		for (int i = 0; i < 20; i++) {
			assertThat(call()).isEqualTo("good");
		}
	}

	@Test
	void whenNoInstanceHasTheVersionThatWasToldOfItThenAFewAreAsked() {
		this.said = (i) -> OTHER;
		instances((i) -> ONE);
		refused();
		assertThat(asked()).isEqualTo(CallHistory.MOST_UNTOLD + 1);
	}

	@Test
	void whenAnInstanceSaysAVersionThatOthersToldThenTheseAreNotAsked() {
		this.said = (i) -> OTHER;
		instances((i) -> (i == 50) ? ONE : OTHER);
		refused();
		assertThat(asked()).isBetween(1, 2);
	}

	@Test
	void whatIsNoVersionCountsAsNothingSaid() {
		this.misfit = new Failure(MISFIT.status(), MISFIT.type(), "not a version".getBytes(StandardCharsets.UTF_8));
		this.said = (i) -> null;
		instances((i) -> ONE);
		refused();
		assertThat(asked()).isEqualTo(CallHistory.MOST_UNTOLD + 1);
	}

	@Test
	void whenAnInstanceHasLostAMethodSinceItToldItsVersionThenOthersOfThatVersionAreAsked() {
		this.misfit = NO_METHOD;
		this.said = (i) -> OTHER;
		this.good = 2;
		this.count = 3;
		instances((i) -> WITH_ECHO);
		for (int i = 0; i < 20; i++) {
			try (RealmClient client = this.fixture.client()) {
				assertThat(client.proxy(Echo.class, "test.echo").echo("a")).isEqualTo("good");
			}
		}
	}

	@Test
	void whenNoInstanceHasTheMethodThatAllTellThenAFewAreAsked() {
		this.misfit = NO_METHOD;
		this.said = (i) -> null;
		instances((i) -> WITH_ECHO);
		try (RealmClient client = this.fixture.client()) {
			Echo echo = client.proxy(Echo.class, "test.echo");
			RpcException failure = catchThrowableOfType(RpcException.class, () -> echo.echo("a"));
			assertThat(failure.code()).isEqualTo(Code.UNIMPLEMENTED);
		}
		assertThat(asked()).isEqualTo(CallHistory.MOST_UNTOLD + 1);
	}

	interface Echo {

		String echo(String text);

	}

}
