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

package io.macula.spring.propagation;

import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Matches where a client service has a client registration, whichever it is.
 */
final class OnRegistrationId extends SpringBootCondition {

	private static final ConfigurationPropertyName CLIENT = ConfigurationPropertyName.of("macula.client");

	private static final ConfigurationPropertyName ALL = ConfigurationPropertyName
		.of("macula.client.oauth2.registration-id");

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Client registration");
		Binder binder = Binder.get(context.getEnvironment());
		Stream<ConfigurationPropertyName> listed = StreamSupport
			.stream(ConfigurationPropertySources.get(context.getEnvironment()).spliterator(), false)
			.filter(IterableConfigurationPropertySource.class::isInstance)
			.flatMap((source) -> ((IterableConfigurationPropertySource) source).stream())
			.filter(OnRegistrationId::names);
		// MACULA_CLIENT_OAUTH2_REGISTRATION_ID is bound, too, but listed as another name.
		return Stream.concat(Stream.of(ALL), listed)
			.filter((name) -> StringUtils.hasText(binder.bind(name, Bindable.of(String.class)).orElse("")))
			.findFirst()
			.map((name) -> ConditionOutcome.match(message.because(name + " is set")))
			.orElseGet(() -> ConditionOutcome.noMatch(message.because("no registration-id is set")));
	}

	private static boolean names(ConfigurationPropertyName name) {
		int elements = name.getNumberOfElements();
		return CLIENT.isAncestorOf(name) && elements > 3
				&& name.getElement(elements - 1, Form.UNIFORM).equals("registrationid")
				&& name.getElement(elements - 2, Form.UNIFORM).equals("oauth2");
	}

}
