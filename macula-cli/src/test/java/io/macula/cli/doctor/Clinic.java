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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.macula.Endpoint;
import io.macula.MaculaMethod;
import io.macula.Realm;
import io.macula.cli.doctor.Finding.Outcome;
import io.macula.node.RealmNode;
import io.macula.operations.OperationsAccess;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import io.macula.tls.TlsContexts;
import org.junit.jupiter.api.AfterEach;

import static org.assertj.core.api.Assertions.assertThat;

/** Real nodes that are examined. */
abstract class Clinic {

	static final Realm REALM = new Realm("shop");

	static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "the test");

	static final RealmSecret OTHER = RealmSecret.of("m7Zt2Xc9Lq4WvRb1Ny8Kd5Gs0Pj3Hf6Ta+Ue2Io7Yx4=", "another test");

	private final List<RealmNode> nodes = new ArrayList<>();

	@AfterEach
	void closeNodes() {
		this.nodes.forEach(RealmNode::close);
	}

	Endpoint node(TlsContexts tls, OperationsAccess.Level level) {
		ProviderSettings all = ProviderSettings.defaults();
		RealmNode node = RealmNode.builder("shop")
			.nodeId("node1")
			.tls(tls)
			.application("orders", "1.2")
			.operations(OperationsAccess.of(level))
			.provider(new ProviderSettings("127.0.0.1", 0, null, 0, all.weight(), all.metadata(), 20, 1000, 1000,
					Duration.ofMillis(100)))
			.service("shop.orders", Orders.class, (Orders) (text) -> text)
			.build();
		this.nodes.add(node);
		node.start();
		node.advertise();
		return new Endpoint("127.0.0.1", node.port());
	}

	static DoctorSettings settings(TlsContexts tls, Endpoint... nodes) {
		return new DoctorSettings(REALM, "doctor", Arrays.asList(nodes), tls, null,
				List.of(new DoctorSettings.Setting("macula.realm.name", "shop", "--realm")), DoctorSettings.PATIENCE);
	}

	static Finding find(List<Finding> all, String check) {
		return all.stream()
			.filter((finding) -> finding.check().equals(check))
			.findFirst()
			.orElseThrow(() -> new AssertionError("no finding '" + check + "' in " + all));
	}

	static void assertSeen(List<Finding> all, String check, Outcome outcome, String... seen) {
		Finding finding = find(all, check);
		assertThat(finding.outcome()).as(finding.toString()).isEqualTo(outcome);
		assertThat(finding.seen()).contains(seen);
	}

	/** A contract. */
	public interface Orders {

		@MaculaMethod(idempotent = true)
		String find(String text);

	}

}
