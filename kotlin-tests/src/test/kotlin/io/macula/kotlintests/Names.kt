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

import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

interface Names {

    suspend fun name(id: String): String

}

/** In versions, as teams change it. */
interface OldSearch {

    suspend fun find(text: String): List<String>

    suspend fun all(): String

    fun between(from: Int, to: Int): String

}

interface Search {

    suspend fun find(text: String, limit: Int = 2, from: Int = 1): List<String>

    suspend fun all(limit: Int = 7): String

    fun between(from: Int, to: Int, step: Int = 3, unit: String = "m"): String

}

class SearchHandler : Search {

    override suspend fun find(text: String, limit: Int, from: Int) = listOf(text, "$limit", "$from")

    override suspend fun all(limit: Int) = "all $limit"

    override fun between(from: Int, to: Int, step: Int, unit: String) = "$from..$to/$step$unit"

}

interface Base<K, T> {

    suspend fun load(id: K): T

    fun every(): Flow<T>

    suspend fun twice(id: K): List<T> = listOf(load(id), load(id))

}

interface Lines : Base<OrderId, Line>

class LinesHandler : Lines {

    override suspend fun load(id: OrderId) = Line(id.value)

    override fun every() = kotlinx.coroutines.flow.flowOf(Line("a"), Line("b"))

}

/** Implemented by Java, too, which does not know that null is no result. */
interface Titles {

    fun title(id: String): String

}

interface Greetings {

    suspend fun greet(name: String): String

    suspend fun greetWorld(): String = greet("world")

    fun greetAll(names: List<String>): Flow<String> = flow { names.forEach { emit(greet(it)) } }

}

/** Nobody would ever call the second one. */
class OwnGreetings : Greetings {

    override suspend fun greet(name: String) = name

    override suspend fun greetWorld() = "world"

}

interface Texts {

    suspend fun String.repeated(times: Int = 2): String

    fun OrderId.length(): Int

}

class TextsHandler : Texts {

    override suspend fun String.repeated(times: Int) = repeat(times)

    override fun OrderId.length() = value.length

}

@JvmInline
value class Remark(val text: String?) {

    init {
        require(text == null || text.isNotEmpty()) { "a remark says something" }
    }

}

@JvmInline
value class Inside(val remark: Remark)

@JvmInline
value class Digits(val text: String) {

    constructor(number: Int?) : this("$number")

}

interface Remarks {

    suspend fun echo(remark: Remark): Remark

    suspend fun late(remark: Remark): Remark

    suspend fun inside(inside: Inside): Inside

    suspend fun digits(digits: Digits?): Digits?

    fun plain(remark: Remark): Remark

}

interface RawRemarks {

    suspend fun echo(remark: String?): String?

}

class RemarksHandler : Remarks {

    override suspend fun echo(remark: Remark) = remark

    override suspend fun late(remark: Remark): Remark {
        delay(1)
        return remark
    }

    override suspend fun inside(inside: Inside) = inside

    override suspend fun digits(digits: Digits?) = digits

    override fun plain(remark: Remark) = remark

}
