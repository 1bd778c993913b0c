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

package io.macula.spring.test;

import io.macula.node.RealmNode;
import io.macula.spring.autoconfigure.MaculaAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the realm that a test can add providers to.
 */
@AutoConfiguration(after = MaculaAutoConfiguration.class)
public final class MaculaTestRealmAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	MaculaTestRealm maculaTestRealm(RealmNode node, Environment environment) {
		return new MaculaTestRealm(node, environment);
	}

	/** Where callers are authenticated. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.springframework.security.core.context.SecurityContextHolder")
	@ConditionalOnBean(name = "maculaSecurityInterceptor")
	static class SecurityConfiguration {

		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		TestCallers maculaTestCallers() {
			return new TestCallers();
		}

	}

}
