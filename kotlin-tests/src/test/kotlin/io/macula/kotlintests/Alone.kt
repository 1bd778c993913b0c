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

import io.macula.contract.ServiceContract
import io.macula.kotlin.KotlinMethod
import io.macula.codec.JacksonPayloadCodec
import io.macula.spring.MaculaClient
import org.springframework.boot.SpringApplication
import org.springframework.boot.WebApplicationType
import org.springframework.boot.autoconfigure.EnableAutoConfiguration
import org.springframework.context.annotation.Bean
import org.springframework.context.annotation.Configuration

/** What happens where a library is missing; run in a class loader of its own. */
object Alone {

    /** The message, or null if nothing is missing. */
    @JvmStatic
    fun method(): String? = failure { KotlinMethod.of(ServiceContract.of(Names::class.java).method("name")!!) }

    @JvmStatic
    fun value(): String? = failure { JacksonPayloadCodec.cborBuilder().build().forType(Line::class.java, "The result of Lines.load(String)") }

    @JvmStatic
    fun application(): String? = failure {
        val application = SpringApplication(Application::class.java)
        application.setWebApplicationType(WebApplicationType.NONE)
        application.run("--macula.realm.secret=dGhpcyBpcyBhIHNlY3JldCBvZiAzMiBieXRlcyB0ZXN0", "--macula.realm.name=alone").close()
    }

    private fun failure(what: () -> Unit): String? =
        try {
            what()
            null
        } catch (ex: Throwable) {
            generateSequence(ex) { it.cause }.joinToString("\n") {
                it.message + ((it as? org.springframework.boot.diagnostics.FailureAnalyzedException)
                    ?.let { analyzed -> "\nAction: " + analyzed.analysis().action } ?: "")
            }
        }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    open class Application {

        @Bean
        open fun user(@MaculaClient("test.names") names: Names) = User(names)

    }

    class User(val names: Names)

}
