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

import io.macula.spring.ServiceBean;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Refuses, once all beans are made, those that turn out to be services which nobody could
 * know of before.
 */
final class UnseenServices implements SmartInitializingSingleton {

	private final ConfigurableListableBeanFactory beanFactory;

	private final ProvidedServices provided;

	UnseenServices(ConfigurableListableBeanFactory beanFactory, ProvidedServices provided) {
		this.beanFactory = beanFactory;
		this.provided = provided;
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (!this.provided.disabled()) {
			ServiceBean.refuseUnseen(this.beanFactory, this.provided.services());
		}
	}

}
