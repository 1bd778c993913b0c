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

import io.macula.CallContext
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.job

/** Serves orders; says on which thread and for whom it did. */
class OrdersHandler : Orders {

    val cancelled = CompletableDeferred<String>()

    val threads = mutableListOf<String>()

    override suspend fun find(id: String): Order? {
        this.threads += Thread.currentThread().name
        val tenant = CallContext.current()?.metadata()?.get("tenant")
        if (id == "never") {
            currentCoroutineContext().job.invokeOnCompletion { this.cancelled.complete(id) }
            awaitCancellation()
        }
        delay(1)
        check(tenant == CallContext.current()?.metadata()?.get("tenant")) { "the call is lost" }
        return when (id) {
            "missing" -> null
            "late" -> {
                delay(10_000)
                null
            }
            else -> Order(OrderId(id), Amount(5), listOf(Line(tenant ?: "nobody")))
        }
    }

    override suspend fun get(id: OrderId) = Order(id, Amount(7), isOpen = false)

    override suspend fun place(order: Order): OrderId {
        if (order.id.value == "late") {
            delay(1)
        }
        return OrderId(order.id.value + "-" + order.lines.size)
    }

    override suspend fun placeAll(orders: List<Order>) = orders.map { it.id }

    override suspend fun latest(): OrderId? = null

    override suspend fun reserve(line: Line): Amount =
        if (line.count > 100) throw OutOfStock(line.article) else Amount(line.count * 100L)

    override suspend fun cancel(id: String) {
        delay(1)
        require(id != "shipped") { "it is on its way" }
    }

    override fun watch(id: String): Flow<State> = flow {
        try {
            emit(State.Open)
            delay(1)
            emit(State.Shipped(id))
            if (id == "never") {
                awaitCancellation()
            }
        } finally {
            cancelled.complete(id)
        }
    }

    override suspend fun count(lines: Flow<Line>) = lines.toList().sumOf { it.count }

    override fun echo(lines: Flow<Line>) = lines.map { it.copy(count = it.count + 1) }

    override fun name(id: OrderId) = "order " + id.value

}
