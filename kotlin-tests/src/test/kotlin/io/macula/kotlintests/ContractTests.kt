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

package io.macula.kotlintests

import io.macula.Code
import io.macula.RpcException
import io.macula.compatibility.PublishedContract
import io.macula.contract.ReturnShape
import io.macula.contract.ServiceContract
import io.macula.test.TestRealm
import io.macula.test.TestRealmExtension
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.extension.ExtendWith
import reactor.core.publisher.Mono

@ExtendWith(TestRealmExtension::class)
class ContractTests(private val realm: TestRealm) {

    @Test
    fun continuationIsNoParameter() {
        val find = ServiceContract.of(Orders::class.java).method("find")!!
        assertThat(find.signature()).isEqualTo("Orders.find(String)")
        assertThat(find.parameterNames()).containsExactly("id")
        assertThat(find.suspending()).isTrue()
        assertThat(find.shape()).isEqualTo(ReturnShape.MONO)
        assertThat(find.resultType()).isEqualTo(Order::class.java)
        assertThat(find.nonBlocking()).isTrue()
    }

    @Test
    fun namesAreThoseOfTheSource() {
        assertThat(ServiceContract.of(Orders::class.java).methods().map { it.wireName() }).containsExactly("cancel",
            "count", "echo", "find", "get", "latest", "name", "place", "placeAll", "reserve", "watch")
    }

    @Test
    fun contractIsPublishedAsThatOfJava() {
        val kotlin = PublishedContract.of(Orders::class.java).text()
        assertThat(kotlin).contains("method find(id: String): Order (idempotent)", "method get(id: String): Order",
            "method watch(id: String): stream State", "method cancel(id: String): void",
            "method count(lines: stream Line): Integer", "same OrderId: String", "same Amount: long")
        assertThat(kotlin).doesNotContain("Continuation", "completion")
    }

    @Test
    fun marksAreThoseOfJava() {
        val kotlin = ServiceContract.of(Orders::class.java)
        for (method in ServiceContract.of(JavaOrders::class.java).methods()) {
            assertThat(kotlin.method(method.wireName())!!.mark()).isEqualTo(method.mark())
        }
    }

    @Test
    fun javaCallsKotlin() {
        realm.provide("node1", "test.orders", Orders::class.java, OrdersHandler())
        val orders = realm.client("test.orders", JavaOrders::class.java)
        assertThat(orders.find("a").block()).isEqualTo(JavaOrders.Order("a", 5, true))
        assertThat(orders.find("missing").block()).isNull()
        assertThat(orders.get("b")).isEqualTo(JavaOrders.Order("b", 7, false))
        assertThat(orders.place(JavaOrders.Order("c", 1, true)).join()).isEqualTo("c-0")
        assertThat(orders.watch("a").collectList().block()).hasSize(2)
        orders.cancel("a")
    }

    @Test
    fun kotlinCallsJava() = runBlocking<Unit> {
        realm.provide("node1", "test.orders", JavaOrders::class.java, JavaOrdersBean())
        val orders = realm.client("test.orders", Orders::class.java)
        assertThat(orders.find("a")).isEqualTo(Order(OrderId("a"), Amount(1)))
        assertThat(orders.get(OrderId("b"))).isEqualTo(Order(OrderId("b"), Amount(2), isOpen = false))
        assertThat(orders.place(Order(OrderId("c"), Amount(3)))).isEqualTo(OrderId("c"))
        assertThat(orders.watch("a").toList()).isEqualTo(listOf(State.Open, State.Shipped("java")))
    }

