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
import io.macula.interceptor.ClientInterceptor
import io.macula.interceptor.ClientInvocation
import io.macula.interceptor.ServerInterceptor
import io.macula.interceptor.ServerInvocation
import io.macula.spring.MaculaAdvice
import io.macula.spring.MaculaClient
import io.macula.spring.MaculaExceptionHandler
import io.macula.spring.MaculaService
import io.macula.spring.test.AutoConfigureMaculaRealm
import io.macula.spring.test.MaculaTestRealm
import io.macula.test.Behaviour.answer
import io.macula.test.Behaviour.emit
import io.macula.test.Behaviour.refuse
import io.macula.test.Behaviour.silence
import jakarta.validation.Valid
import jakarta.validation.constraints.Max
import jakarta.validation.constraints.NotBlank
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.springframework.beans.factory.annotation.Autowired
import org.springframework.boot.autoconfigure.EnableAutoConfiguration
import org.springframework.boot.test.context.SpringBootTest
import org.springframework.context.annotation.Bean
import org.springframework.context.annotation.Configuration
import reactor.core.publisher.Flux
import reactor.core.publisher.Mono
import java.util.concurrent.CopyOnWriteArrayList

data class Parcel(@field:NotBlank val street: String, @field:Max(30) val kilos: Int = 1)

interface Shop {

    suspend fun send(@Valid parcel: Parcel, @NotBlank carrier: String = "post"): String

    suspend fun failing(how: String): String

    @Valid
    suspend fun heaviest(kilos: Int): Parcel

}

interface OldShop {

    suspend fun send(parcel: Parcel): String

}

interface Stock {

    suspend fun left(article: String): Int

    fun changes(article: String): Flow<Int>

    suspend fun slow(article: String): Int

}

class SoldOut(message: String) : RuntimeException(message)

@SpringBootTest(
    classes = [ShopTests.Application::class],
    properties = ["macula.client.services.[test.stock].methods.slow.deadline=150ms",
        "macula.client.services.[test.stock].methods.slow.failover.max-attempts=1"],
)
@AutoConfigureMaculaRealm
class ShopTests {

    @Autowired
    private lateinit var realm: MaculaTestRealm

    @Autowired
    private lateinit var clients: Clients

    @Autowired
    private lateinit var seen: Seen

    @AfterEach
    fun reset() = this.realm.reset()

    @Test
    fun validationRefusesByTheNameOfTheParameter() = runBlocking<Unit> {
        assertThat(clients.shop.send(Parcel("Main Street"))).isEqualTo("Main Street by post")
        val parcel = assertThrows<RpcException> { runBlocking { clients.shop.send(Parcel(" ", 31)) } }
        assertThat(parcel.code()).isEqualTo(Code.INVALID_ARGUMENT)
        assertThat(parcel).hasMessageContaining("parcel.street").hasMessageContaining("parcel.kilos")
        val carrier = assertThrows<RpcException> { runBlocking { clients.shop.send(Parcel("x"), "") } }
        assertThat(carrier).hasMessageContaining("carrier")
    }

    @Test
    fun argumentsThatHaveDefaultsAreNotValidatedWhereTheyAreMissing() = runBlocking<Unit> {
        assertThat(clients.oldShop.send(Parcel("x"))).isEqualTo("x by post")
        val parcel = assertThrows<RpcException> { runBlocking { clients.oldShop.send(Parcel("")) } }
        assertThat(parcel).hasMessageContaining("parcel.street")
    }

    @Test
    fun resultsAreValidated() = runBlocking<Unit> {
        assertThat(clients.shop.heaviest(30).kilos).isEqualTo(30)
        val thrown = assertThrows<RpcException> { runBlocking { clients.shop.heaviest(31) } }
        assertThat(thrown.code()).isEqualTo(Code.INTERNAL)
    }

    @Test
    fun exceptionsAreMapped() {
        for (how in listOf("at once", "later")) {
            val thrown = assertThrows<RpcException> { runBlocking { clients.shop.failing(how) } }
            assertThat(thrown.code()).isEqualTo(Code.NOT_FOUND)
            assertThat(thrown).hasMessageContaining("mapped $how")
        }
    }

    @Test
    fun interceptorsSeeCallsAsThoseOfMonoAndFlux() = runBlocking<Unit> {
        seen.all.clear()
        clients.shop.send(Parcel("x"))
        assertThat(seen.all).containsExactly("client send [Parcel(street=x, kilos=1), post] Mono many=false",
            "server send [Parcel(street=x, kilos=1), post] Mono many=false")
    }

