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

package io.macula.operations;

import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.macula.ServiceName;
import io.macula.tls.AllowLists;
import io.macula.tls.PeerIdentity;
import org.jspecify.annotations.Nullable;

/**
 * Who of the realm may look at a node, and who may steer it. Immutable.
 */
public final class OperationsAccess {

	/** Setting of the level. */
	static final String ACCESS = "macula.operations.access";

	private static final ServiceName SERVICE = new ServiceName(NodeOperations.SERVICE);

	private final Level level;

	/** {@code null} for everybody. */
	private final @Nullable AllowLists readers;

	private final @Nullable AllowLists writers;

	private OperationsAccess(Level level, @Nullable AllowLists readers, @Nullable AllowLists writers) {
		this.level = level;
		this.readers = readers;
		this.writers = writers;
	}

	/**
	 * What everybody in the realm may do.
	 * @param level the most that anybody may
	 * @return the access
	 */
	public static OperationsAccess of(Level level) {
		return of(level, List.of(), List.of());
	}

	/**
	 * What some may do.
	 * @param level the most that anybody may
	 * @param allowRead who may look, by names in certificates as {@link AllowLists} has
	 * them; empty for everybody in the realm
	 * @param allowWrite who may also steer; empty for everybody who may look
	 * @return the access
	 * @throws IllegalArgumentException if an entry is not valid; the message names it
	 */
	public static OperationsAccess of(Level level, List<String> allowRead, List<String> allowWrite) {
		return new OperationsAccess(level, list(allowRead), list(allowWrite));
	}

	private static @Nullable AllowLists list(List<String> entries) {
		return entries.isEmpty() ? null : new AllowLists(Map.of(NodeOperations.SERVICE, entries), Map.of());
	}

	/**
	 * The most that anybody may do.
	 * @return the level
	 */
	public Level level() {
		return this.level;
	}

	/**
	 * Whether identities count, which somebody has to verify.
	 * @return true if there is a list
	 */
	public boolean byIdentity() {
		return this.readers != null || this.writers != null;
	}

	/**
	 * Why a peer may not.
	 * @param needed what it wants: to read or to write
	 * @param peer who it proved to be, or {@code null}
	 * @return {@code null} if it may, or the reason with the setting
	 */
	@Nullable String refusal(Level needed, @Nullable PeerIdentity peer) {
		if (this.level == Level.NONE) {
			return "it tells nothing of itself and cannot be steered, since its " + ACCESS + " is 'none'";
		}
		if (needed.compareTo(this.level) > 0) {
			return "it can be looked at, but not steered, since its " + ACCESS + " is '" + this.level
					+ "'; expected 'write'";
		}
		if (!lets(this.readers, peer)) {
			return "its macula.operations.allow-read does not name this caller";
		}
		return (needed == Level.WRITE && !lets(this.writers, peer))
				? "its macula.operations.allow-write does not name this caller" : null;
	}

	private static boolean lets(@Nullable AllowLists list, @Nullable PeerIdentity peer) {
		return list == null || (peer != null && list.mayCall(peer, SERVICE));
	}

	/** How much others may do. */
	public enum Level {

		/** Nothing. */
		NONE,
		/** Look: report, watch, describe. */
		READ,
		/** Look and steer: drain, resume, eject, restore, weight. */
		WRITE;

		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

}
