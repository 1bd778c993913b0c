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

package io.macula.selection;

import org.jspecify.annotations.Nullable;

/**
 * That instances of the caller's zone come first.
 *
 * @param own the caller's zone
 * @param weighing whether the strategy follows the weights, so that they tell what a zone
 * can carry; else each instance counts the same
 * @param probing whether the strategy itself chooses what to probe
 */
record Zoning(String own, boolean weighing, boolean probing) {

	/** What an instance can carry. */
	long strength(InstanceTracker tracker) {
		return this.weighing ? tracker.instance().weight() : 1;
	}

	boolean isOwn(@Nullable String zone) {
		return this.own.equals(zone);
	}

}