    @Test
    fun interceptorsMayAnswer() = runBlocking<Unit> {
        assertThat(clients.shop.send(Parcel("intercepted"))).isEqualTo("by an interceptor")
    }

    @Test
    fun fakesAnswerSuspendFunctionsAndFlows() = runBlocking<Unit> {
        val fake = realm.fake("node1", "test.stock", Stock::class.java)
        fake.on("left").will(answer(3))
        fake.on("changes").will(emit(1, 2))
        assertThat(clients.stock.left("x")).isEqualTo(3)
        assertThat(clients.stock.changes("x").toList()).containsExactly(1, 2)
        assertThat(fake.calls("left").single().arguments()).containsExactly("x")
        fake.reset()
        fake.otherwise(object : Stock {

            override suspend fun left(article: String): Int {
                delay(1)
                return 9
            }

            override fun changes(article: String) = flowOf(8)

            override suspend fun slow(article: String) = 7

        })
        assertThat(clients.stock.left("x")).isEqualTo(9)
        assertThat(clients.stock.changes("x").toList()).containsExactly(8)
        assertThat(clients.stock.slow("x")).isEqualTo(7)
    }

    @Test
    fun fallbackStandsInForSuspendFunctionsAndFlows() = runBlocking<Unit> {
        val fake = realm.fake("node1", "test.stock", Stock::class.java)
        fake.on("left").will(refuse(Code.UNIMPLEMENTED, "not here"))
        fake.on("changes").will(refuse(Code.UNIMPLEMENTED, "not here"))
        assertThat(clients.stock.left("x")).isEqualTo(-1)
        assertThat(clients.stock.changes("x").toList()).containsExactly(-2)
    }

    @Test
    fun settingsOfOneMethodHold() = runBlocking<Unit> {
        val fake = realm.fake("node1", "test.stock", Stock::class.java)
        fake.on("slow").will(silence())
        assertThat(clients.stock.slow("x")).isEqualTo(-3)
        assertThat(fake.calls("slow")).hasSize(1)
    }

    class Clients(val shop: Shop, val oldShop: OldShop, val stock: Stock)

    class Seen {

        val all = CopyOnWriteArrayList<String>()

    }

    @MaculaAdvice
    open class Advice {

        @MaculaExceptionHandler
        open fun soldOut(thrown: SoldOut): RpcException = RpcException.of(Code.NOT_FOUND, "mapped " + thrown.message)

    }

    class EmptyStock : Stock {

        override suspend fun left(article: String): Int {
            delay(1)
            return -1
        }

        override fun changes(article: String) = flow { emit(-2) }

        override suspend fun slow(article: String) = -3

    }

    @MaculaService("test.shop")
    class ShopBean : Shop {

        override suspend fun send(parcel: Parcel, carrier: String) = parcel.street + " by " + carrier

        override suspend fun failing(how: String): String {
            if (how == "later") {
                delay(1)
            }
            throw SoldOut(how)
        }

        override suspend fun heaviest(kilos: Int) = Parcel("x", kilos)

    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    open class Application {

        @Bean
        open fun clients(@MaculaClient("test.shop") shop: Shop, @MaculaClient("test.shop") oldShop: OldShop,
            @MaculaClient("test.stock", fallback = EmptyStock::class) stock: Stock) = Clients(shop, oldShop, stock)

        @Bean
        open fun seen() = Seen()

        @Bean
        open fun advice() = Advice()

        @Bean
        open fun shopBean() = ShopBean()

        @Bean
        open fun emptyStock() = EmptyStock()

        @Bean
        open fun clientInterceptor(seen: Seen) = ClientInterceptor { call: ClientInvocation ->
            if (call.arguments().firstOrNull() == Parcel("intercepted")) {
                Mono.just("by an interceptor")
            } else {
                call.proceed().also {
                    seen.all += "client ${call.method()} ${call.arguments()} ${kind(it)} many=${call.manyResults()}"
                }
            }
        }

        @Bean
        open fun serverInterceptor(seen: Seen) = ServerInterceptor { call: ServerInvocation ->
            call.proceed().also {
                seen.all += "server ${call.call().method()} ${call.arguments()} ${kind(it)} many=${call.manyResults()}"
            }
        }

        private fun kind(result: Any?) = if (result is Mono<*>) "Mono" else if (result is Flux<*>) "Flux" else "$result"

    }

}
