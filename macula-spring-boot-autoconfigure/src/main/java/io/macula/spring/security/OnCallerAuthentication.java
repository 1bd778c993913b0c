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

package io.macula.spring.security;

import io.macula.spring.autoconfigure.MaculaProperties.CallerAuthentication;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches where callers are to be authenticated.
 */
final class OnCallerAuthentication extends SpringBootCondition {

	private static final String KEY = "macula.security.authentication";

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Caller authentication");
		try {
			CallerAuthentication mode = Binder.get(context.getEnvironment())
				.bind(KEY, CallerAuthentication.class)
				.orElse(CallerAuthentication.NONE);
			return new ConditionOutcome(mode != CallerAuthentication.NONE, message.because(KEY + " is " + mode.text()));
		}
		catch (BindException ex) {
			// Whoever reads the settings says it better.
			return ConditionOutcome.noMatch(message.because(KEY + " is not valid"));
		}
	}

}
