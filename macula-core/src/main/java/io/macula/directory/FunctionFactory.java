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
package io.macula.directory;

import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A factory of engines that is a function. Immutable.
 *
 * @param type what the setting says
 * @param function makes an engine
 */
record FunctionFactory(String type,
		Function<Context, ? extends DirectoryEngine> function) implements DirectoryEngineFactory {

	private static final Pattern TYPE = Pattern.compile("[a-z0-9-]+");

	FunctionFactory {
		if (!TYPE.matcher(type).matches()) {
			throw new IllegalArgumentException("type '" + type
					+ "' of a directory engine is not valid: expected lower-case letters, digits and dashes");
		}
	}

	@Override
	public DirectoryEngine create(Context context) {
		return this.function.apply(context);
	}

	@Override
	public String toString() {
		return this.type;
	}

}
