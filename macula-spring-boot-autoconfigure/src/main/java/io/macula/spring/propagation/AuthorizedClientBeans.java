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

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.macula.spring.autoconfigure.ClientRegistrationIds;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.ResolvableType;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.ClientCredentialsOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.ClientCredentialsReactiveOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.DelegatingOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.DelegatingReactiveOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientProvider;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.ReactiveOAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.endpoint.OAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.endpoint.OAuth2ClientCredentialsGrantRequest;
import org.springframework.security.oauth2.client.endpoint.ReactiveOAuth2AccessTokenResponseClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ReactiveClientRegistrationRepository;

/**
 * Finds what gets tokens among the beans of an OAuth2 client. The manager that Spring
 * Security makes for web applications is passed over: it works inside an HTTP request
 * only.
 */
final class AuthorizedClientBeans {

	/** Name of a bean of either kind of manager that is asked instead of all others. */
	static final String OWN = "maculaAuthorizedClientManager";

	private final BeanFactory beans;

	AuthorizedClientBeans(BeanFactory beans) {
		this.beans = beans;
	}

	/**
	 * Find them.
	 * @param ids what is set; an id that cannot be one stops the start
	 */
	AuthorizedClients find(ClientRegistrationIds ids) {
		Map<String, String> settings = ids.settings();
		String first = settings.entrySet()
			.stream()
			.map((entry) -> entry.getKey() + "=" + entry.getValue())
			.findFirst()
			.orElse("macula.client.oauth2.registration-id");
		ClientRegistrationRepository blocking = find(ClientRegistrationRepository.class);
		ReactiveClientRegistrationRepository reactive = find(ReactiveClientRegistrationRepository.class);
		refuseUnknown(settings, (blocking != null) ? blocking : reactive);
		Object own = this.beans.containsBean(OWN) ? this.beans.getBean(OWN) : null;
		if (blocking != null && (own == null || own instanceof OAuth2AuthorizedClientManager)) {
			OAuth2AuthorizedClientService store = find(OAuth2AuthorizedClientService.class);
			OAuth2AuthorizedClientManager manager = (own != null) ? (OAuth2AuthorizedClientManager) own
					: manager(blocking, store, first);
			return new BlockingAuthorizedClients(blocking, manager, store);
		}
		if (reactive != null && (own == null || own instanceof ReactiveOAuth2AuthorizedClientManager)) {
			ReactiveOAuth2AuthorizedClientService store = find(ReactiveOAuth2AuthorizedClientService.class);
			ReactiveOAuth2AuthorizedClientManager manager = (own != null) ? (ReactiveOAuth2AuthorizedClientManager) own
					: manager(reactive, store, first);
			return new ReactiveAuthorizedClients(reactive, manager, store);
		}
		throw (own != null && (blocking != null || reactive != null)) ? new FailureAnalyzedException(
				"The bean '" + OWN + "' is a " + own.getClass().getName()
						+ ", which is no authorized client manager of the kind of the client registrations.",
				"Make it an OAuth2AuthorizedClientManager beside a ClientRegistrationRepository, or a"
						+ " ReactiveOAuth2AuthorizedClientManager beside a ReactiveClientRegistrationRepository.")
				: missing(first, "ClientRegistrationRepository or ReactiveClientRegistrationRepository");
	}

	/** Repositories that can list their registrations have no others later. */
	private static void refuseUnknown(Map<String, String> settings, @Nullable Object repository) {
		if (!(repository instanceof Iterable<?> all)) {
			return;
		}
		Set<String> known = new TreeSet<>();
		all.forEach((each) -> {
			if (each instanceof ClientRegistration registration) {
				known.add(registration.getRegistrationId());
			}
		});
		settings.forEach((key, id) -> {
			if (!known.contains(id)) {
				throw new FailureAnalyzedException(
						"There is no client registration '" + id + "', which " + key + " names. There are: "
								+ String.join(", ", known) + ".",
						"Correct the setting, or add spring.security.oauth2.client.registration." + id + ".*.");
			}
		});
	}

	private OAuth2AuthorizedClientManager manager(ClientRegistrationRepository registrations,
			@Nullable OAuth2AuthorizedClientService store, String setting) {
		AuthorizedClientServiceOAuth2AuthorizedClientManager present = find(OAuth2AuthorizedClientManager.class,
				AuthorizedClientServiceOAuth2AuthorizedClientManager.class);
		if (present != null) {
			return present;
		}
		if (store == null) {
			throw missing(setting, "OAuth2AuthorizedClientService");
		}
		AuthorizedClientServiceOAuth2AuthorizedClientManager made = new AuthorizedClientServiceOAuth2AuthorizedClientManager(
				registrations, store);
		made.setAuthorizedClientProvider(provider());
		return made;
	}

