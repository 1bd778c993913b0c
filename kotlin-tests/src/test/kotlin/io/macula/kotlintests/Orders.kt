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

import io.macula.MaculaMethod
import kotlinx.coroutines.flow.Flow

@JvmInline
value class OrderId(val value: String) {

    init {
        require(value.isNotBlank()) { "an order has an id" }
    }

}

@JvmInline
value class Amount(val cents: Long)

data class Line(val article: String, val count: Int = 1, val note: String? = null)

data class Order(
    val id: OrderId,
    val total: Amount,
    val lines: List<Line> = emptyList(),
    val isOpen: Boolean = true,
    val discount: Amount? = null,
    val parts: List<OrderId> = emptyList(),
    val prices: Map<String, Amount> = emptyMap(),
)

sealed interface State {

    data class Shipped(val by: String) : State

    data object Open : State

}

class OutOfStock(val article: String) : Exception("no $article left")

interface Orders {

    @MaculaMethod(idempotent = true)
    suspend fun find(id: String): Order?

    suspend fun get(id: OrderId): Order

    suspend fun place(order: Order): OrderId

    suspend fun placeAll(orders: List<Order>): List<OrderId>

    suspend fun latest(): OrderId?

    @Throws(OutOfStock::class)
    suspend fun reserve(line: Line): Amount

    suspend fun cancel(id: String)

    fun watch(id: String): Flow<State>

    suspend fun count(lines: Flow<Line>): Int

    fun echo(lines: Flow<Line>): Flow<Line>

    fun name(id: OrderId): String

}
