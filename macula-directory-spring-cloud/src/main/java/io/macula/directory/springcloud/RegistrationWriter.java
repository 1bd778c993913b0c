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

package io.macula.directory.springcloud;

import java.util.Map;

/**
 * Puts metadata into the registration of this application. May block; called by one
 * thread at a time, and by further ones while that hangs.
 */
interface RegistrationWriter {

	/**
	 * Put metadata there, in addition to those of others.
	 * @param metadata text by key
	 * @param registered whether the application is registered already, so that the
	 * registry must be told of the change
	 * @throws RuntimeException if it does not take them
	 */
	void write(Map<String, String> metadata, boolean registered);

}
