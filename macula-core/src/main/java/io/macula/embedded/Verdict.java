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

package io.macula.embedded;

/**
 * What a table made of something that a peer told of a node.
 */
enum Verdict {

	/** The content changed. */
	CHANGED,
	/** The lease was renewed. */
	RENEWED,
	/** Nothing that was not known. */
	KNOWN,
	/** This table knows better: the sender should be told. */
	STALE,
	/** The record itself is needed. */
	WANTED,
	/** Its lease is over already. */
	TOO_OLD,
	/** There is no room for a further node. */
	FULL,
	/** Its owner has as many nodes as one identity may have. */
	CROWDED,
	/** The id belongs to another identity: whether that one lives is to be found out. */
	CLAIMED,
	/** It is this node's own id, which has been accepted: no other identity gets it. */
	TAKEN,
	/** It does not come from the owner of the record. */
	UNPROVEN

}
