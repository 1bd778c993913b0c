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
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.resilience4j.retry.RetryRegistry;
import io.macula.MissingDependencyException;
import io.macula.codec.PayloadCodec;
import io.macula.node.RealmNode;
import io.macula.node.RealmNodeBuilder;
import io.macula.spring.ServiceBean;
import io.macula.spring.error.ExceptionAdvice;
import io.macula.tls.TlsContexts;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.core.SpringProperties;

/**
 * Builds the node: the one place that knows how.
 */
final class NodeFactory {

	private NodeFactory() {
	}

	static RealmNode create(MaculaSettings settings, TlsContexts tls, List<PayloadCodec> codecs,
			ObservationRegistry observations, RetryRegistry retries, @Nullable Executor handlerExecutor,
			boolean listening, Directories directories, Stream<RealmNodeCustomizer> customizers) {
		RealmNodeBuilder builder = RealmNode.builder(settings.node())
			.transport(settings.transport())
			.pool(settings.pool())
			.tls(tls)
			.codecs(codecs)
			.observations(observations)
			.retries(retries)
			.defaults(settings.defaults())
			.handlerExecutor(handlerExecutor)
			.startedBy(startedBy(listening))
			.startedAgainBy("start() of its application context starts it again")
			.warmUp(settings.warmUp());
		if (listening) {
			builder.provider(settings.provider());
		}
		directories.addTo(builder, listening);
		customizers.forEach((customizer) -> customizer.customize(builder));
		RealmNode node = builder.build();
		if (!listening && !endsOnRefresh()) {
			start(node);
		}
		return node;
	}

	/** What a call is told that comes too early. */
	private static String startedBy(boolean listening) {
		return listening ? "its application context starts it in lifecycle phase " + NodeLifecycle.PHASE
				+ ", after all beans are made, because it provides services too; call from an"
				+ " ApplicationRunner, a listener of ApplicationReadyEvent, or a SmartLifecycle with a" + " phase above"
				: "its application context starts it before its first lifecycle bean";
	}

	/**
	 * A training run, or one that a checkpoint is taken of: what is open then, or begun,
	 * is in the way.
	 */
	private static boolean endsOnRefresh() {
		return Stream
			.of(DefaultLifecycleProcessor.EXIT_PROPERTY_NAME, DefaultLifecycleProcessor.CHECKPOINT_PROPERTY_NAME)
			.anyMatch((key) -> DefaultLifecycleProcessor.ON_REFRESH_VALUE
				.equalsIgnoreCase(SpringProperties.getProperty(key)));
	}

	/** A node that only calls starts as a bean, so that all other beans can call. */
	private static void start(RealmNode node) {
		try {
			node.start();
		}
		catch (RuntimeException | Error ex) {
			node.close();
			throw ex;
		}
	}

	/**
	 * Provide the beans, which may have clients of their own and so cannot be made before
	 * the node.
	 * @param services the services
	 * @param node a node that is not started
	 * @param beanFactory has the beans
	 * @param advice says what their callers are told, or {@code null}
	 */
	static void provide(List<ServiceBean> services, RealmNode node, ConfigurableListableBeanFactory beanFactory,
			@Nullable ExceptionAdvice advice) {
		for (ServiceBean service : services) {
			Object bean = beanFactory.getBean(service.beanName());
			if (advice != null) {
				advice.add(service.service(), service.beanName(), bean, beanFactory);
			}
			explained(service, () -> {
				node.service(service.service(), service.contract(), bean);
				return bean;
			});
		}
	}

	/**
	 * Explain why a bean cannot provide its service.
	 * @param <T> what comes of it
	 * @param service the bean
	 * @param provision provides it
	 * @return what came of it
	 */
	static <T> T explained(ServiceBean service, Supplier<T> provision) {
		try {
			return provision.get();
		}
		catch (IllegalArgumentException ex) {
			throw new FailureAnalyzedException(
					"The bean '" + service.beanName() + "' cannot provide the service '" + service.service() + "': "
							+ ex.getMessage(),
					(ex instanceof MissingDependencyException missing) ? add(missing)
							: "Correct the contract " + service.contract().getName() + ", or the bean.",
					ex);
		}
	}

	/** What to do about it. */
	static String add(MissingDependencyException missing) {
		return "Add the dependency " + missing.dependency() + " to the build, without a version.";
	}

}
