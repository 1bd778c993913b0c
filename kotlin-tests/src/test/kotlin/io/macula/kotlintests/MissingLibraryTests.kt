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

import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import java.io.File
import java.net.URLClassLoader

/** Each library that Kotlin needs is named where it is missing. */
class MissingLibraryTests {

    @Test
    fun coroutinesWithReactor() {
        assertThat(without("kotlinx-coroutines-reactor", "method")).isEqualTo(
            "Method Names.name(String) of contract io.macula.kotlintests.Names is a suspend function, and"
                + " org.jetbrains.kotlinx:kotlinx-coroutines-reactor is not on the class path, without which it cannot"
                + " be called: add this dependency; Spring Boot manages its version"
                + "\nkotlinx/coroutines/reactor/MonoKt\nkotlinx.coroutines.reactor.MonoKt")
    }

    @Test
    fun reflection() {
        assertThat(without("kotlin-reflect", "method")).startsWith(
            "Method Names.name(String) of contract io.macula.kotlintests.Names is written in Kotlin, and"
                + " org.jetbrains.kotlin:kotlin-reflect is not on the class path, which says what of it may be null or"
                + " left out: add this dependency; Spring Boot manages its version")
    }

    @Test
    fun jackson() {
        assertThat(without("jackson-module-kotlin", "value")).startsWith(
            "The result of Lines.load(String)").contains(
            "Line is of type io.macula.kotlintests.Line, which is written in Kotlin, and"
                + " tools.jackson.module:jackson-module-kotlin is not on the class path; add this dependency; Spring"
                + " Boot manages its version")
    }

    @Test
    fun application() {
        assertThat(without("kotlinx-coroutines-reactor", "application")).contains(
            "The client 'test.names' of io.macula.kotlintests.Names cannot be made: Method Names.name(String)",
            "Action: Add the dependency org.jetbrains.kotlinx:kotlinx-coroutines-reactor to the build, without a"
                + " version.")
    }

    private fun without(library: String, what: String): String? {
        val path = System.getProperty("java.class.path").split(File.pathSeparator)
        val kept = path.filter { !File(it).name.startsWith(library) }
        assertThat(kept.size).isEqualTo(path.size - 1)
        val loader = URLClassLoader(kept.map { File(it).toURI().toURL() }.toTypedArray(),
            ClassLoader.getPlatformClassLoader())
        val before = Thread.currentThread().contextClassLoader
        Thread.currentThread().contextClassLoader = loader
        try {
            // Left open: threads of its Netty may end later.
            return loader.loadClass("io.macula.kotlintests.Alone").getMethod(what).invoke(null) as String?
        } finally {
            Thread.currentThread().contextClassLoader = before
        }
    }

}
