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

package io.macula.node;

/**
 * Where a {@link RealmNode} is in its life: NEW, then STARTING, STARTED, STOPPING and
 * STOPPED any number of times, then CLOSED for good. Only a node that is STARTED can call
 * and be called.
 */
public enum NodeState {

	/** It was not started yet, or its first start failed. */
	NEW,

	/** A start is under way. */
	STARTING,

	/** It calls, and serves if it is a provider. */
	STARTED,

	/** A stop, or the close, is under way: it drains, then ends what is open. */
	STOPPING,

	/** It can be started again. */
	STOPPED,

	/** Nothing can be called through it any more. */
	CLOSED

}
