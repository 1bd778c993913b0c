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

package io.macula.codec;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.macula.testing.LogLines;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

class ExceptionCodecsTests {

	@RegisterExtension
	final LogLines log = LogLines.of(ExceptionCodecs.class);

	@Test
	void declaredExceptionsHaveACodecByName() {
		ExceptionCodecs codecs = ExceptionCodecs.of(JacksonPayloadCodec.cbor(), AutoCloseable.class, "read()",
				List.of(FileNotFoundException.class));
		codecs.warnOfUnfit();
		ValueCodec codec = codecs.find("java.io.FileNotFoundException");
		assertThat(codec).isNotNull();
		assertThat(codec.decode(codec.encode(new FileNotFoundException("a.txt"))))
			.isInstanceOf(FileNotFoundException.class)
			.hasToString("java.io.FileNotFoundException: a.txt");
		assertThat(codecs.find("java.io.IOException")).isNull();
		assertThat(this.log.events()).isEmpty();
	}

	@Test
	void anExceptionThatCannotBeRebuiltIsWarnedOfOnceAndKeepsTheOthers() {
		ExceptionCodecs codecs = ExceptionCodecs.of(JacksonPayloadCodec.json(), AutoCloseable.class, "read()",
				List.of(UncheckedIOException.class, FileNotFoundException.class));
		codecs.warnOfUnfit();
		assertThat(codecs.find("java.io.UncheckedIOException")).isNull();
		assertThat(codecs.find("java.io.FileNotFoundException")).isNotNull();
		assertThat(this.log.events()).singleElement().satisfies((event) -> {
			assertThat(event.getLevel()).isEqualTo(Level.WARN);
			assertThat(event.getFormattedMessage()).startsWith(
					"Exception java.io.UncheckedIOException that method read() of contract java.lang.AutoCloseable declares cannot travel as itself: "
							+ "callers get an RpcException with code UNKNOWN, its type name and message. Values of "
							+ "java.io.UncheckedIOException cannot be coded as json: UncheckedIOException has no constructor that takes");
		});
	}

	@Test
	void fieldsTravelWithoutGetters() {
		ExceptionCodecs codecs = codecs(SoldOut.class);
		SoldOut decoded = (SoldOut) roundTrip(codecs, new SoldOut("pen", 3), SoldOut.class);
		assertThat(decoded).hasMessage("pen: only 3 left");
		assertThat(decoded.sku).isEqualTo("pen");
		assertThat(decoded.left).isEqualTo(3);
		assertThat(this.log.events()).isEmpty();
	}

	@Test
	void aConstructorThatDoesNotFitIsWarnedOfInsteadOfBeingCalledWithNulls() {
		ExceptionCodecs codecs = codecs(Misfit.class);
		assertThat(codecs.find(Misfit.class.getName())).isNull();
		assertThat(codecs.thrown(Misfit.class, Misfit.class)).isNull();
		assertThat(this.log.events()).singleElement().satisfies((event) -> {
			assertThat(event.getLevel()).isEqualTo(Level.WARN);
			assertThat(event.getFormattedMessage()).contains("Misfit that method read() of contract")
				.contains("Misfit has a constructor with a parameter 'sku' of " + Misfit.class.getName()
						+ " that no getter or field gives, so that it would arrive as null; add a getter or field of that name");
		});
	}

	@Test
	void aConstructorThatMakesAMessageOfItsTextIsWarnedOfInsteadOfBeingGivenTheMessage() {
		ExceptionCodecs codecs = codecs(OrderNotFound.class);
		assertThat(codecs.find(OrderNotFound.class.getName())).isNull();
		assertThat(this.log.events()).singleElement()
			.satisfies((event) -> assertThat(event.getFormattedMessage()).contains(
					"OrderNotFound has a constructor OrderNotFound(String) that makes another message of the one it"
							+ " is given, so that its message would change; let it take the message, or keep what it takes in"
							+ " a field of the parameter's name"));
	}

	@Test
	void aConstructorThatKeepsItsTextInAFieldMakesTheSameMessageAgain() {
		ExceptionCodecs codecs = codecs(OrderLost.class);
		assertThat(this.log.events()).isEmpty();
		assertThat(roundTrip(codecs, new OrderLost("5"), OrderLost.class)).isInstanceOfSatisfying(OrderLost.class,
				(lost) -> assertThat(lost).hasMessage("Order 5 lost"));
	}

	@Test
	void aKnownSubclassTravelsAsItself() {
		ExceptionCodecs codecs = codecs(SoldOut.class);
		Discontinued decoded = (Discontinued) roundTrip(codecs, new Discontinued("pen", "2027"), SoldOut.class);
		assertThat(decoded).hasMessage("pen: only 0 left");
		assertThat(decoded.since).isEqualTo("2027");
		assertThat(((SoldOut) decoded).left).isZero();
	}

	@Test
	void anUnknownSubclassArrivesAsTheNearestDeclaredOne() {
		ExceptionCodecs codecs = codecs(SoldOut.class);
		ExceptionCodecs.Coded coded = Objects.requireNonNull(codecs.thrown(Discontinued.class, SoldOut.class));
		byte[] detail = Objects.requireNonNull(coded.codec()).encode(new Discontinued("pen", "2027"));
		assertThat(coded.type().text()).isEqualTo(Discontinued.class.getName() + " " + SoldOut.class.getName());
		for (String name : List.of("com.acme.Unknown", "java.lang.Thread", "java.lang.IllegalStateException", "")) {
			ExceptionCodecs.Coded received = Objects
				.requireNonNull(codecs.received(ThrownType.parse(name + " " + SoldOut.class.getName())));
			assertThat(received.exact()).as(name).isFalse();
			assertThat(Objects.requireNonNull(received.codec()).decode(detail)).isExactlyInstanceOf(SoldOut.class)
				.extracting("sku", "left")
				.containsExactly("pen", 0);
		}
		assertThat(codecs.received(ThrownType.parse("java.lang.IllegalStateException"))).isNull();
		assertThat(codecs.received(ThrownType.parse(Discontinued.class.getName()))).isNull();
	}

