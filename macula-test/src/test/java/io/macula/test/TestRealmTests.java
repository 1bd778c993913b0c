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

package io.macula.test;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What a realm says of names that do not fit together.
 */
class TestRealmTests {

	@Test
	void instancesOfWhatNobodyCallsAreNotWaitedFor() {
		try (TestRealm realm = TestRealm.start()) {
			assertThatIllegalArgumentException().isThrownBy(() -> realm.awaitInstances("shpo", 0))
				.withMessage("No client of this realm calls 'shpo', so that none will know an instance of it: there are"
						+ " no clients so far; correct the name, or make the client first");
			realm.client("shop", Shop.class);
			realm.client("shop.other", Shop.class);
			assertThatIllegalArgumentException().isThrownBy(() -> realm.awaitInstances("shpo", 1))
				.withMessage("No client of this realm calls 'shpo', so that none will know an instance of it: the"
						+ " clients call 'shop', 'shop.other'; correct the name, or make the client first");
			realm.fake("node1", "shop", Shop.class);
			realm.awaitInstances("shop", 1);
		}
	}

	@Test
	void aProviderThatNobodyCallsIsTold() {
		Logger logger = (Logger) LoggerFactory.getLogger(TestRealm.class);
		ListAppender<ILoggingEvent> lines = new ListAppender<>();
		lines.start();
		logger.setLevel(Level.INFO);
		logger.addAppender(lines);
		try (TestRealm realm = TestRealm.start()) {
			realm.fake("node1", "shpo", Shop.class);
			realm.client("shop", Shop.class);
			realm.fake("node2", "shop", Shop.class);
			assertThat(lines.list).isEmpty();
			realm.fake("node3", "shpo", Shop.class);
			assertThat(lines.list).extracting(ILoggingEvent::getFormattedMessage)
				.containsExactly("Node 'node3' of this realm provides 'shpo', which no client calls so far: the clients"
						+ " call 'shop'");
		}
		finally {
			logger.detachAppender(lines);
			logger.setLevel(null);
		}
	}

}
