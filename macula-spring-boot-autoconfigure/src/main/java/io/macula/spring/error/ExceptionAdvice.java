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

package io.macula.spring.error;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.macula.CallContext;
import io.macula.RpcException;
import io.macula.server.ExceptionMapper;
import io.macula.spring.MaculaExceptionHandler;
import io.macula.spring.MaculaService;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.annotation.OrderUtils;
import org.springframework.util.ClassUtils;

/**
 * Asks the {@link MaculaExceptionHandler} methods of the application: those of the bean
 * that provides the service, then those of other beans of its context, then those of
 * parent contexts. Safe for all threads.
 */
public final class ExceptionAdvice implements ExceptionMapper {

	private final Map<String, Served> services = new ConcurrentHashMap<>();

	/**
	 * Take up a service; every mistake in a method is found here.
	 * @param service name of the service
	 * @param beanName name of the bean that provides it
	 * @param bean the bean
	 * @param beans has the bean, and others with methods for it
	 */
	public void add(String service, String beanName, Object bean, ConfigurableListableBeanFactory beans) {
		List<Advice> advices = new ArrayList<>();
		HandlerMethods own = HandlerMethods.of(beanName, AopProxyUtils.ultimateTargetClass(bean));
		if (!own.isEmpty()) {
			own.requireReachable(beanName, bean);
			advices.add(new Advice(beanName, beans, 0, own));
		}
		BeanFactory present = beans;
		while (present instanceof ConfigurableListableBeanFactory each) {
			advices.addAll(advicesOf(each));
			present = each.getParentBeanFactory();
		}
		this.services.put(service, new Served(beans, List.copyOf(advices)));
	}

	/**
	 * Forget a service, whose context is at its end.
	 * @param service name of the service
	 * @param beans that it was taken up with; another context may provide it by now
	 */
	public void remove(String service, BeanFactory beans) {
		this.services.computeIfPresent(service, (name, served) -> (served.beans() == beans) ? null : served);
	}

	private static List<Advice> advicesOf(ConfigurableListableBeanFactory beans) {
		List<Advice> advices = new ArrayList<>();
		for (String name : beans.getBeanNamesForType(Object.class, true, false)) {
			Class<?> type = ScopedProxyUtils.isScopedTarget(name) ? null : type(name, beans);
			if (type != null && !type.getName().startsWith("org.springframework.")
					&& beans.findAnnotationOnBean(name, MaculaService.class, false) == null) {
				HandlerMethods methods = HandlerMethods.of(name, type);
				if (!methods.isEmpty()) {
					Object bean = beans.getBean(name);
					methods.requireReachable(name, bean);
					advices.add(new Advice(name, beans, order(name, type, bean, beans), methods));
				}
			}
		}
		advices.sort(Comparator.comparingInt(Advice::order));
		return advices;
	}

	/** The class behind proxies. */
	private static @Nullable Class<?> type(String name, ConfigurableListableBeanFactory beans) {
		String scoped = ScopedProxyUtils.getTargetBeanName(name);
		String target = beans.containsBeanDefinition(scoped) ? scoped : name;
		Class<?> type = AutoProxyUtils.determineTargetClass(beans, target);
		type = (type != null) ? type : beans.getType(target, false);
		return (type != null) ? ClassUtils.getUserClass(type) : null;
	}

	private static int order(String name, Class<?> type, Object bean, ConfigurableListableBeanFactory beans) {
		if (bean instanceof Ordered ordered) {
			return ordered.getOrder();
		}
		Order order = beans.findAnnotationOnBean(name, Order.class, false);
		return (order != null) ? order.value() : OrderUtils.getOrder(type, Ordered.LOWEST_PRECEDENCE);
	}

	@Override
	public @Nullable RpcException map(CallContext call, Throwable thrown) {
		Served served = this.services.get(call.service().value());
		if (served == null) {
			return null;
		}
		for (Advice advice : served.advices()) {
			RpcException told = advice.map(call, thrown);
			if (told != null) {
				return told;
			}
		}
		return null;
	}

	/**
	 * A service.
	 *
	 * @param beans has its bean
	 * @param advices in the order in which they are asked
	 */
	private record Served(BeanFactory beans, List<Advice> advices) {

	}

	/**
	 * A bean with methods.
	 *
	 * @param name name of the bean
	 * @param beans has it
	 * @param order lower ones are asked first
	 * @param methods its methods
	 */
	private record Advice(String name, BeanFactory beans, int order, HandlerMethods methods) {

		@Nullable RpcException map(CallContext call, Throwable thrown) {
			HandlerMethods.Match match = this.methods.match(thrown);
			if (match == null) {
				return null;
			}
			try {
				return Answers.of(call, match.method().invoke(this.beans.getBean(this.name), call, match.thrown()));
			}
			catch (Throwable ex) {
				throw new IllegalStateException("the @MaculaExceptionHandler method " + match.method().text()
						+ " of the bean '" + this.name + "' failed", ex);
			}
		}

	}

}
