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

package io.macula.spring;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Makes proxies that answer with their own description, and records them. */
public final class RecordingProxies implements ClientProxies {

	public final List<String> made = new CopyOnWriteArrayList<>();

	@Override
	public Object proxy(Class<?> contract, String service, String name) {
		String description = contract.getSimpleName() + " of " + service + " as " + name;
		this.made.add(description);
		return Proxy.newProxyInstance(contract.getClassLoader(), new Class<?>[] { contract },
				(proxy, method, arguments) -> switch (method.getName()) {
					case "toString" -> description;
					case "hashCode" -> System.identityHashCode(proxy);
					case "equals" -> proxy == arguments[0];
					default -> throw new UnsupportedOperationException(method.getName());
				});
	}

}
