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

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.macula.Fingerprint;
import io.macula.codec.PayloadCodec;
import io.macula.contract.Hedge;
import io.macula.contract.MethodContract;
import io.macula.contract.ReturnShape;
import io.macula.server.ServiceDefinition;
import org.jspecify.annotations.Nullable;

/**
 * Describes contracts to those who have not got them.
 */
public final class ContractText {

	private ContractText() {
	}

	/**
	 * What a node tells of a service that it serves.
	 * @param service the service
	 * @param fingerprint version of its contract
	 * @param codec describes types; the one that describes them to other nodes
	 * @return the description
	 */
	public static ServiceDescriptions.ServiceDescription describe(ServiceDefinition service, Fingerprint fingerprint,
			PayloadCodec codec) {
		JsonSchemas schemas = new JsonSchemas(codec);
		return new ServiceDescriptions.ServiceDescription(service.name().value(), service.contract().type().getName(),
				fingerprint.text(),
				service.contract().methods().stream().map((method) -> describe(method, schemas)).toList());
	}

	private static ServiceDescriptions.MethodDescription describe(MethodContract method, JsonSchemas schemas) {
		List<ServiceDescriptions.Parameter> parameters = new ArrayList<>();
		for (int i = 0; i < method.parameterTypes().size(); i++) {
			parameters.add(new ServiceDescriptions.Parameter(method.parameterNames().get(i),
					method.parameterTypes().get(i).getTypeName(), schemas.of(method.parameterTypes().get(i))));
		}
		boolean nothing = method.resultType() == void.class || method.resultType() == Void.class;
		return new ServiceDescriptions.MethodDescription(method.wireName(), method.signature(), shape(method),
				method.idempotent(), method.nonBlocking(), method.deadline(), hedge(method.hedge()), parameters,
				(method.streamType() != null) ? schemas.of(method.streamType()) : null,
				nothing ? null : schemas.of(method.resultType()),
				method.exceptions().stream().map(Class::getName).toList());
	}

	private static String shape(MethodContract method) {
		boolean out = method.streamIndex() >= 0;
		boolean in = method.shape() == ReturnShape.FLUX;
		return (out && in) ? "stream-both" : out ? "stream-out" : in ? "stream-in" : "unary";
	}

	private static @Nullable String hedge(Hedge hedge) {
		Duration delay = hedge.delay();
		return !hedge.enabled() ? null : (delay != null) ? delay.toString()
				: "p" + BigDecimal.valueOf(hedge.percentile()).stripTrailingZeros().toPlainString();
	}

}
