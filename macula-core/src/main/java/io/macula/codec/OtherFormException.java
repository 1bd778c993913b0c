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
package io.macula.codec;

/**
 * That a value or payload is not of the form that a {@link DirectValue} knows, and is
 * left to the codec that it speeds up. One for all, without a stack.
 */
final class OtherFormException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	static final OtherFormException INSTANCE = new OtherFormException();

	private OtherFormException() {
		super("of another form", null, false, false);
	}

}
