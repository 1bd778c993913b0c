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

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import io.macula.selection.SelectionStrategies;
import io.macula.selection.SelectionStrategy;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;

/**
 * Selection strategies by name: the built-in ones, and those of the application by the
 * names of their beans, which also replace built-in ones.
 */
final class Strategies {

	private final Map<String, SelectionStrategy> byName = new TreeMap<>(SelectionStrategies.builtIn());

	Strategies(Map<String, SelectionStrategy> beans) {
		this.byName.putAll(beans);
	}

	/**
	 * Find those of the application. Not all beans of the type at once: Spring leaves out
	 * the ones that are in creation without a word.
	 * @param beanFactory has them, or a parent of it
	 * @return the strategies
	 */
	static Strategies of(ListableBeanFactory beanFactory) {
		Map<String, SelectionStrategy> beans = new TreeMap<>();
		for (String name : BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, SelectionStrategy.class)) {
			beans.put(name, beanFactory.getBean(name, SelectionStrategy.class));
		}
		return new Strategies(beans);
	}

	/**
	 * A strategy and the name it goes by. Immutable.
	 *
	 * @param name its name
	 * @param strategy the strategy
	 */
	record Named(String name, SelectionStrategy strategy) {
	}

	Named find(String key, String name, InvalidSettings invalid) {
		SelectionStrategy exact = this.byName.get(name);
		if (exact != null) {
			return new Named(name, exact);
		}
		String relaxed = name.toLowerCase(Locale.ROOT).replace('-', '_');
		SelectionStrategy builtIn = this.byName.get(relaxed);
		if (builtIn == null) {
			throw invalid.refuseName(key, name, this.byName.keySet(),
					"one of " + String.join(", ", this.byName.keySet()) + ", or the name of a SelectionStrategy bean");
		}
		return new Named(relaxed, builtIn);
	}

}
