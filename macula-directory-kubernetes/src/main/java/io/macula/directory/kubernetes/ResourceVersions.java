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

package io.macula.directory.kubernetes;

import org.jspecify.annotations.Nullable;

/**
 * Which of two versions that one API server has told is the older.
 */
final class ResourceVersions {

	private ResourceVersions() {
	}

	/**
	 * Whether a version is older than another one.
	 * @param one as it was told, or {@code null}
	 * @param other as it was told, or {@code null}
	 * @return false, too, if nobody can say
	 */
	static boolean isOlder(@Nullable String one, @Nullable String other) {
		if (one == null || other == null) {
			return false;
		}
		try {
			return Long.compareUnsigned(Long.parseUnsignedLong(one), Long.parseUnsignedLong(other)) < 0;
		}
		catch (NumberFormatException ex) {
			return false;
		}
	}

}
