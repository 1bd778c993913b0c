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

package io.macula.multinode;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class KubectlTests {

	@Test
	void theReasonIsWhatTheServerSaysOfTheRightThatIsMissing() {
		assertThat(Kubectl.reason(new IllegalStateException(
				"""
						'kubectl apply -f -' ended with 1: namespace/one created
						Error from server (Forbidden): error when retrieving current configuration of:
						Resource: "/v1, Resource=secrets", GroupVersionKind: "/v1, Kind=Secret"
						Name: "macula-realm", Namespace: "one"
						from server for: "STDIN": secrets "macula-realm" is forbidden: User "me" cannot get resource "secrets\"""")))
			.isEqualTo("secrets \"macula-realm\" is forbidden: User \"me\" cannot get resource \"secrets\"");
	}

	@Test
	void anyOtherReasonIsTheLastLine() {
		assertThat(Kubectl.reason(new IllegalStateException("ended with 1:\nUnable to connect")))
			.isEqualTo("Unable to connect");
	}

	@Test
	void thatItDidNotEndIsAReason() {
		assertThat(Kubectl
			.reason(new IllegalStateException("'kubectl apply -f -' did not end within 240 s: a warning\nand another")))
			.isEqualTo("'kubectl apply -f -' did not end within 240 s: a warning");
	}

}
