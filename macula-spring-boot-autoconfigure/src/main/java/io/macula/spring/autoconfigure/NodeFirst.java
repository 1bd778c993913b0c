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

import io.macula.node.RealmNode;
import io.macula.spring.ServiceBean;

import org.springframework.beans.factory.BeanFactoryInitializer;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;

/**
 * Makes the node before all other singletons. Spring destroys in the opposite order, so
 * that every bean can use its clients to its own end, however it came by them.
 */
final class NodeFirst implements BeanFactoryInitializer<ListableBeanFactory> {

	@Override
	public void initialize(ListableBeanFactory beanFactory) {
		if (beanFactory.getBeanNamesForType(RealmNode.class, false, false).length > 0) {
			beanFactory.getBean(RealmNode.class);
			return;
		}
		List<ServiceBean> services = beanFactory.getBean(ProvidedServices.class).services();
		if (!services.isEmpty() && beanFactory.getBeanProvider(ChildServices.class).getIfAvailable() == null) {
			throw new FailureAnalyzedException(
					"The bean '" + services.get(0).beanName() + "' cannot provide the service '"
							+ services.get(0).service()
							+ "': the node belongs to a parent context without MaculaAutoConfiguration, which"
							+ " nothing tells of this context.",
					"Enable MaculaAutoConfiguration in the parent context, or move the @MaculaService beans there.");
		}
	}

}
