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

package io.macula.spring.autoconfigure;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

import io.github.resilience4j.retry.RetryRegistry;
import io.macula.client.RealmClient;
import io.macula.codec.PayloadCodec;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.interceptor.ClientInterceptor;
import io.macula.interceptor.ServerInterceptor;
import io.macula.node.RealmNode;
import io.macula.spring.ClientBeanPostProcessor;
import io.macula.spring.ClientProxies;
import io.macula.spring.DeclaredClients;
import io.macula.spring.ServiceBean;
import io.macula.spring.error.ExceptionAdvice;
import io.macula.tls.PeerAuthorizer;
import io.macula.tls.TlsContexts;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.thread.Threading;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;

/**
 * Auto-configuration of the node that this application is in its realm: it provides the
 * beans annotated with {@link io.macula.spring.MaculaService} and makes the proxies for
 * {@link io.macula.spring.MaculaClient}.
 */
@AutoConfiguration(afterName = { "org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration",
		"org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
		"org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration" })
@EnableConfigurationProperties(MaculaProperties.class)
public final class MaculaAutoConfiguration {

	/** Name of the bean that runs handlers instead of the node's own threads. */
	static final String HANDLER_EXECUTOR = "maculaHandlerExecutor";

	@Bean
	static ClientBeanPostProcessor maculaClientBeanPostProcessor() {
		return new ClientBeanPostProcessor();
	}

	@Bean
	static NodeFirst maculaNodeFirst() {
		return new NodeFirst();
	}

	@Bean
	SettingsReader maculaSettingsReader(ConfigurableListableBeanFactory beanFactory, PayloadCodecs codecs,
			Environment environment) {
		return new SettingsReader(beanFactory, codecs, environment);
	}

	@Bean
	RuntimeSettings maculaRuntimeSettings(SettingsReader reader, MaculaProperties properties,
			ConfigurableEnvironment environment, ConfigurableListableBeanFactory beanFactory) {
		return new RuntimeSettings(reader, properties, environment, beanFactory);
	}

	@Bean
	MaculaSettings maculaSettings(RuntimeSettings settings) {
		return settings.atStart();
	}

	@Bean
	PayloadCodecs maculaPayloadCodecs(ObjectProvider<MaculaCodecCustomizer> customizers,
			ObjectProvider<PayloadCodec> codecs) {
		return PayloadCodecs.of(customizers.orderedStream().toList(), codecs.orderedStream().toList());
	}

	@Bean
	SecretWatch maculaSecretWatch() {
		return new SecretWatch();
	}

