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
import io.macula.spring.MaculaService
import io.macula.spring.test.AutoConfigureMaculaRealm
import io.macula.spring.test.MaculaTestRealm
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.reactor.awaitSingle
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.springframework.beans.factory.annotation.Autowired
import org.springframework.boot.autoconfigure.EnableAutoConfiguration
import org.springframework.boot.test.context.SpringBootTest
import org.springframework.context.annotation.Bean
import org.springframework.context.annotation.Configuration
import org.springframework.security.access.prepost.PreAuthorize
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity
import org.springframework.security.core.context.ReactiveSecurityContextHolder
import org.springframework.security.core.context.SecurityContextHolder
import org.springframework.security.oauth2.jwt.BadJwtException
import org.springframework.security.oauth2.jwt.JwtDecoder
import org.springframework.security.test.context.support.WithMockUser

interface Vault {

    suspend fun open(): String

    fun watch(): Flow<String>

}

@SpringBootTest(
    classes = [SecuredTests.Application::class],
    properties = ["macula.security.authentication=bearer"],
)
@AutoConfigureMaculaRealm
class SecuredTests {

    @Autowired
    private lateinit var realm: MaculaTestRealm

    private val vault: Vault
        get() = this.realm.client("test.vault", Vault::class.java)

    @Test
    @WithMockUser(username = "alice", authorities = ["admin"])
    fun principalFollowsTheCoroutine() = runBlocking<Unit> {
        assertThat(vault.open()).isEqualTo("alice, alice and alice")
        assertThat(vault.watch().toList()).containsExactly("alice", "alice")
    }

    @Test
    @WithMockUser("bob")
    fun whatAUserMayNotDoIsDenied() {
        val thrown = assertThrows<RpcException> { runBlocking { vault.open() } }
        assertThat(thrown.code()).isEqualTo(Code.PERMISSION_DENIED)
    }

    @Test
    fun withoutAUserTheCallIsUnauthenticated() {
        val thrown = assertThrows<RpcException> { runBlocking { vault.open() } }
        assertThat(thrown.code()).isEqualTo(Code.UNAUTHENTICATED)
    }

    @MaculaService("test.vault")
    open class VaultBean : Vault {

        @PreAuthorize("hasAuthority('admin')")
        override suspend fun open(): String {
            val first = name()
            delay(5)
            val reactive = ReactiveSecurityContextHolder.getContext().awaitSingle().authentication?.name
            return "$first, ${name()} and $reactive"
        }

        override fun watch() = flow {
            emit(name())
            delay(5)
            emit(name())
        }

        private fun name() = SecurityContextHolder.getContext().authentication?.name ?: "nobody"

    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableMethodSecurity
    open class Application {

        @Bean
        open fun vaultBean() = VaultBean()

        @Bean
        open fun decoder() = JwtDecoder { throw BadJwtException("no token is valid") }

    }

}
