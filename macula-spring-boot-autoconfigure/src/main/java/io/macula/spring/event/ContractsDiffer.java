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

package io.macula.spring.event;

import java.util.List;
import java.util.Map;

/**
 * Live instances of a service that this application calls serve different versions of its
 * contract, as during a rollout; told again when these are others. Immutable.
 *
 * @param client name of the client service
 * @param service name of the service
 * @param versions node ids of the instances, by digest of the version of the contract
 */
public record ContractsDiffer(String client, String service, Map<String, List<String>> versions) {

}
