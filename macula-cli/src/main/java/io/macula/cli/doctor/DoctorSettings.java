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

package io.macula.cli.doctor;

import java.time.Duration;
import java.util.List;

import io.macula.Endpoint;
import io.macula.Realm;
import io.macula.tls.TlsContexts;
import org.jspecify.annotations.Nullable;

/**
 * What is examined, and with which trust. Immutable; holds no secret.
 *
 * @param realm the realm to join
 * @param nodeId under which this tool joins it; that of the certificate where that names
 * one
 * @param nodes whom to examine
 * @param tls what this tool shows and trusts, or {@code null} if that could not be set up
 * @param fault why there is none, or {@code null}
 * @param used the settings in use, for people
 * @param patience bound of each handshake and each question; more than 0
 */
public record DoctorSettings(Realm realm, String nodeId, List<Endpoint> nodes, @Nullable TlsContexts tls,
		@Nullable String fault, List<Setting> used, Duration patience) {

	/** Bound of each handshake unless another one is given. */
	public static final Duration PATIENCE = Duration.ofSeconds(3);

	/** Keeps copies. */
	public DoctorSettings {
		nodes = List.copyOf(nodes);
		used = List.copyOf(used);
	}

	/**
	 * The same for other nodes.
	 * @param others whom to examine
	 * @return further settings
	 */
	public DoctorSettings withNodes(List<Endpoint> others) {
		return new DoctorSettings(this.realm, this.nodeId, others, this.tls, this.fault, this.used, this.patience);
	}

	DoctorSettings withPatience(Duration other) {
		return new DoctorSettings(this.realm, this.nodeId, this.nodes, this.tls, this.fault, this.used, other);
	}

	/**
	 * A setting in use.
	 *
	 * @param name its name, for example {@code macula.realm.name}
	 * @param value what is shown of it: never a secret
	 * @param origin where it was set, for example {@code --realm}
	 */
	public record Setting(String name, String value, String origin) {

	}

}
