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

import io.macula.node.RealmNodeBuilder;

/**
 * Changes the node of this application before it is built. Each bean of this type is
 * called once, in the order of the beans, after all that the properties say has been
 * applied.
 */
@FunctionalInterface
public interface RealmNodeCustomizer {

	/**
	 * Customize the node.
	 * @param builder describes the node; the caller builds it
	 */
	void customize(RealmNodeBuilder builder);

}
