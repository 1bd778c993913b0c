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

package io.macula.spring.security;

import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.Callable;

import io.macula.CallContext;
import io.macula.interceptor.ServerInvocation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class SecurityScopeTests {

	private final SecurityScope scope = new SecurityScope(SecurityContextHolder.getContextHolderStrategy());

	@AfterEach
	void forget() {
		SecurityContextHolder.clearContext();
	}

	private @Nullable Object as(String name, Callable<@Nullable Object> handler) throws Exception {
		try {
			return this.scope.proceed(new Invocation(handler), new TestingAuthenticationToken(name, null));
		}
		catch (Exception ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new AssertionError(ex);
		}
	}

	private static @Nullable String present() {
		return (SecurityContextHolder.getContext().getAuthentication() != null)
				? SecurityContextHolder.getContext().getAuthentication().getName() : null;
	}

	@Test
	void aCallWithinACallHasItsOwnContext() throws Exception {
		SecurityContextHolder.setContext(new SecurityContextImpl(new TestingAuthenticationToken("thread", null)));
		Object seen = as("alice", () -> present() + " " + as("bob", SecurityScopeTests::present) + " " + present());
		assertThat(seen).isEqualTo("alice bob alice");
		assertThat(present()).isEqualTo("thread");
	}

	@Test
	void aFailureLeavesNothingBehind() {
		assertThatIllegalStateException().isThrownBy(() -> as("alice", () -> {
			assertThat(present()).isEqualTo("alice");
			throw new IllegalStateException("as asked");
		}));
		assertThat(present()).isNull();
	}

	@Test
	void whatAHandlerDoesToItsContextIsGoneWithIt() throws Exception {
		as("alice", () -> {
			SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("root", null));
			return null;
		});
		assertThat(present()).isNull();
	}

	/** Of a blocking method. */
	private record Invocation(Callable<@Nullable Object> handler) implements ServerInvocation {

		@Override
		public CallContext call() {
			throw new UnsupportedOperationException();
		}

		@Override
		public Method javaMethod() {
			throw new UnsupportedOperationException();
		}

		@Override
		public List<@Nullable Object> arguments() {
			return List.of();
		}

		@Override
		public boolean nonBlocking() {
			return false;
		}

		@Override
		public @Nullable Object proceed() throws Exception {
			return this.handler.call();
		}

	}

}
