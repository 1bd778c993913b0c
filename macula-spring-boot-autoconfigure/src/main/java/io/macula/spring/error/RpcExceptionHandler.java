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

import java.lang.reflect.UndeclaredThrowableException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

import io.macula.RpcException;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;

/**
 * Answers HTTP requests that failed since a call of theirs did, with a problem detail
 * that has a status and nothing of the failure, for its message was made for other
 * services. Stands behind all advice of the application. Safe for all threads.
 */
@ControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
public final class RpcExceptionHandler {

	private final FaultLog log = new FaultLog(PrintableLogger.of(RpcExceptionHandler.class));

	@ExceptionHandler(RpcException.class)
	ResponseEntity<ProblemDetail> answer(RpcException failure, Exception thrown) throws Exception {
		if (thrown != failure && !wrapper(thrown)) {
			// The application says by an exception of its own what it means.
			throw thrown;
		}
		HttpStatusCode status = HttpStatusCode.valueOf(HttpCodes.of(failure.status()));
		if (status.is5xxServerError()) {
			String call = (failure.service() != null) ? " of " + failure.service() + "/" + failure.method() : "";
			this.log.warn("A request is answered with " + status.value() + ", since a call" + call + " failed", thrown);
		}
		return ResponseEntity.of(ProblemDetail.forStatus(status)).build();
	}

	private static boolean wrapper(Exception thrown) {
		return thrown instanceof CompletionException || thrown instanceof ExecutionException
				|| thrown instanceof UndeclaredThrowableException;
	}

}