	@Bean
	@ConditionalOnMissingBean(TlsContexts.class)
	TlsContexts maculaTlsContexts(MaculaProperties properties, MaculaSettings settings, ProvidedServices provided,
			ObjectProvider<SslBundles> bundles, SecretWatch watch, ListableBeanFactory beanFactory,
			Environment environment) {
		List<String> authorizers = List
			.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, PeerAuthorizer.class));
		return new TlsFactory(properties, bundles.getIfAvailable(), watch, new InvalidSettings(environment))
			.create(settings.node().realm(), settings.node().nodeId(), provided.listening(), authorizers);
	}

	@Bean
	Authorization maculaAuthorization(MaculaProperties properties, ObjectProvider<PeerAuthorizer> authorizers,
			Environment environment) {
		return new Authorization(properties.security(), authorizers.orderedStream().toList(),
				new InvalidSettings(environment));
	}

	@Bean
	OperationsCustomizer maculaOperationsCustomizer(MaculaProperties properties, Environment environment) {
		return new OperationsCustomizer(properties.operations(), environment);
	}

	@Bean
	@ConditionalOnMissingBean
	RetryRegistry maculaRetryRegistry() {
		return RetryRegistry.ofDefaults();
	}

	@Bean
	ProvidedServices maculaProvidedServices(MaculaProperties properties, ConfigurableListableBeanFactory beanFactory) {
		boolean ownNode = beanFactory.getBeanNamesForType(RealmNode.class, false, false).length > 0;
		List<ServiceBean> services = ownNode ? ServiceBean.findBelow(RealmNode.class, beanFactory)
				: ServiceBean.find(beanFactory);
		Boolean enabled = properties.provider().enabled();
		boolean listening = (enabled != null) ? enabled : !services.isEmpty();
		return new ProvidedServices(listening, Boolean.FALSE.equals(enabled), listening ? services : List.of());
	}

	@Bean
	UnseenServices maculaUnseenServices(ProvidedServices provided, ConfigurableListableBeanFactory beanFactory) {
		return new UnseenServices(beanFactory, provided);
	}

	@Bean
	DirectoryEngineFactory maculaEmbeddedDirectory() {
		return DirectoryEngineFactory.embedded();
	}

	@Bean
	DirectoryEngineFactory maculaStaticDirectory(MaculaProperties properties, Environment environment) {
		return DirectoryEngineFactory
			.fixed(FixedDirectory.of(properties.directory().fixed(), new InvalidSettings(environment)));
	}

	@Bean
	Directories maculaDirectories(MaculaProperties properties, ListableBeanFactory beanFactory,
			ObjectProvider<DirectoryEngineFactory> factories, Environment environment) {
		return new Directories(properties, beanFactory, factories.orderedStream().toList(),
				new InvalidSettings(environment));
	}

	@Bean
	@ConditionalOnMissingBean
	RealmNode maculaNode(MaculaSettings settings, TlsContexts tls, PayloadCodecs codecs,
			ObjectProvider<ObservationRegistry> observations, RetryRegistry retries, ProvidedServices provided,
			Directories directories, ObjectProvider<ClientInterceptor> clientInterceptors,
			ObjectProvider<ServerInterceptor> serverInterceptors, ObjectProvider<RealmNodeCustomizer> customizers,
			ConfigurableListableBeanFactory beanFactory, Environment environment, CloseLimit closeLimit,
			NodeEventPublisher events) {
		RealmNodeCustomizer intercepted = (builder) -> builder
			.clientInterceptors(clientInterceptors.orderedStream().toList())
			.serverInterceptors(serverInterceptors.orderedStream().toList());
		RealmNode node = NodeFactory.create(settings, tls, codecs.all(),
				observations.getIfAvailable(() -> ObservationRegistry.NOOP), retries,
				handlerExecutor(beanFactory, environment), provided.listening(), directories,
				Stream.concat(Stream.of(intercepted), customizers.orderedStream()));
		closeLimit.watch(node);
		node.listen(events);
		return node;
	}

	@Bean
	NodeEventPublisher maculaNodeEventPublisher(ApplicationContext context) {
		return new NodeEventPublisher(context);
	}

	/**
	 * Not a bean of its own: an {@code Executor} bean makes Boot's task executor back
	 * off.
	 */
	private static @Nullable Executor handlerExecutor(ConfigurableListableBeanFactory beanFactory,
			Environment environment) {
		if (beanFactory.containsBean(HANDLER_EXECUTOR)) {
			return beanFactory.getBean(HANDLER_EXECUTOR, Executor.class);
		}
		return Threading.VIRTUAL.isActive(environment) ? new VirtualThreadTaskExecutor("macula-handler-") : null;
	}

	/** Closed with the node, and not before: beans may call until then. */
	@Bean(destroyMethod = "")
	@ConditionalOnMissingBean
	RealmClient maculaRealmClient(RealmNode node) {
		return node.client();
	}

	/** In each context, so that its own settings hold; the node may be a parent's. */
	@Bean
	@ConditionalOnMissingBean(value = ClientProxies.class, ignored = NodeClientProxies.class)
	NodeClientProxies maculaClientProxies(ObjectProvider<RealmClient> client, RuntimeSettings settings,
			PayloadCodecs codecs, ClientRegistrationIds registrations) {
		return new NodeClientProxies(client, settings, codecs, registrations);
	}

	/** One for all contexts that share a node: its own context reads them. */
	@Bean
	@ConditionalOnMissingBean
	ClientRegistrationIds maculaClientRegistrationIds(MaculaSettings settings) {
		return settings.registrations();
	}

	@Bean
	ClientStartup maculaClientStartup(DeclaredClients clients, MaculaSettings settings, MaculaProperties properties,
			Directories directories, ConfigurableListableBeanFactory beanFactory) {
		return new ClientStartup(clients, settings, properties.client().allowUnusedSettings(), directories,
				beanFactory);
	}

	@Bean
	@ConditionalOnBean(value = RealmNode.class, search = SearchStrategy.CURRENT)
	StartupChecks maculaStartupChecks(RealmNode node, MaculaSettings settings) {
		return new StartupChecks(node, settings);
	}

	@Bean
	ShutdownTimes maculaShutdownTimes(MaculaSettings settings, MaculaProperties properties,
			ObjectProvider<LifecycleProperties> lifecycle) {
		return ShutdownTimes.of(settings.provider().grace(), lifecycle.getIfAvailable(),
				properties.provider().terminationGracePeriod());
	}

	@Bean
	CloseLimit maculaCloseLimit(ApplicationContext context, ShutdownTimes times, RuntimeSettings settings) {
		return new CloseLimit(context, () -> times.withGrace(settings.grace()).limit());
	}

	@Bean
	@ConditionalOnBean(value = RealmNode.class, search = SearchStrategy.CURRENT)
	ClientLifecycle maculaClientLifecycle(RealmNode node, ProvidedServices provided,
			ConfigurableApplicationContext context) {
		return new ClientLifecycle(node, provided.listening(), context);
	}

	@Bean
	@ConditionalOnBean(value = RealmNode.class, search = SearchStrategy.CURRENT)
	NodeLifecycle maculaNodeLifecycle(RealmNode node, RuntimeSettings settings, ShutdownTimes times,
			ProvidedServices provided, ConfigurableApplicationContext context, ObjectProvider<ExceptionAdvice> advice) {
		return new NodeLifecycle(node, settings.atStart().provider(), () -> times.withGrace(settings.grace()), provided,
				context, advice.getIfAvailable());
	}

	@Bean
	@ConditionalOnBean(value = RealmNode.class, search = SearchStrategy.CURRENT)
	DrainLifecycle maculaDrainLifecycle(RealmNode node, RuntimeSettings settings) {
		return new DrainLifecycle(node, settings::grace);
	}

	@Bean
	@ConditionalOnBean(value = RealmNode.class, search = SearchStrategy.CURRENT)
	AdvertisingLifecycle maculaAdvertisingLifecycle(RealmNode node, ProvidedServices provided,
			ApplicationContext context) {
		return new AdvertisingLifecycle(node, provided.listening(), context);
	}

	@Bean
	@ConditionalOnBean(value = RealmNode.class, search = SearchStrategy.CURRENT)
	ChildServices maculaChildServices(RealmNode node, ProvidedServices provided, RuntimeSettings settings,
			ApplicationContext context, ObjectProvider<ExceptionAdvice> advice) {
		return new ChildServices(node, provided, settings::grace, context, advice.getIfAvailable());
	}

}
