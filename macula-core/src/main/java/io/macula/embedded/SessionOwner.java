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
 * What becomes of the sessions of one kind that other nodes open. Called in the loop.
 *
 * @param <S> the session
 * @param <T> what the other node tells over it
 */
interface SessionOwner<S extends DirectorySession, T> {

	/**
	 * A session was accepted.
	 */
	void opened(S session);

	/**
	 * Something came that the other node told.
	 * @param heard calls {@link #heard}; at once, or later in the loop
	 */
	default void admit(S session, T told, Runnable heard) {
		heard.run();
	}

	/**
	 * The other node told something.
	 */
	void heard(S session, T told);

	/**
	 * The other node broke off, or told what cannot be read: end the session with that.
	 */
	default void failed(S session, Throwable error) {
		session.fail(error);
		close(session);
	}

	/**
	 * End a session, or clear up after one that has ended; any number of times.
	 */
	void close(S session);

}
