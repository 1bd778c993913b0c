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

package io.macula.spring.test.secured;

import io.macula.Code;
import io.macula.MaculaCall;
import io.macula.RpcException;
import io.macula.spring.test.MaculaServiceTest;
import io.macula.spring.test.MaculaTestRealm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.test.context.support.WithMockUser;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;

/**
 * The user of a test calls a secured service, directly and over QUIC.
 */
@MaculaServiceTest(properties = "macula.security.authentication=bearer")
class WithMockUserTests {

	@Autowired
	private MaculaTestRealm realm;

	@Autowired
	private Vault bean;

	@MockitoBean
	private JwtDecoder decoder;

	private Vault client() {
		return this.realm.client("test.vault", Vault.class);
	}

	@Test
	@WithMockUser(username = "alice", authorities = "SCOPE_admin")
	void theUserIsThePrincipalOfTheCall() {
		assertThat(client().open()).isEqualTo("alice");
		assertThat(client().openLater().block()).isEqualTo("alice");
		assertThat(this.bean.open()).isEqualTo("alice");
	}

	@Test
	@WithMockUser("bob")
	void whatTheUserMayNotDoIsDenied() {
		denied(Code.PERMISSION_DENIED, () -> client().open());
		denied(Code.PERMISSION_DENIED, () -> client().openLater().block());
		assertThatExceptionOfType(AccessDeniedException.class).isThrownBy(this.bean::open);
	}

	@Test
	void withoutAUserATokenIsNeeded() {
		denied(Code.UNAUTHENTICATED, () -> client().open());
		denied(Code.UNAUTHENTICATED, () -> client().openLater().block());
	}

	@Test
	@WithMockUser(username = "alice", authorities = "SCOPE_admin")
	void aTokenThatTheTestSetsCountsInsteadOfTheUser() {
		given(this.decoder.decode("t1")).willThrow(new BadJwtException("not valid"));
		MaculaCall.with("authorization", "Bearer t1").run(() -> denied(Code.UNAUTHENTICATED, () -> client().open()));
	}

	private static void denied(Code code, Executable call) {
		assertThatExceptionOfType(RpcException.class).isThrownBy(call::execute)
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(code));
	}

	/** A plain configuration would stand in the place of the application. */
	@TestConfiguration(proxyBeanMethods = false)
	@EnableMethodSecurity
	static class MethodSecurity {

	}

}