    @Test
    fun whatANullMustNotBeIsRefusedByName() {
        realm.provide("node1", "test.orders", Orders::class.java, OrdersHandler())
        val java = realm.client("test.orders", JavaOrders::class.java)
        val thrown = assertThrows<RpcException> { java.find(null).block() }
        assertThat(thrown.code()).isEqualTo(Code.INVALID_ARGUMENT)
        assertThat(thrown).hasMessageContaining(
            "Argument 0 (id) of Orders.find(String) is null, but its type kotlin.String is not nullable in Kotlin")
        val field = assertThrows<RpcException> {
            Mono.fromFuture(java.place(JavaOrders.Order(null, 1, true))).block()
        }
        assertThat(field.code()).isEqualTo(Code.INVALID_ARGUMENT)
        assertThat(field).hasMessageContaining("id")
        val blank = assertThrows<RpcException> { java.get(" ") }
        assertThat(blank.code()).isEqualTo(Code.INVALID_ARGUMENT)
        assertThat(blank).hasMessageContaining("Argument 0 (id) of Orders.get(String) is no",
            "an order has an id")
    }

    @Test
    fun whatANullMustNotBeIsRefusedAsAResult() {
        realm.provide("node1", "test.orders", JavaOrders::class.java, JavaOrdersBean())
        val orders = realm.client("test.orders", Orders::class.java)
        val thrown = assertThrows<RpcException> { runBlocking { orders.get(OrderId("null")) } }
        assertThat(thrown.code()).isEqualTo(Code.INTERNAL)
        assertThat(thrown).hasMessageContaining(
            "the answer of test.orders/get cannot be decoded: it is null, but its type is not nullable in Kotlin")
        realm.provide("node2", "test.titles", Titles::class.java, NullTitles())
        val titles = realm.client("test.titles", Titles::class.java)
        val refused = assertThrows<RpcException> { titles.title("x") }
        assertThat(refused).hasMessageContaining("the result of test.titles/title is not valid: it is null, but the"
            + " type that Titles.title(String) returns is not nullable in Kotlin")
    }

    @Test
    fun callersOfOlderVersionsGetTheDefaults() = runBlocking<Unit> {
        realm.provide("node1", "test.search", Search::class.java, SearchHandler())
        val old = realm.client("test.search", OldSearch::class.java)
        val new = realm.client("test.search", Search::class.java)
        assertThat(old.find("x")).containsExactly("x", "2", "1")
        assertThat(old.all()).isEqualTo("all 7")
        assertThat(old.between(1, 2)).isEqualTo("1..2/3m")
        assertThat(new.find("x")).containsExactly("x", "2", "1")
        assertThat(new.find("x", from = 5)).containsExactly("x", "2", "5")
        val large = "x".repeat(10_000)
        assertThat(new.find(large, 3, 4)).containsExactly(large, "3", "4")
        assertThat(old.find(large)).containsExactly(large, "2", "1")
    }

    @Test
    fun genericContractsAreBoundAndDefaultFunctionsRunInTheirCaller() = runBlocking<Unit> {
        realm.provide("node1", "test.lines", Lines::class.java, LinesHandler())
        val lines = realm.client("test.lines", Lines::class.java)
        assertThat(lines.load(OrderId("a"))).isEqualTo(Line("a"))
        assertThat(lines.every().toList()).containsExactly(Line("a"), Line("b"))
        assertThat(lines.twice(OrderId("a"))).containsExactly(Line("a"), Line("a"))
    }

    @Test
    fun functionsWithABodyNeedNoHandlerOfTheirOwn() = runBlocking<Unit> {
        realm.provide("node1", "test.greetings", Greetings::class.java, object : Greetings {

            override suspend fun greet(name: String) = "hello $name"

        })
        val greetings = realm.client("test.greetings", Greetings::class.java)
        assertThat(greetings.greetAll(listOf("a", "b")).toList()).containsExactly("hello a", "hello b")
        assertThat(greetings.greetWorld()).isEqualTo("hello world")
        val thrown = assertThrows<IllegalArgumentException> {
            realm.provide("node2", "test.greetings", Greetings::class.java, OwnGreetings())
        }
        assertThat(thrown).hasMessageContaining("OwnGreetings overrides the default method greetWorld(")
    }

    @Test
    fun receiversAreParametersLikeOthers() = runBlocking<Unit> {
        realm.provide("node1", "test.texts", Texts::class.java, TextsHandler())
        val texts = realm.client("test.texts", Texts::class.java)
        with(texts) {
            assertThat("ab".repeated()).isEqualTo("abab")
            assertThat("ab".repeated(3)).isEqualTo("ababab")
            assertThat(OrderId("x").length()).isEqualTo(1)
        }
    }

