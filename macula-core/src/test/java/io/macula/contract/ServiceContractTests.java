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

package io.macula.contract;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import io.macula.MaculaMethod;
import io.macula.RoutingKey;
import io.macula.RpcException;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.codec.ValueCodec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ServiceContractTests {

	@Test
	void readsEveryReturnShape() {
		ServiceContract contract = ServiceContract.of(Shapes.class);
		assertThat(shape(contract, "value")).isEqualTo("VALUE java.lang.String");
		assertThat(shape(contract, "primitive")).isEqualTo("VALUE int");
		assertThat(shape(contract, "list")).isEqualTo("VALUE java.util.List<java.lang.String>");
		assertThat(shape(contract, "nothing")).isEqualTo("VOID void");
		assertThat(shape(contract, "boxedNothing")).isEqualTo("VOID void");
		assertThat(shape(contract, "optional")).isEqualTo("OPTIONAL java.lang.String");
		assertThat(shape(contract, "stage")).isEqualTo("FUTURE java.util.Map<java.lang.String, java.lang.Integer>");
		assertThat(shape(contract, "future")).isEqualTo("FUTURE void");
		assertThat(shape(contract, "futureOptional")).isEqualTo("FUTURE java.util.Optional<java.lang.String>");
		assertThat(shape(contract, "mono")).isEqualTo("MONO java.lang.String");
		assertThat(shape(contract, "monoVoid")).isEqualTo("MONO void");
		assertThat(shape(contract, "flux")).isEqualTo("FLUX java.lang.String");
		assertThat(shape(contract, "wildcard")).isEqualTo("VALUE java.util.List<java.lang.Number>");
		assertThat(contract.methods()).hasSize(13).isSortedAccordingTo((a, b) -> a.wireName().compareTo(b.wireName()));
	}

	@Test
	void blockingFollowsFromTheShapeUnlessDeclared() {
		ServiceContract contract = ServiceContract.of(Shapes.class);
		assertThat(method(contract, "value").nonBlocking()).isFalse();
		assertThat(method(contract, "optional").nonBlocking()).isFalse();
		assertThat(method(contract, "primitive").nonBlocking()).isTrue();
		assertThat(method(contract, "stage").nonBlocking()).isTrue();
		assertThat(method(contract, "mono").nonBlocking()).isTrue();
		assertThat(method(contract, "flux").nonBlocking()).isTrue();
	}

	@Test
	void isParsedOncePerInterface() {
		assertThat(ServiceContract.of(Shapes.class)).isSameAs(ServiceContract.of(Shapes.class));
	}

	@Test
	void separatesTheStreamFromTheValues() {
		MethodContract upload = method(ServiceContract.of(Streams.class), "upload");
		assertThat(upload.streamIndex()).isEqualTo(1);
		assertThat(upload.streamType()).isEqualTo(String.class);
		assertThat(upload.streaming()).isTrue();
		assertThat(upload.parameterTypes()).containsExactly(long.class, String.class);
		assertThat(upload.parameterNames()).containsExactly("id", "name");
		Flux<String> stream = Flux.empty();
		Object[] arguments = { 1L, stream, "x" };
		assertThat(upload.values(arguments)).containsExactly(1L, "x");
		assertThat(upload.arguments(new Object[] { 1L, "x" }, stream)).containsExactly(arguments);
		MethodContract plain = method(ServiceContract.of(Streams.class), "plain");
		assertThat(plain.streaming()).isFalse();
		assertThat(plain.values(arguments)).isSameAs(arguments);
		assertThat(plain.arguments(arguments, null)).isSameAs(arguments);
	}

	@Test
	void resolvesTypeVariablesOfSuperInterfaces() throws NoSuchMethodException {
		ServiceContract contract = ServiceContract.of(Orders.class);
		assertThat(contract.methods()).extracting(MethodContract::wireName)
			.containsExactly("all", "find", "page", "save", "saveAll", "watch");
		assertThat(method(contract, "find").resultType()).isEqualTo(Order.class);
		assertThat(method(contract, "find").parameterTypes()).containsExactly(Long.class);
		assertThat(method(contract, "all").resultType().getTypeName())
			.isEqualTo("java.util.List<" + Order.class.getName() + ">");
		assertThat(method(contract, "page").resultType().getTypeName())
			.isEqualTo("java.util.Map<java.lang.Long, java.util.List<" + Order.class.getName() + ">>");
		assertThat(method(contract, "saveAll").parameterTypes()).containsExactly(Order[].class);
		assertThat(method(contract, "watch").resultType()).isEqualTo(Order.class);
		assertThat(method(contract, "watch").shape()).isEqualTo(ReturnShape.FLUX);
	}

	@Test
	void resolvedTypesCanBeCoded() {
		MethodContract page = method(ServiceContract.of(Orders.class), "page");
		ValueCodec codec = JacksonPayloadCodec.cbor().forType(page.resultType());
		Map<Long, List<Order>> value = Map.of(1L, List.of(new Order("a")));
		assertThat(codec.decode(codec.encode(value))).isEqualTo(value);
	}

	@Test
	void whenMethodIsOverriddenThenTheMostDerivedDeclarationCounts() throws NoSuchMethodException {
		ServiceContract contract = ServiceContract.of(Orders.class);
		MethodContract save = method(contract, "save");
		assertThat(save.method().getDeclaringClass()).isEqualTo(Orders.class);
		assertThat(save.idempotent()).as("inherited annotation").isTrue();
		assertThat(contract.method(Orders.class.getDeclaredMethod("save", Order.class))).isSameAs(save);
		assertThat(contract.method(Crud.class.getDeclaredMethod("save", Object.class))).isSameAs(save);
	}

	@Test
	void findsTheMethodThatAProxyIsCalledWith() {
		ServiceContract contract = ServiceContract.of(Orders.class);
		List<Method> called = new ArrayList<>();
		Orders proxy = (Orders) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Orders.class },
				(self, method, arguments) -> {
					called.add(method);
					return null;
				});
		proxy.save(new Order("a"));
		saveThroughSuperInterface(proxy, new Order("b"));
		proxy.find(1L);
		assertThat(called).hasSize(3)
			.extracting(contract::method)
			.extracting(Objects::requireNonNull)
			.extracting(MethodContract::wireName)
			.containsExactly("save", "save", "find");
	}

	private static <T> void saveThroughSuperInterface(Crud<Long, T> crud, T value) {
		crud.save(value);
	}

	@Test
	void whenDefaultMethodIsNotAnnotatedThenItIsLocal() throws NoSuchMethodException {
		ServiceContract contract = ServiceContract.of(Defaults.class);
		assertThat(contract.methods()).extracting(MethodContract::wireName).containsExactly("ping", "remote");
		assertThat(contract.method(Defaults.class.getDeclaredMethod("local"))).isNull();
		assertThat(contract.method(Object.class.getMethod("toString"))).isNull();
		assertThat(contract.method("toString")).isNull();
	}

	@Test
	void whenInheritedMethodGetsABodyThenItIsLocal() {
		assertThat(ServiceContract.of(Localised.class).methods()).extracting(MethodContract::wireName)
			.containsExactly("remote");
	}

	@Test
	void readsWhatIsDeclared() {
		ServiceContract contract = ServiceContract.of(Declared.class);
		MethodContract read = method(contract, "order.read");
		assertThat(read.idempotent()).isTrue();
		assertThat(read.deadline()).isEqualTo(Duration.ofMillis(1500));
		assertThat(read.hedge()).isEqualTo(Hedge.percentile(95));
		assertThat(read.signature()).isEqualTo("Declared.read(List<? extends Map<String, Order>>, long[])");
		MethodContract iso = method(contract, "iso");
		assertThat(iso.deadline()).isEqualTo(Duration.ofMinutes(1));
		assertThat(iso.hedge()).isEqualTo(Hedge.after(Duration.ofMillis(50)));
		assertThat(method(contract, "bare").deadline()).isNull();
		assertThat(method(contract, "bare").hedge()).isEqualTo(Hedge.NEVER);
	}

	@Test
	void whenOverloadsHaveDistinctWireNamesThenTheyAreAccepted() {
		assertThat(ServiceContract.of(NamedOverloads.class).methods()).extracting(MethodContract::wireName)
			.containsExactly("find", "findByName");
	}

	@Test
	void listsDeclaredExceptionsMostSpecificFirst() {
		MethodContract method = method(ServiceContract.of(Throwing.class), "run");
		assertThat(method.exceptions()).containsExactly(OutOfStock.class, OrderProblem.class, IOException.class);
		assertThat(method.declaredException(new OutOfStock())).isEqualTo(OutOfStock.class);
		assertThat(method.declaredException(new OrderProblem() {
		})).isEqualTo(OrderProblem.class);
		assertThat(method.declaredException(new IllegalStateException())).isNull();
		assertThat(method.declaredException(OutOfStock.class.getName())).isEqualTo(OutOfStock.class);
		assertThat(method.declaredException("java.lang.Exception")).isNull();
	}

	@Test
	void acceptsAClassThatIsGenericElsewhereInTheHierarchyOnly() {
		assertThat(method(ServiceContract.of(Diamond.class), "get").resultType()).isEqualTo(Integer.class);
	}

	@Test
	void refusesWhatIsNoInterface() {
		refused(String.class, "java.lang.String is a class: expected a plain interface");
		refused(Order.class, "is a record: expected a plain interface");
		refused(int.class, "is a primitive type");
		refused(Override.class, "java.lang.Override is an annotation");
		refused(Sealed.class, "is sealed", "remove 'sealed'");
	}

	@Test
	void refusesAContractWithoutRemoteMethods() {
		refused(Empty.class, "has no remote method: expected at least one abstract method");
		refused(OnlyLocal.class, "has no remote method");
	}

	@Test
	void refusesOverloadsWithoutDistinctNames() {
		refused(Overloads.class, Overloads.class.getName(), "wire name 'find'", "Overloads.find(long)",
				"Overloads.find(String)", "@MaculaMethod(name = \"...\")");
		refused(StolenName.class, "wire name 'find'");
	}

	@Test
	void refusesStreamsThatCannotTravel() {
		refused(TwoFluxes.class, "TwoFluxes.merge(Flux<String>, Flux<String>)", "parameters 0 and 1 are both a Flux",
				"merge them");
		refused(FluxOfVoid.class, "returns Flux<Void>, which never holds a value", "return Mono<Void> or void");
		refused(MonoParameter.class, "parameter 0 (value) is Mono<String>", "take the value itself");
		refused(FutureParameter.class, "parameter 1 (value) is CompletableFuture<String>", "take the value itself");
		refused(PublisherParameter.class, "parameter 0 (value) is Publisher<String>", "one Flux");
	}

	@Test
	void knowsTheKeyOfACall() {
		MethodContract keyed = ServiceContract.of(Keyed.class).method("basket");
		assertThat(keyed.key(new Object[] { "pen", 7L })).isEqualTo("7");
		assertThat(keyed.key(new Object[] { "pen", null })).isNull();
		assertThat(ServiceContract.of(Keyed.class).method("plain").key(new Object[] { "pen" })).isNull();
	}

	@Test
	void refusesKeysThatAreNone() {
		refused(TwoKeys.class, "parameters 0 and 1 both have @RoutingKey", "put it on one parameter");
		refused(KeyStream.class, "parameter 0 (elements) is a stream and has @RoutingKey", "put it on a value");
		refused(KeyArray.class,
				"parameter 0 (ids) is int[] and has @RoutingKey, but equal values of it have different texts",
				"put it on a String, a number or a record");
		refused(KeyWithoutText.class, "and has @RoutingKey, but equal values of it have different texts",
				"give its class a toString()");
	}

	@Test
	void refusesNestedShapes() {
		refused(MonoOfFlux.class, "returns Mono<Flux<String>>: Flux is not a value");
		refused(MonoOfOptional.class, "returns Mono<Optional<String>>, which can be empty in two ways",
				"drop the inner Optional");
		refused(OptionalOfOptional.class, "can be empty in two ways");
		refused(ListOfFutures.class, "returns List<CompletableFuture<String>>: CompletableFuture is not a value");
		refused(FluxOfMonos.class, "parameter 0 (values) is Flux<Mono<String>>: Mono is not a value");
		refused(ArrayOfMonos.class, "Mono is not a value");
	}

	@Test
	void refusesOtherHandlesOfTheProcess() {
		refused(PlainFuture.class, "returns Future<String>: Future is not a value", "CompletableFuture, Mono or Flux");
		refused(PlainPublisher.class, "returns Publisher<String>", "Mono or Flux");
		refused(PlainStream.class, "returns Stream<String>: Stream can be read once", "use a List");
	}

	@Test
	void refusesExceptionsAsValues() {
		refused(ReturnsException.class,
				"returns Optional<IllegalStateException>: IllegalStateException is an exception", "throws clause");
		refused(TakesException.class, "is Exception: Exception is an exception, and no value", "send a record");
	}

	@Test
	void refusesTypesThatAreLeftOpen() {
		refused(Crud.class, "nothing says what the type variable", "of Crud is", "declare an interface that binds it",
				"Crud<String, Order>");
		refused(RawCrud.class, "nothing says what the type variable");
		refused(OwnVariable.class, "the method's own type variable T", "write a concrete type");
		refused(RawList.class, "the type List has no type arguments", "for example List<Order>");
		refused(RawMono.class, "the type Mono has no type arguments");
		refused(RawNested.class, "the type Map has no type arguments", "Map<String, Order>");
	}

	@Test
	void refusesBadWireNames() {
		refused(SlashName.class, "the wire name 'a/b'", "without '/'");
		refused(BlankName.class, "the wire name '  '", "expected 1 to 200 characters");
		refused(LongName.class, "has 201 characters", "expected 1 to 200 characters");
	}

	@Test
	void refusesBadDurations() {
		refused(BadDeadline.class, "its deadline '5 parsecs' is not a duration", "500ms, 5s, 1m, PT1M");
		refused(ZeroDeadline.class, "its deadline '0s' is not more than 0");
		refused(EndlessDeadline.class, "its deadline '400000d' is more than 365d");
		refused(BadHedge.class, "its hedge", "p100", "p95");
	}

	@Test
	void refusesHedgesThatCouldDoHarm() {
		refused(HedgedWrite.class, "hedge = \"p95\" but is not idempotent", "add idempotent = true");
		refused(HedgedStream.class, "hedge = \"p95\" but carries a stream", "remove the hedge");
	}

	@ParameterizedTest
	@ValueSource(strings = { "p50", "p99.9", " p95 ", "10ms", "PT0.01S" })
	void parsesHedges(String text) {
		assertThat(Hedge.parse(text).enabled()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "p", "p0", "p100", "p9.9.9", "x", "-5ms", "p-1" })
	void refusesHedges(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> Hedge.parse(text));
	}

	@Test
	void parsesDurations() {
		assertThat(DurationParser.parse("500ms")).isEqualTo(Duration.ofMillis(500));
		assertThat(DurationParser.parse("5s")).isEqualTo(Duration.ofSeconds(5));
		assertThat(DurationParser.parse(" 1 m ")).isEqualTo(Duration.ofMinutes(1));
		assertThat(DurationParser.parse("1.5s")).isEqualTo(Duration.ofMillis(1500));
		assertThat(DurationParser.parse("20us")).isEqualTo(Duration.ofNanos(20_000));
		assertThat(DurationParser.parse("7ns")).isEqualTo(Duration.ofNanos(7));
		assertThat(DurationParser.parse("2h")).isEqualTo(Duration.ofHours(2));
		assertThat(DurationParser.parse("1d")).isEqualTo(Duration.ofDays(1));
		assertThat(DurationParser.parse("PT1M")).isEqualTo(Duration.ofMinutes(1));
		assertThat(DurationParser.parse("pt0.5s")).isEqualTo(Duration.ofMillis(500));
	}

	@ParameterizedTest
	@ValueSource(strings = { "5", "s", "5 seconds", "-5s", "PT-1S", "0", "1e3s", "PT", "999999999999999999s" })
	void refusesDurations(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> DurationParser.parse(text))
			.withMessageContaining("'" + text + "'");
	}

	@Test
	void aResultThatAProxyCannotSeeIsRefused() {
		refused(HiddenResult.class, "it returns Hidden, which is not public",
				"the proxy of a public interface is in another package", "make Hidden public");
		refused(HiddenArray.class, "it returns Hidden[], which is not public", "make Hidden public");
		refused(HiddenLocal.class, "Method HiddenLocal.local()", "it returns Hidden, which is not public");
	}

	@Test
	void whatIsHiddenElsewhereIsSeenByThoseWhoNeedIt() {
		assertThat(ServiceContract.of(HiddenElsewhere.class).methods()).hasSize(3);
		HiddenElsewhere proxy = (HiddenElsewhere) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { HiddenElsewhere.class },
				(self, method, arguments) -> method.getName().equals("list") ? List.of(arguments[0]) : null);
		assertThat(proxy.list(new Hidden(1))).containsExactly(new Hidden(1));
		assertThat(ServiceContract.of(HiddenTogether.class).methods()).hasSize(1);
	}

	private static void refused(Class<?> contract, String... parts) {
		assertThatIllegalArgumentException().isThrownBy(() -> ServiceContract.of(contract))
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(parts).contains(contract.getName()));
	}

	private static MethodContract method(ServiceContract contract, String wireName) {
		return Objects.requireNonNull(contract.method(wireName), wireName);
	}

	private static String shape(ServiceContract contract, String wireName) {
		MethodContract method = method(contract, wireName);
		Type type = method.resultType();
		return method.shape() + " " + type.getTypeName();
	}

	record Order(String id) {
	}

	interface Shapes {

		String value();

		@MaculaMethod(nonBlocking = true)
		int primitive();

		List<String> list();

		void nothing();

		Void boxedNothing();

		Optional<String> optional();

		CompletionStage<Map<String, Integer>> stage();

		CompletableFuture<Void> future();

		CompletableFuture<Optional<String>> futureOptional();

		Mono<String> mono();

		Mono<Void> monoVoid();

		Flux<String> flux();

		List<? extends Number> wildcard();

	}

	interface Streams {

		Mono<Long> upload(long id, Flux<String> parts, String name);

		String plain(long id, String name);

	}

	interface Crud<K, T> {

		T find(K key);

		@MaculaMethod(idempotent = true)
		void save(T value);

		void saveAll(T[] values);

		List<T> all();

		Map<K, List<T>> page();

		Flux<T> watch();

	}

	interface Named<N> {

		static String helper() {
			return "";
		}

	}

	interface Orders extends Crud<Long, Order>, Named<String> {

		@Override
		void save(Order value);

	}

	interface Defaults {

		void ping();

		@MaculaMethod
		default String remote() {
			return "r";
		}

		default String local() {
			return "l";
		}

		@Override
		String toString();

		@Override
		boolean equals(Object other);

		@Override
		int hashCode();

		static void helper() {
		}

	}

	interface Localised extends Defaults {

		@Override
		default void ping() {
		}

	}

	interface Declared {

		@MaculaMethod(name = "order.read", idempotent = true, deadline = "1500ms", hedge = "p95")
		String read(List<? extends Map<String, Order>> orders, long[] ids);

		@MaculaMethod(idempotent = true, deadline = "PT1M", hedge = "50ms")
		String iso();

		String bare();

	}

	interface NamedOverloads {

		Order find(long id);

		@MaculaMethod(name = "findByName")
		Order find(String name);

	}

	static class OrderProblem extends Exception {

		private static final long serialVersionUID = 1L;

	}

	static class OutOfStock extends OrderProblem {

		private static final long serialVersionUID = 1L;

	}

	interface Throwing {

		void run() throws Exception, OrderProblem, IOException, OutOfStock, RpcException, RuntimeException, Error;

	}

	interface Source<T> {

		T get();

	}

	interface NumberSource extends Source<Integer> {

	}

	interface AnySource {

		Object get();

	}

	interface Diamond extends AnySource, NumberSource {

		@Override
		Integer get();

	}

	sealed interface Sealed permits SealedChild {

		void run();

	}

	non-sealed interface SealedChild extends Sealed {

	}

	interface Empty {

	}

	interface OnlyLocal {

		default void run() {
		}

	}

	interface Overloads {

		Order find(long id);

		Order find(String name);

	}

	interface StolenName {

		Order find(long id);

		@MaculaMethod(name = "find")
		Order search(String name);

	}

	interface Keyed {

		String basket(String article, @RoutingKey Long customer);

		String plain(String article);

	}

	interface TwoKeys {

		String basket(@RoutingKey String article, @RoutingKey Long customer);

	}

	interface KeyStream {

		void upload(@RoutingKey Flux<String> elements);

	}

	interface KeyArray {

		String basket(@RoutingKey int[] ids);

	}

	interface KeyWithoutText {

		String basket(@RoutingKey Mute customer);

	}

	/** Its text is that of the object. */
	static class Mute {

		public String name = "";

	}

	interface TwoFluxes {

		void merge(Flux<String> one, Flux<String> two);

	}

	interface FluxOfVoid {

		Flux<Void> run();

	}

	interface MonoParameter {

		void run(Mono<String> value);

	}

	interface FutureParameter {

		void run(String id, CompletableFuture<String> value);

	}

	interface PublisherParameter {

		void run(Publisher<String> value);

	}

	interface MonoOfFlux {

		Mono<Flux<String>> run();

	}

	interface MonoOfOptional {

		Mono<Optional<String>> run();

	}

	interface OptionalOfOptional {

		Optional<Optional<String>> run();

	}

	interface ListOfFutures {

		List<CompletableFuture<String>> run();

	}

	interface FluxOfMonos {

		void run(Flux<Mono<String>> values);

	}

	interface ArrayOfMonos {

		void run(Mono<String>[] values);

	}

	interface ReturnsException {

		Optional<IllegalStateException> last();

	}

	interface TakesException {

		void report(Exception failure);

	}

	interface PlainFuture {

		Future<String> run();

	}

	interface PlainPublisher {

		Publisher<String> run();

	}

	interface PlainStream {

		Stream<String> run();

	}

	@SuppressWarnings("rawtypes")
	interface RawCrud extends Crud {

	}

	interface OwnVariable {

		<T> T run(T value);

	}

	@SuppressWarnings("rawtypes")
	interface RawList {

		List run();

	}

	@SuppressWarnings("rawtypes")
	interface RawMono {

		Mono run();

	}

	@SuppressWarnings("rawtypes")
	interface RawNested {

		void run(List<Map> values);

	}

	interface SlashName {

		@MaculaMethod(name = "a/b")
		void run();

	}

	interface BlankName {

		@MaculaMethod(name = "  ")
		void run();

	}

	interface LongName {

		@MaculaMethod(name = TEN + TEN + TEN + TEN + TEN + TEN + TEN + TEN + TEN + TEN + TEN + TEN + TEN + TEN + TEN
				+ TEN + TEN + TEN + TEN + TEN + "x")
		void run();

	}

	private static final String TEN = "abcdefghij";

	interface BadDeadline {

		@MaculaMethod(deadline = "5 parsecs")
		void run();

	}

	interface ZeroDeadline {

		@MaculaMethod(deadline = "0s")
		void run();

	}

	interface EndlessDeadline {

		@MaculaMethod(deadline = "400000d")
		void run();

	}

	interface BadHedge {

		@MaculaMethod(idempotent = true, hedge = "p100")
		void run();

	}

	interface HedgedWrite {

		@MaculaMethod(hedge = "p95")
		void run();

	}

	interface HedgedStream {

		@MaculaMethod(idempotent = true, hedge = "p95")
		Flux<String> run();

	}

	record Hidden(int id) {

	}

	public interface HiddenResult {

		Hidden find(String id);

	}

	public interface HiddenArray {

		Hidden[] all();

	}

	public interface HiddenLocal {

		void run();

		default @Nullable Hidden local() {
			return null;
		}

	}

	public interface HiddenElsewhere {

		List<Hidden> list(Hidden example);

		Mono<Hidden> later();

		void take(Hidden hidden);

	}

	interface HiddenTogether {

		Hidden find(String id);

	}

}
