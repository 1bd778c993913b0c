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
import io.macula.MaculaCall
import io.macula.RpcException
import io.macula.kotlin.CallOptionsElement
import io.macula.test.TestRealm
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.asFlow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.reactor.ReactorContext
import kotlinx.coroutines.reactor.asCoroutineContext
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.withTimeoutOrNull
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.BeforeAll
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance
import org.junit.jupiter.api.assertThrows
import reactor.util.context.Context

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SuspendTests {

    private lateinit var realm: TestRealm

    private lateinit var handler: OrdersHandler

    private lateinit var orders: Orders

    @BeforeAll
    fun start() {
        this.realm = TestRealm.start()
    }

    @AfterAll
    fun stop() = this.realm.close()

    @BeforeEach
    fun provide() {
        this.handler = OrdersHandler()
        this.realm.provide("node1", "test.orders", Orders::class.java, this.handler)
        this.orders = this.realm.client("test.orders", Orders::class.java)
    }

    @Test
    fun valuesArriveAsTheyWereSent() = runBlocking<Unit> {
        assertThat(orders.find("a")).isEqualTo(Order(OrderId("a"), Amount(5), listOf(Line("nobody"))))
        assertThat(orders.find("missing")).isNull()
        assertThat(orders.get(OrderId("b"))).isEqualTo(Order(OrderId("b"), Amount(7), isOpen = false))
        assertThat(orders.cancel("a")).isEqualTo(Unit)
        assertThat(orders.name(OrderId("c"))).isEqualTo("order c")
    }

    @Test
    fun valueClassesArriveAsArgumentsResultsElementsAndFields() = runBlocking<Unit> {
        val order = Order(OrderId("a"), Amount(Long.MAX_VALUE), listOf(Line("x", 2, "n")), true, Amount(3),
            listOf(OrderId("p")), mapOf("x" to Amount(4)))
        assertThat(orders.place(order)).isEqualTo(OrderId("a-1"))
        assertThat(orders.place(order.copy(id = OrderId("late")))).isEqualTo(OrderId("late-1"))
        assertThat(orders.placeAll(listOf(order))).isEqualTo(listOf(OrderId("a")))
        assertThat(orders.latest()).isNull()
        assertThat(orders.reserve(Line("x", 2))).isEqualTo(Amount(200))
    }

    @Test
    fun declaredExceptionsArriveAsThemselves() {
        val thrown = assertThrows<OutOfStock> { runBlocking { orders.reserve(Line("x", 101)) } }
        assertThat(thrown.article).isEqualTo("x")
        val other = assertThrows<RpcException> { runBlocking { orders.cancel("shipped") } }
        assertThat(other.code()).isEqualTo(Code.UNKNOWN)
    }

    @Test
    fun manyCoroutinesShareOneThread() = runBlocking<Unit> {
        val answers = (1..200).map { async { orders.find("o$it") } }.awaitAll()
        assertThat(answers.map { it?.id?.value }).isEqualTo((1..200).map { "o$it" })
    }

    @Test
    fun handlersRunOnTheEventLoop() = runBlocking<Unit> {
        orders.find("a")
        assertThat(handler.threads).allMatch { it.startsWith("macula-") && !it.contains("handler") }
    }

    @Test
    fun cancellationOfTheCallerCancelsTheHandler() = runBlocking<Unit> {
        val call = launch(start = CoroutineStart.UNDISPATCHED) { orders.find("never") }
        assertThat(call.isActive).isTrue()
        while (handler.threads.isEmpty()) {
            delay(1)
        }
        call.cancelAndJoin()
        assertThat(withTimeout(5_000) { handler.cancelled.await() }).isEqualTo("never")
    }

    @Test
    fun timeoutOfTheCallerEndsTheCall() = runBlocking<Unit> {
        assertThat(withTimeoutOrNull(100) { orders.find("never") }).isNull()
        assertThat(withTimeout(5_000) { handler.cancelled.await() }).isEqualTo("never")
    }

    @Test
    fun deadlineEndsTheCall() {
        val thrown = assertThrows<RpcException> {
            runBlocking {
                withContext(CallOptionsElement(MaculaCall.deadline(java.time.Duration.ofMillis(100)))) {
                    orders.find("late")
                }
            }
        }
        assertThat(thrown.code()).isEqualTo(Code.DEADLINE_EXCEEDED)
    }

    @Test
    fun optionsFollowTheCoroutineFromThreadToThread() = runBlocking<Unit> {
        withContext(Dispatchers.Default + CallOptionsElement(MaculaCall.with("tenant", "a"))) {
            assertThat(orders.find("x")?.lines).isEqualTo(listOf(Line("a")))
            delay(5)
            assertThat(orders.find("x")?.lines).isEqualTo(listOf(Line("a")))
            withContext(CallOptionsElement(MaculaCall.key("k"))) {
                delay(5)
                assertThat(orders.find("x")?.lines).isEqualTo(listOf(Line("a")))
                assertThat(MaculaCall.current().key()).isEqualTo("k")
            }
            assertThat(MaculaCall.current().key()).isNull()
        }
        assertThat(orders.find("x")?.lines).isEqualTo(listOf(Line("nobody")))
        assertThat(MaculaCall.current()).hasToString("metadata {}")
    }

    @Test
    fun optionsOfTheReactorContextHold() = runBlocking<Unit> {
        val context = MaculaCall.with("tenant", "r").context().apply(Context.empty())
        withContext(context.asCoroutineContext()) {
            delay(1)
            assertThat(orders.find("x")?.lines).isEqualTo(listOf(Line("r")))
            assertThat(coroutineContext[ReactorContext]).isNotNull()
        }
    }

    @Test
    fun flowsGoBothWays() = runBlocking<Unit> {
        assertThat(orders.watch("a").toList()).isEqualTo(listOf(State.Open, State.Shipped("a")))
        assertThat(orders.count(listOf(Line("x"), Line("y", 4)).asFlow())).isEqualTo(5)
        val lines = flow { repeat(1000) { emit(Line("l$it", it)) } }
        assertThat(orders.echo(lines).toList().map { it.count }).isEqualTo((1..1000).toList())
    }

    @Test
    fun objectsArriveAsTheOneThatThereIs() = runBlocking<Unit> {
        assertThat(orders.watch("a").take(1).toList()[0]).isSameAs(State.Open)
    }

    @Test
    fun whoTakesNoMoreOfAFlowCancelsIt() = runBlocking<Unit> {
        assertThat(orders.watch("never").take(2).toList()).hasSize(2)
        assertThat(withTimeout(5_000) { handler.cancelled.await() }).isEqualTo("never")
    }

    @Test
    fun failureInAFlowOfTheCallerEndsBoth() {
        val thrown = assertThrows<RpcException> {
            runBlocking { orders.count(flow { emit(Line("x")); throw IllegalStateException("mine") }) }
        }
        assertThat(thrown).hasMessageContaining("mine")
    }

    @Test
    fun callsInsideOfAHandlerStayInItsDeadline() = runBlocking<Unit> {
        val inner = orders
        realm.provide("node2", "test.outer", Names::class.java, object : Names {

            override suspend fun name(id: String): String {
                delay(1)
                return inner.find("late")?.id?.value ?: "none"
            }

        })
        val outer = realm.client("test.outer", Names::class.java)
        val thrown = runCatching {
            withContext(CallOptionsElement(MaculaCall.deadline(java.time.Duration.ofMillis(150)))) { outer.name("x") }
        }.exceptionOrNull()
        assertThat((thrown as RpcException).code()).isEqualTo(Code.DEADLINE_EXCEEDED)
    }

}
