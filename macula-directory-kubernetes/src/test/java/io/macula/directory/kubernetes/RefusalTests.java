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

package io.macula.directory.kubernetes;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.UnresolvedAddressException;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Refusal}.
 */
class RefusalTests {

	@Test
	void outsideOfAClusterItIsSaidWhatToSet() {
		Config found = Config.empty();
		assertThat(text(found.getMasterUrl()))
			.isEqualTo("no answer from the API server at " + found.getMasterUrl() + ", a name that is known in pods"
					+ " only: this process runs in no pod, and no kubeconfig was found; set"
					+ " macula.directory.kubernetes.kubeconfig or macula.directory.kubernetes.url");
	}

	@Test
	void anotherNameThatNobodyKnowsIsNamed() {
		assertThat(text("https://kubernetes.invalid:6443/"))
			.isEqualTo("no answer from the API server at https://kubernetes.invalid:6443/: UnresolvedAddressException");
	}

	/* As the JDK's client and that of Kubernetes wrap it. */
	private static String text(String url) {
		ConnectException refused = new ConnectException();
		refused.initCause(new ConnectException().initCause(new UnresolvedAddressException()));
		return Refusal
			.of("list", "shop", url,
					new KubernetesClientException("Operation: [list] failed", new IOException(refused)))
			.text();
	}

}