	@Test
	void aSubclassThatCannotBeCodedTravelsAsTheNearestDeclaredOne() {
		ExceptionCodecs codecs = codecs(SoldOut.class);
		SoldOut decoded = (SoldOut) roundTrip(codecs, new OddlySoldOut("pen", "why"), SoldOut.class);
		assertThat(decoded).isExactlyInstanceOf(SoldOut.class).hasMessage("pen: only 1 left");
	}

	@Test
	void anExceptionOfTheJdkThatOnlyTheJdkCanMakeTravelsAsTheNearestDeclaredOne() {
		ExceptionCodecs codecs = codecs(IOException.class);
		Throwable arrived = (Throwable) roundTrip(codecs, new NoSuchFileException("a.txt"), IOException.class);
		assertThat(arrived).isExactlyInstanceOf(IOException.class).hasMessage("a.txt");
		codecs(NoSuchFileException.class);
		codecs(ExecutionException.class);
		assertThat(this.log.events()).extracting(ILoggingEvent::getFormattedMessage)
			.satisfiesExactly(
					(line) -> assertThat(line).contains("NoSuchFileException has a property 'file' of",
							"that only the JDK can set"),
					(line) -> assertThat(line).contains("ExecutionException has no constructor that takes nothing"));
	}

	@Test
	void subclassesOfAnAbstractOrSealedExceptionTravelAsThemselves() {
		ExceptionCodecs codecs = codecs(Refused.class);
		assertThat(this.log.events()).isEmpty();
		assertThat(roundTrip(codecs, new Refused.Late(5), Refused.class)).isExactlyInstanceOf(Refused.Late.class)
			.extracting("minutes")
			.isEqualTo(5);
		assertThat(codecs.received(ThrownType.parse("com.acme.Unknown " + Refused.class.getName()))).isNull();
	}

	@Test
	void namesThatAPeerMakesUpAreNotKept() {
		ExceptionCodecs codecs = codecs(SoldOut.class);
		for (int i = 0; i < 10_000; i++) {
			assertThat(codecs.received(new ThrownType("com.acme.Made" + i, SoldOut.class.getName()))).isNotNull();
		}
		assertThat(codecs).extracting("known").asInstanceOf(InstanceOfAssertFactories.MAP).hasSize(64);
	}

	private static ExceptionCodecs codecs(Class<? extends Throwable> declared) {
		ExceptionCodecs codecs = ExceptionCodecs.of(JacksonPayloadCodec.cbor(), ExceptionCodecsTests.class, "read()",
				List.of(declared));
		codecs.warnOfUnfit();
		return codecs;
	}

	private static Object roundTrip(ExceptionCodecs codecs, Throwable thrown, Class<? extends Throwable> declared) {
		ExceptionCodecs.Coded sent = Objects.requireNonNull(codecs.thrown(thrown.getClass(), declared));
		byte[] detail = Objects.requireNonNull(sent.codec()).encode(thrown);
		ExceptionCodecs.Coded received = Objects.requireNonNull(codecs.received(ThrownType.parse(sent.type().text())));
		return Objects.requireNonNull(Objects.requireNonNull(received.codec()).decode(detail));
	}

	static class SoldOut extends Exception {

		private static final long serialVersionUID = 1L;

		private final String sku;

		private final int left;

		SoldOut(String sku, int left) {
			super(sku + ": only " + left + " left");
			this.sku = sku;
			this.left = left;
		}

	}

	static final class Discontinued extends SoldOut {

		private static final long serialVersionUID = 1L;

		private final String since;

		Discontinued(String sku, String since) {
			super(sku, 0);
			this.since = since;
		}

	}

	static final class OddlySoldOut extends SoldOut {

		private static final long serialVersionUID = 1L;

		OddlySoldOut(String sku, String reason) {
			super(sku, reason.isEmpty() ? 0 : 1);
		}

	}

	static final class OrderNotFound extends Exception {

		private static final long serialVersionUID = 1L;

		OrderNotFound(String orderId) {
			super("Order " + orderId + " not found");
		}

	}

	static final class OrderLost extends Exception {

		private static final long serialVersionUID = 1L;

		private final String orderId;

		OrderLost(String orderId) {
			super("Order " + orderId + " lost");
			this.orderId = orderId;
		}

		@Override
		public String toString() {
			return this.orderId;
		}

	}

	static final class Misfit extends Exception {

		private static final long serialVersionUID = 1L;

		Misfit(String sku, String reason) {
			super(sku + " " + reason);
		}

	}

	abstract static sealed class Refused extends Exception permits Refused.Late, Refused.Early {

		private static final long serialVersionUID = 1L;

		static final class Late extends Refused {

			private static final long serialVersionUID = 1L;

			private final int minutes;

			Late(int minutes) {
				this.minutes = minutes;
			}

		}

		static final class Early extends Refused {

			private static final long serialVersionUID = 1L;

		}

	}

}
