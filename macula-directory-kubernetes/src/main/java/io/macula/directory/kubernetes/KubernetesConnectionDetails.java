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

import io.fabric8.kubernetes.client.Config;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.ssl.SslBundle;

/**
 * Where the API server is, and as whom it is asked. A bean of this type takes the place
 * of the settings {@code macula.directory.kubernetes.url}, {@code token},
 * {@code kubeconfig} and {@code context}.
 */
public interface KubernetesConnectionDetails extends ConnectionDetails {

	/**
	 * Address, credentials and namespace.
	 * @return the settings of a client
	 */
	Config getConfig();

	/**
	 * Trust and certificate instead of those of {@link #getConfig()}. Asked for before
	 * each request, from any thread: another bundle than before is used from then on.
	 * @return a bundle, the same one as long as nothing has changed; or {@code null}
	 */
	default @Nullable SslBundle getSslBundle() {
		return null;
	}

}