	/**
	 * As Spring Security has it: beans stand beside the usual ones, or in their place.
	 */
	private OAuth2AuthorizedClientProvider provider() {
		List<OAuth2AuthorizedClientProvider> own = all(OAuth2AuthorizedClientProvider.class);
		if (own.size() == 1 && own.get(0) instanceof DelegatingOAuth2AuthorizedClientProvider all) {
			return all;
		}
		OAuth2AuthorizedClientProviderBuilder builder = OAuth2AuthorizedClientProviderBuilder.builder();
		own.forEach(builder::provider);
		builder.authorizationCode().refreshToken();
		OAuth2AccessTokenResponseClient<OAuth2ClientCredentialsGrantRequest> endpoint = generic(
				OAuth2AccessTokenResponseClient.class, OAuth2ClientCredentialsGrantRequest.class);
		if (endpoint != null
				&& own.stream().noneMatch(ClientCredentialsOAuth2AuthorizedClientProvider.class::isInstance)) {
			return builder.clientCredentials((client) -> client.accessTokenResponseClient(endpoint)).build();
		}
		return builder.clientCredentials().build();
	}

	private ReactiveOAuth2AuthorizedClientManager manager(ReactiveClientRegistrationRepository registrations,
			@Nullable ReactiveOAuth2AuthorizedClientService store, String setting) {
		AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager present = find(
				ReactiveOAuth2AuthorizedClientManager.class,
				AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager.class);
		if (present != null) {
			return present;
		}
		if (store == null) {
			throw missing(setting, "ReactiveOAuth2AuthorizedClientService");
		}
		AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager made = new AuthorizedClientServiceReactiveOAuth2AuthorizedClientManager(
				registrations, store);
		made.setAuthorizedClientProvider(reactiveProvider());
		return made;
	}

	private ReactiveOAuth2AuthorizedClientProvider reactiveProvider() {
		List<ReactiveOAuth2AuthorizedClientProvider> own = all(ReactiveOAuth2AuthorizedClientProvider.class);
		if (own.size() == 1 && own.get(0) instanceof DelegatingReactiveOAuth2AuthorizedClientProvider all) {
			return all;
		}
		ReactiveOAuth2AuthorizedClientProviderBuilder builder = ReactiveOAuth2AuthorizedClientProviderBuilder.builder();
		own.forEach(builder::provider);
		builder.authorizationCode().refreshToken();
		ReactiveOAuth2AccessTokenResponseClient<OAuth2ClientCredentialsGrantRequest> endpoint = generic(
				ReactiveOAuth2AccessTokenResponseClient.class, OAuth2ClientCredentialsGrantRequest.class);
		if (endpoint != null
				&& own.stream().noneMatch(ClientCredentialsReactiveOAuth2AuthorizedClientProvider.class::isInstance)) {
			return builder.clientCredentials((client) -> client.accessTokenResponseClient(endpoint)).build();
		}
		return builder.clientCredentials().build();
	}

	private static FailureAnalyzedException missing(String setting, String type) {
		return new FailureAnalyzedException(
				"No token can be fetched as " + setting + " says: there is no bean of type " + type + ".",
				"Set spring.security.oauth2.client.registration.* with"
						+ " org.springframework.boot:spring-boot-starter-security-oauth2-client, or declare the bean.");
	}

	private <T> @Nullable T find(Class<T> type) {
		return this.beans.getBeanProvider(type).getIfUnique();
	}

	/**
	 * Whatever type its definition names: that is all that is known before it is made.
	 */
	private <T, S extends T> @Nullable S find(Class<T> declared, Class<S> type) {
		List<S> found = all(declared).stream().filter(type::isInstance).map(type::cast).toList();
		return (found.size() == 1) ? found.get(0) : null;
	}

	private <T> List<T> all(Class<T> type) {
		return this.beans.getBeanProvider(type).orderedStream().toList();
	}

	/** By generic type. */
	private <T> @Nullable T generic(Class<?> type, Class<?> argument) {
		return this.beans.<T>getBeanProvider(ResolvableType.forClassWithGenerics(type, argument)).getIfUnique();
	}

}
