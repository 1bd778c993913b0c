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

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.Executor;

import io.github.resilience4j.retry.RetryRegistry;
import io.macula.codec.PayloadCodec;
import io.macula.realm.RealmNode;
import io.macula.spring.ServiceBean;
import io.macula.transport.TlsContexts;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.util.function.SingletonSupplier;

/**
 * Builds the node: the one place that knows how.
 */
final class NodeFactory {

	private final MaculaSettings settings;

	private final BeanFactory beanFactory;

	NodeFactory(MaculaSettings settings, BeanFactory beanFactory) {
		this.settings = settings;
		this.beanFactory = beanFactory;
	}

	RealmNode create(TlsContexts tls, List<PayloadCodec> codecs, ObservationRegistry observations,
			RetryRegistry retries, @Nullable Executor handlerExecutor, ProvidedServices provided) {
		throw new UnsupportedOperationException("RealmNode.builder");
	}

	/**
	 * The bean, made when it is called first: it may have clients of its own, which need
	 * the node that is being built.
	 */
	private Object handler(ServiceBean service) {
		SingletonSupplier<Object> bean = SingletonSupplier.of(() -> this.beanFactory.getBean(service.beanName()));
		return Proxy.newProxyInstance(service.contract().getClassLoader(), new Class<?>[] { service.contract() },
				(proxy, method, arguments) -> {
					try {
						return method.invoke(bean.obtain(), arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
				});
	}

}
