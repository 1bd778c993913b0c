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

import java.security.Principal;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} of the {@link MaculaEndpoint}: takes
 * what operators want, and says in the answer why it is refused, which the web server
 * leaves out.
 */
@EndpointWebExtension(endpoint = MaculaEndpoint.class)
public final class MaculaEndpointWebExtension {

	private final MaculaEndpoint endpoint;

	/**
	 * An extension of the given endpoint.
	 * @param endpoint the endpoint
	 */
	public MaculaEndpointWebExtension(MaculaEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	/**
	 * Change the share that this node has of the calls of weighted strategies; or drain
	 * or resume this node, or eject or restore an instance of all client services; or
	 * change a setting, or reset it.
	 * @param weight the share, from 1 to 10000; a text, so that one that is no number can
	 * be named
	 * @param action {@code drain}, {@code resume}, {@code eject}, {@code restore} or
	 * {@code reset}, instead of a weight
	 * @param instance node id of the instance that is ejected or restored
	 * @param reason why, for people
	 * @param setting key of the setting that is changed or reset
	 * @param value its new value
	 * @param security who wants it
	 * @return 204 without a body, or 400 with the reason
	 */
	@WriteOperation(produces = { MaculaEndpoint.V3, MaculaEndpoint.V2, MaculaEndpoint.JSON })
	public WebEndpointResponse<RefusalDescriptor> change(@Nullable String weight, @Nullable String action,
			@Nullable String instance, @Nullable String reason, @Nullable String setting, @Nullable String value,
			SecurityContext security) {
		return answer(() -> {
			if (setting != null || value != null || NodeOperations.isReset(action)) {
				operations().setting(setting, value, action, weight != null, operator(security));
				return;
			}
			if (action == null && weight == null) {
				throw NodeOperations.refusal("weight or action is missing: expected one of them, such as"
						+ " {\"weight\": 100} or {\"action\": \"drain\"}");
			}
			if (action == null) {
				operations().weight(NodeOperations.number(weight), operator(security));
			}
			else if (weight != null) {
				throw NodeOperations.refusal("weight and action are two requests: send one of them");
			}
			else {
				operations().act(action, null, instance, reason, operator(security));
			}
		});
	}

	/**
	 * One client service.
	 * @param clientService name of the client service
	 * @return its part of the report, or 404 with the reason
	 */
	@ReadOperation
	public WebEndpointResponse<OperationResponseBody> clientService(@Selector String clientService) {
		MaculaEndpoint.ClientServiceDescriptor found = this.endpoint.clientService(clientService);
		return (found != null) ? new WebEndpointResponse<>(found)
				: new WebEndpointResponse<>(new RefusalDescriptor(NodeOperations.unknownClient(clientService)),
						WebEndpointResponse.STATUS_NOT_FOUND);
	}

	/**
	 * Eject or restore an instance of one client service.
	 * @param clientService name of the client service
	 * @param action {@code eject} or {@code restore}
	 * @param instance node id of the instance
	 * @param reason why, for people
	 * @param security who wants it
	 * @return 204 without a body, or 400 with the reason
	 */
	@WriteOperation(produces = { MaculaEndpoint.V3, MaculaEndpoint.V2, MaculaEndpoint.JSON })
	public WebEndpointResponse<RefusalDescriptor> changeInstance(@Selector String clientService,
			@Nullable String action, @Nullable String instance, @Nullable String reason, SecurityContext security) {
		return answer(() -> operations().act(action, clientService, instance, reason, operator(security)));
	}

	private NodeOperations operations() {
		return this.endpoint.operations();
	}

	private static @Nullable String operator(SecurityContext security) {
		Principal principal = security.getPrincipal();
		return (principal != null) ? principal.getName() : null;
	}

	private static WebEndpointResponse<RefusalDescriptor> answer(Runnable act) {
		try {
			act.run();
			return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT);
		}
		catch (InvalidEndpointRequestException ex) {
			return new WebEndpointResponse<>(new RefusalDescriptor(String.valueOf(ex.getReason())),
					WebEndpointResponse.STATUS_BAD_REQUEST);
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
