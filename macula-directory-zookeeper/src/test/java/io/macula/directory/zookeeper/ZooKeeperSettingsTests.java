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

package io.macula.directory.zookeeper;

import java.util.Map;

import io.macula.directory.zookeeper.ZooKeeperSettings.Access;
import io.macula.directory.zookeeper.ZooKeeperSettings.Credentials;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Settings that cannot be are refused with their names.
 */
class ZooKeeperSettingsTests {

	@ParameterizedTest
	@ValueSource(strings = { "", " ", ",", "zk1:port", "zk1:2181//a", "/apps", "zk1:0", "zk1:2181,zk 2:2181", ":2181" })
	void aConnectStringNamesServers(String connectString) {
		assertThatIllegalArgumentException().isThrownBy(() -> ZooKeeperSettings.of(connectString))
			.withMessageStartingWith("macula.directory.zookeeper.connect-string '" + connectString + "' is not valid");
	}

	@ParameterizedTest
	@ValueSource(strings = { "zk1", "zk1:2181", "zk1:2181,zk2:2182/apps/rpc", "[::1]:2181" })
	void severalServersAndAChrootAreTaken(String connectString) {
		assertThat(ZooKeeperSettings.of(connectString).connectString()).isEqualTo(connectString);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "macula", "/", "/a/", "/a//b", "/a/../b", "/zookeeper/x" })
	void aPrefixIsAPath(String prefix) {
		assertThatIllegalArgumentException().isThrownBy(() -> ZooKeeperSettings.of("zk1:2181").withPrefix(prefix))
			.withMessageStartingWith("macula.directory.zookeeper.prefix '" + prefix + "' is not valid");
	}

	@Test
	void whoKeepsOthersOutIsSomebody() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new ZooKeeperSettings("zk1:2181", "/macula", null, Access.READABLE, Map.of()))
			.withMessageContaining("macula.directory.zookeeper.access 'readable'");
		assertThatIllegalArgumentException().isThrownBy(() -> new Credentials("a:b", "c"))
			.withMessageContaining("macula.directory.zookeeper.username 'a:b'");
		assertThat(new Credentials("a", "secret").toString()).doesNotContain("secret");
	}

}
