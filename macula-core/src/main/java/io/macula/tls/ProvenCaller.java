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

package io.macula.tls;

import org.jspecify.annotations.Nullable;

/**
 * A call whose caller is known by its certificate; each call that a node serves is one.
 * For those who make a {@link io.macula.CallContext} of their own, in tests of handlers.
 */
public interface ProvenCaller {

	/**
	 * Who calls.
	 * @return what the certificate of the calling node proves, or {@code null} if it
	 * showed none
	 */
	@Nullable PeerIdentity provenCaller();

	/**
	 * From where the caller connected.
	 * @return a literal IP address, or {@code null} if it is not known
	 */
	default @Nullable String callerAddress() {
		return null;
	}

}
