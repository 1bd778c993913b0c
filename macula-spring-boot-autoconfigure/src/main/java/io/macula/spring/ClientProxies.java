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

/**
 * Makes the proxies behind {@link MaculaClient}. A bean of this type replaces the one
 * that calls the realm, for example in a test.
 */
@FunctionalInterface
public interface ClientProxies {

	/**
	 * Make a proxy; needs no live provider.
	 * @param contract the interface to implement
	 * @param service name of the service
	 * @param name name of the client service
	 * @return an instance of the contract
	 */
	Object proxy(Class<?> contract, String service, String name);

}
