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

package io.macula.directory.etcd;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.ssl.SslBundle;

/**
 * How the application reaches etcd: from its settings, unless there is a bean of the
 * application's own, or of a container that it starts.
 */
public interface EtcdConnectionDetails extends ConnectionDetails {

	/**
	 * The servers.
	 * @return URLs such as {@code http://10.0.0.1:2379}, or {@code host:port}; at least
	 * one
	 */
	List<String> getEndpoints();

	/**
	 * As whom.
	 * @return the name of a user, or {@code null} where etcd knows none
	 */
	default @Nullable String getUsername() {
		return null;
	}

	/**
	 * The password of that user.
	 * @return the password, or {@code null}
	 */
	default @Nullable String getPassword() {
		return null;
	}

	/**
	 * Whom this application trusts, and how it proves who it is; asked anew for each
	 * connection.
	 * @return the bundle, or {@code null} for the trust of the Java runtime with
	 * {@code https}, and for none with {@code http}
	 */
	default @Nullable SslBundle getSslBundle() {
		return null;
	}

}
