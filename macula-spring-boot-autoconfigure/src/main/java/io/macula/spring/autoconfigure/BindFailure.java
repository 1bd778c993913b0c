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

package io.macula.spring.autoconfigure;

import java.net.BindException;
import java.net.UnknownHostException;

import io.macula.RpcException;
import io.macula.server.ProviderSettings;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.NestedExceptionUtils;

/**
 * Explains why a provider cannot listen: what it wanted to bind, which settings say so,
 * and what to do.
 */
final class BindFailure {

	private static final String PORT_KEY = "macula.provider.port";

	private static final String ADDRESS_KEY = "macula.provider.address";

	private final ProviderSettings provider;

	private final InvalidSettings settings;

	BindFailure(ProviderSettings provider, InvalidSettings settings) {
		this.provider = provider;
		this.settings = settings;
	}

	/**
	 * Explain a failed start.
	 * @param failure what the node threw
	 * @return the explanation, or the failure itself if it is another one
	 */
	RuntimeException explain(RpcException failure) {
		String reason = String.valueOf(NestedExceptionUtils.getMostSpecificCause(failure).getMessage());
		if (hasCause(failure, UnknownHostException.class)) {
			return explained("the address cannot be resolved", otherAddress(), failure);
		}
		if (!hasCause(failure, BindException.class) && !reason.contains("Address already in use")) {
			return failure;
		}
		if (reason.contains("in use")) {
			return explained("the port is in use", "Stop what uses UDP port " + this.provider.port() + ", or change "
					+ port() + "; 0 means any free port.", failure);
		}
		if (reason.contains("assign requested address")) {
			return explained("the address is not one of this machine", otherAddress(), failure);
		}
		return explained(reason, "Change " + port() + ", or " + address() + ".", failure);
	}

	private FailureAnalyzedException explained(String reason, String action, Throwable cause) {
		String address = (this.provider.address() != null) ? this.provider.address() : "all addresses";
		return new FailureAnalyzedException("The provider cannot listen at UDP port " + this.provider.port() + " of "
				+ address + ": " + reason + ".", action, cause);
	}

	private String otherAddress() {
		return "Change " + address() + " to an address of this machine, or remove it: all are bound by default.";
	}

	private String port() {
		return this.settings.describe(PORT_KEY, this.provider.port());
	}

	private String address() {
		return this.settings.describe(ADDRESS_KEY, (this.provider.address() != null) ? this.provider.address() : "");
	}

	private static boolean hasCause(Throwable failure, Class<? extends Throwable> type) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (type.isInstance(cause)) {
				return true;
			}
		}
		return false;
	}

}
