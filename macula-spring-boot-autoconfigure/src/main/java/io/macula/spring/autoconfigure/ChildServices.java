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

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.macula.CallContext;
import io.macula.node.ProvidedService;
import io.macula.node.RealmNode;
import io.macula.spring.ServiceBean;
import io.macula.spring.error.ExceptionAdvice;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ApplicationContextEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.ContextStartedEvent;
import org.springframework.context.event.ContextStoppedEvent;
import org.springframework.core.Ordered;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Provides the services of child contexts, however those were made, by the node of this
 * context: from the end of their refresh until they close, or stop, which waits for calls
 * in flight. A child with a node of its own is left alone. Safe for all threads.
 */
final class ChildServices implements ApplicationListener<ApplicationContextEvent>, Ordered {

	private final RealmNode node;

	private final ProvidedServices own;

	private final Supplier<Duration> grace;

	private final ApplicationContext context;

	private final @Nullable ExceptionAdvice advice;

	/** Guarded by this. */
	private final Map<ApplicationContext, List<ProvidedService>> provided = new HashMap<>();

	ChildServices(RealmNode node, ProvidedServices own, Supplier<Duration> grace, ApplicationContext context,
			@Nullable ExceptionAdvice advice) {
		this.node = node;
		this.own = own;
		this.grace = grace;
		this.context = context;
		this.advice = advice;
	}

	/** Last: a refresh that another listener makes fail is not told of its end. */
	@Override
	public int getOrder() {
		return LOWEST_PRECEDENCE;
	}

	@Override
	public void onApplicationEvent(ApplicationContextEvent event) {
		ApplicationContext child = event.getApplicationContext();
		if (child == this.context || !(child instanceof ConfigurableApplicationContext configurable)) {
			return;
		}
		if (event instanceof ContextRefreshedEvent || event instanceof ContextStartedEvent) {
			if (isNodeOf(child)) {
				provide(child, configurable.getBeanFactory());
			}
		}
		else if (event instanceof ContextClosedEvent || event instanceof ContextStoppedEvent) {
			withdraw(remove(child), configurable.getBeanFactory());
		}
	}

	/** The nearest node is that of a context. */
	private boolean isNodeOf(ApplicationContext child) {
		ApplicationContext nearest = child;
		while (nearest != null && nearest != this.context) {
			if (nearest.getBeanNamesForType(RealmNode.class, false, false).length > 0) {
				return false;
			}
			nearest = nearest.getParent();
		}
		return nearest != null;
	}

	private void provide(ApplicationContext child, ConfigurableListableBeanFactory beanFactory) {
		List<ServiceBean> services = services(beanFactory);
		if (services.isEmpty() || isProvided(child)) {
			return;
		}
		if (!this.own.listening()) {
			throw new FailureAnalyzedException(
					"The bean '" + services.get(0).beanName() + "' cannot provide the service '"
							+ services.get(0).service() + "': the node belongs to its parent context, which does not"
							+ " listen, since it provides nothing itself.",
					"Set macula.provider.enabled=true in the parent context, or move the @MaculaService beans there, or"
							+ " keep the node out of it: exclude MaculaAutoConfiguration there.");
		}
		List<ProvidedService> added = new ArrayList<>();
		try {
			for (ServiceBean service : services) {
				Object bean = child.getBean(service.beanName());
				if (this.advice != null) {
					this.advice.add(service.service(), service.beanName(), bean, beanFactory);
				}
				added.add(NodeFactory.explained(service,
						() -> this.node.provide(service.service(), service.contract(), bean)));
			}
		}
		catch (RuntimeException | Error ex) {
			withdraw(added, beanFactory);
			throw ex;
		}
		synchronized (this) {
			this.provided.put(child, added);
		}
	}

	/** As the child's own settings say, where it has any. */
	private List<ServiceBean> services(ConfigurableListableBeanFactory beanFactory) {
		if (beanFactory.getBeanNamesForType(ProvidedServices.class, true, false).length > 0) {
			return beanFactory.getBean(ProvidedServices.class).services();
		}
		if (this.own.disabled()) {
			return List.of();
		}
		List<ServiceBean> services = ServiceBean.find(beanFactory);
		ServiceBean.refuseUnseen(beanFactory, services);
		return services;
	}

	private synchronized boolean isProvided(ApplicationContext child) {
		return this.provided.containsKey(child);
	}

	private synchronized @Nullable List<ProvidedService> remove(ApplicationContext child) {
		return this.provided.remove(child);
	}

	/** A handler is a call in flight itself. */
	private void withdraw(@Nullable List<ProvidedService> services, BeanFactory beans) {
		if (services == null || services.isEmpty()) {
			return;
		}
		Duration present = this.grace.get();
		Mono<Void> withdrawn = Mono.when(services.stream().map((service) -> service.withdraw(present)).toList())
			.onErrorComplete()
			.doFinally((signal) -> forget(services, beans));
		if (Schedulers.isInNonBlockingThread() || CallContext.current() != null) {
			withdrawn.subscribe();
		}
		else {
			withdrawn.block();
		}
	}

	private void forget(List<ProvidedService> services, BeanFactory beans) {
		ExceptionAdvice present = this.advice;
		if (present != null) {
			services.forEach((service) -> present.remove(service.name(), beans));
		}
	}

}