    @Test
    fun valueClassesOfWhatMayBeNullArrive() = runBlocking<Unit> {
        realm.provide("node1", "test.remarks", Remarks::class.java, RemarksHandler())
        val remarks = realm.client("test.remarks", Remarks::class.java)
        for (text in listOf("a", null)) {
            assertThat(remarks.echo(Remark(text))).isEqualTo(Remark(text))
            assertThat(remarks.late(Remark(text))).isEqualTo(Remark(text))
            assertThat(remarks.plain(Remark(text))).isEqualTo(Remark(text))
            assertThat(remarks.inside(Inside(Remark(text)))).isEqualTo(Inside(Remark(text)))
        }
        assertThat(remarks.digits(Digits(7))).isEqualTo(Digits(7))
        val raw = realm.client("test.remarks", RawRemarks::class.java)
        val thrown = assertThrows<RpcException> { runBlocking { raw.echo("") } }
        assertThat(thrown).hasMessageContaining("a remark says something")
    }

    @Test
    fun flowInAPlaceOfAValueIsRefused() {
        val thrown = assertThrows<IllegalArgumentException> { ServiceContract.of(SuspendsForFlow::class.java) }
        assertThat(thrown).hasMessageContaining("it suspends and returns Flow<String>; return the value itself, or"
            + " return Flow<String> from a function that does not suspend")
    }

    @Test
    fun typesThatAreKotlinsOwnAreRefusedWithWhatToUseInstead() {
        assertThat(assertThrows<IllegalArgumentException> { realm.client("test.own", OwnArgument::class.java) })
            .hasMessageContaining("Method OwnArgument.sleep(long) of contract ")
            .hasMessageContaining("cannot be remote: parameter 0 (time) is kotlin.time.Duration, which is a number of"
                + " Kotlin's own inside; use java.time.Duration")
        assertThat(assertThrows<IllegalArgumentException> { realm.client("test.own", OwnField::class.java) })
            .hasMessageContaining("is of type kotlin.time.Duration, which is a number of Kotlin's own inside; use"
                + " java.time.Duration")
        assertThat(assertThrows<IllegalArgumentException> { realm.client("test.own", OwnResult::class.java) })
            .hasMessageContaining("kotlin.Result, which is Kotlin's own; return the value")
        assertThat(assertThrows<IllegalArgumentException> { realm.client("test.own", OwnElements::class.java) })
            .hasMessageContaining("kotlin.uuid.Uuid, which is Kotlin's own; use java.util.UUID")
        assertThat(assertThrows<IllegalArgumentException> { realm.client("test.own", OwnFlow::class.java) })
            .hasMessageContaining("kotlinx.coroutines.flow.StateFlow, which is shared in this process only; declare"
                + " Flow")
        assertThat(assertThrows<IllegalArgumentException> { realm.client("test.own", OwnDeferred::class.java) })
            .hasMessageContaining("kotlinx.coroutines.Deferred, which lives in this process only; declare a suspend"
                + " function")
    }

    interface OwnArgument {

        suspend fun sleep(time: kotlin.time.Duration)

    }

    interface OwnField {

        suspend fun sleep(nap: Nap)

    }

    data class Nap(val time: kotlin.time.Duration)

    interface OwnResult {

        suspend fun result(): Result<String>

    }

    interface OwnElements {

        @OptIn(kotlin.uuid.ExperimentalUuidApi::class)
        suspend fun ids(): List<kotlin.uuid.Uuid>

    }

    interface OwnFlow {

        fun states(): kotlinx.coroutines.flow.StateFlow<Int>

    }

    interface OwnDeferred {

        fun later(): kotlinx.coroutines.Deferred<Int>

    }

    interface SuspendsForFlow {

        suspend fun all(): kotlinx.coroutines.flow.Flow<String>

    }

}
