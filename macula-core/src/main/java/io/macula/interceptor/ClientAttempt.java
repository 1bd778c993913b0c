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

package io.macula.interceptor;

import io.macula.Instance;
import io.macula.Metadata;
import io.macula.ServiceName;

/**
 * One attempt of a call that is about to be sent. Valid while
 * {@link ClientInterceptor#attempt} runs, on its thread only.
 */
public interface ClientAttempt {

	/**
	 * The called service.
	 * @return its name
	 */
	ServiceName service();

	/**
	 * The called method.
	 * @return its name on the wire
	 */
	String method();

	/**
	 * Which attempt of its call it is; those that found no connection count.
	 * @return 1 for the first
	 */
	int number();

	/**
	 * Where it goes.
	 * @return the instance
	 */
	Instance instance();

	/**
	 * Whether it starts beside another one that is still open.
	 * @return true for the second attempt of a hedged call
	 */
	boolean hedged();

	/**
	 * What travels with this attempt so far.
	 * @return the entries of the call and those that were added
	 */
	Metadata metadata();

	/**
	 * Send an entry of metadata with this attempt only; an entry of the same key is
	 * replaced.
	 * @param key as {@link Metadata#requireKey} has it
	 * @param value any text
	 * @throws IllegalArgumentException if {@link Metadata#add} refuses it
	 */
	void addMetadata(String key, String value);

}
