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

package io.macula.spring.test.slice;

import io.macula.CallOptions;
import io.macula.Code;
import io.macula.MaculaCall;
import io.macula.RpcException;
import io.macula.spring.test.MaculaServiceTest;
import io.macula.spring.test.MaculaTestRealm;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.reset;

/**
 * A slice with one service.
 */
@MaculaServiceTest(GreeterBean.class)
class MaculaServiceTestTests {

	@Autowired
	private MaculaTestRealm realm;

	@Autowired
	private ApplicationContext context;

	@MockitoBean
	private Phrases phrases;

	@Test
	void theServiceIsCalledOverQuic() {
		given(this.phrases.greeting()).willReturn("mocked");
		assertThat(this.realm.client("test.greeter", Greeter.class).greet("you")).isEqualTo("mocked you");
	}

	@Test
	void whatDecidesWithTheServiceIsThere() {
		Greeter greeter = this.realm.client("test.greeter", Greeter.class);
		given(this.phrases.greeting()).willThrow(UnsupportedOperationException.class);
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> greeter.greet("you"))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(Code.APPLICATION));
		reset(this.phrases);
		given(this.phrases.greeting()).willThrow(IndexOutOfBoundsException.class);
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> greeter.greet("you"))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo(Code.NOT_FOUND));
		reset(this.phrases);
		given(this.phrases.greeting()).willReturn("mocked");
		try (CallOptions.Scope scope = MaculaCall.with("a", "b").open()) {
			greeter.greet("you");
			assertThat(scope.responseMetadata().get("stamp")).isEqualTo("slice");
		}
		assertThat(this.context.getBeanNamesForType(HouseClient.class)).isEmpty();
	}

	@Test
	void otherServicesAreNotThere() {
		assertThat(this.context.getBeanNamesForType(EchoBean.class)).isEmpty();
	}

}
