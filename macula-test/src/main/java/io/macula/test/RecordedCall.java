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

package io.macula.test;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.macula.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * A call that a {@link FakeProvider} was asked. Safe for all threads; all but the
 * {@link #elements()} is fixed.
 */
public final class RecordedCall {

	private final String method;

	private final List<@Nullable Object> arguments;

	private final Metadata metadata;

	private final String callerNodeId;

	private final List<Object> elements = new CopyOnWriteArrayList<>();

	RecordedCall(String method, List<@Nullable Object> arguments, Metadata metadata, String callerNodeId) {
		this.method = method;
		this.arguments = arguments;
		this.metadata = metadata;
		this.callerNodeId = callerNodeId;
	}

	/**
	 * The called method.
	 * @return its name on the wire
	 */
	public String method() {
		return this.method;
	}

	/**
	 * The arguments as the provider decoded them.
	 * @return in order; a {@code Flux} stands in the place of a stream
	 */
	public List<@Nullable Object> arguments() {
		return this.arguments;
	}

	/**
	 * One argument.
	 * @param <V> its type
	 * @param index position, from 0
	 * @param type its type
	 * @return the argument
	 * @throws IllegalArgumentException if there is no such argument, or it is of another
	 * type
	 */
	public <V> @Nullable V argument(int index, Class<V> type) {
		if (index < 0 || index >= this.arguments.size()) {
			throw new IllegalArgumentException(
					this.method + " has " + this.arguments.size() + " arguments, none at position " + index);
		}
		Object value = this.arguments.get(index);
		if (value != null && !type.isInstance(value)) {
			throw new IllegalArgumentException("argument " + index + " of " + this.method + " is a "
					+ value.getClass().getName() + ", not a " + type.getName());
		}
		return type.cast(value);
	}

	/**
	 * What travelled with the call beside its arguments.
	 * @return the metadata
	 */
	public Metadata metadata() {
		return this.metadata;
	}

	/**
	 * Who called.
	 * @return id of the calling node
	 */
	public String callerNodeId() {
		return this.callerNodeId;
	}

	/**
	 * Elements of the stream that the caller sends, as far as they arrived; those that a
	 * behaviour of the test's own takes from the {@code Flux} do not count.
	 * @return the elements, in order
	 */
	public List<Object> elements() {
		return Collections.unmodifiableList(this.elements);
	}

	void element(Object element) {
		this.elements.add(element);
	}

	@Override
	public String toString() {
		return this.method + this.arguments;
	}

}
