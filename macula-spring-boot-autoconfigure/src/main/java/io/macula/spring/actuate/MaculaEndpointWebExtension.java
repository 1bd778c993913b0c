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

package io.macula.spring.actuate;

import io.macula.Instance;
import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} of the {@link MaculaEndpoint}: says
 * in the answer why a request is refused, which the web server leaves out.
 */
@EndpointWebExtension(endpoint = MaculaEndpoint.class)
public final class MaculaEndpointWebExtension {

	private static final int LONGEST_VALUE = 100;

	private final MaculaEndpoint endpoint;

	/**
	 * An extension of the given endpoint.
	 * @param endpoint the endpoint
	 */
	public MaculaEndpointWebExtension(MaculaEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	/**
	 * Change the share that this node has of the calls of weighted strategies.
	 * @param weight the share, from 1 to 10000; a text, so that one that is no number can
	 * be named
	 * @return 204 without a body, or 400 with the reason
	 */
	@WriteOperation(produces = { MaculaEndpoint.V3, MaculaEndpoint.V2, MaculaEndpoint.JSON })
	public WebEndpointResponse<RefusalDescriptor> weight(@Nullable String weight) {
		try {
			this.endpoint.weight(number(weight));
			return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT);
		}
		catch (InvalidEndpointRequestException ex) {
			return new WebEndpointResponse<>(new RefusalDescriptor(String.valueOf(ex.getReason())),
					WebEndpointResponse.STATUS_BAD_REQUEST);
		}
	}

	private static int number(@Nullable String weight) {
		try {
			return Integer.parseInt(String.valueOf(weight).trim());
		}
		catch (NumberFormatException ex) {
			String found = (weight != null) ? "weight '" + Printable.text(weight, LONGEST_VALUE) + "' is not valid"
					: "weight is missing";
			String reason = found + ": expected a whole number from 1 to " + Instance.MAX_WEIGHT
					+ ", such as {\"weight\": 100}";
			throw new InvalidEndpointRequestException(reason, reason, ex);
		}
	}

	/**
	 * Why a request is refused.
	 *
	 * @param reason names the value and what was expected
	 */
	public record RefusalDescriptor(String reason) implements OperationResponseBody {

	}

}
