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

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How etcd is reached, where {@code macula.directory.type} names it.
 *
 * @param endpoints Servers of etcd, such as 'http://10.0.0.1:2379'; with 'https' for TLS.
 * Another one is asked when one does not answer.
 * @param prefix Begin of all keys: they are 'prefix/realm/service/node id'.
 * @param username User of etcd; empty where its authentication is not enabled.
 * @param password Password of that user.
 * @param timeout Time within which a server must answer before another one is asked:
 * 100ms to 1m.
 * @param ssl TLS of the connections.
 */
@ConfigurationProperties("macula.directory.etcd")
public record EtcdProperties(@DefaultValue("http://localhost:2379") List<String> endpoints,
		@DefaultValue(EtcdSettings.DEFAULT_PREFIX) String prefix, @Nullable String username, @Nullable String password,
		@DefaultValue("2s") Duration timeout, @DefaultValue Ssl ssl) {

	/**
	 * TLS of the connections to etcd.
	 *
	 * @param bundle Name of the SSL bundle with the authorities that are trusted and,
	 * where etcd wants one, this application's certificate. Without it, 'https' trusts
	 * what the Java runtime trusts.
	 */
	public record Ssl(@Nullable String bundle) {

	}

}
