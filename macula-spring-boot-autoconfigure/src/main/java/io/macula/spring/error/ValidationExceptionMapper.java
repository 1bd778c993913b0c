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

package io.macula.spring.error;

import java.util.Set;

import io.macula.CallContext;
import io.macula.RpcException;
import io.macula.server.ExceptionMapper;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import org.jspecify.annotations.Nullable;

/**
 * Understands the violations that a handler, or a {@code @Validated} bean behind it,
 * throws: the caller gave what is not valid. A result that is not valid is the provider's
 * own fault and stays its secret. Immutable.
 */
public final class ValidationExceptionMapper implements ExceptionMapper {

	@Override
	public @Nullable RpcException map(CallContext call, Throwable thrown) {
		if (!(thrown instanceof ConstraintViolationException invalid)) {
			return null;
		}
		Set<ConstraintViolation<?>> violations = invalid.getConstraintViolations();
		if (violations == null || violations.isEmpty()
				|| violations.stream().anyMatch(ValidationExceptionMapper::ofResult)) {
			return null;
		}
		return Violations.of(violations, Path.Node::getName).refusal(call.service() + "/" + call.method());
	}

	private static boolean ofResult(ConstraintViolation<?> violation) {
		for (Path.Node node : violation.getPropertyPath()) {
			if (node.getKind() == ElementKind.RETURN_VALUE) {
				return true;
			}
		}
		return false;
	}

}
