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

package io.macula.client;

import java.util.List;

/**
 * How the version of a contract that an instance serves differs from the one that this
 * node calls. Immutable.
 *
 * @param version digest of what the instance serves
 * @param same whether it is the version of this node
 * @param missing names of the methods that the instance has not; one with other
 * parameters, or of another shape, is another method
 */
public record ContractSkew(String version, boolean same, List<String> missing) {

	public ContractSkew {
		missing = List.copyOf(missing);
	}

}
