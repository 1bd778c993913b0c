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

import io.macula.spring.ServiceBean;

/**
 * What this node provides. Immutable.
 *
 * @param listening whether the node listens at all
 * @param disabled whether that was switched off
 * @param services the services, none where the node does not listen
 */
record ProvidedServices(boolean listening, boolean disabled, List<ServiceBean> services) {

}
