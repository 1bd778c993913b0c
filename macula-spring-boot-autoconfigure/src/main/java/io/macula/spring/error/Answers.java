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

import java.util.LinkedHashMap;
import java.util.Map;

import io.macula.CallContext;
import io.macula.Code;
import io.macula.RpcException;
import io.macula.Status;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;
import org.springframework.web.ErrorResponse;

/**
 * What a handler method may answer, as what a caller is told.
 */
final class Answers {

	private static final boolean WEB = ClassUtils.isPresent("org.springframework.web.ErrorResponse",
			Answers.class.getClassLoader());

	static final String POSSIBLE = "RpcException, Status, Code" + (WEB ? ", ErrorResponse or ProblemDetail" : "");

	private Answers() {
	}

	/** Whether a method may return this type. */
	static boolean possible(Class<?> type) {
		return RpcException.class.isAssignableFrom(type) || type == Status.class || type == Code.class
				|| (WEB && Web.possible(type));
	}

	/** What is told, or {@code null} for nothing. */
	static @Nullable RpcException of(CallContext call, @Nullable Object answer) {
		if (answer == null || answer instanceof RpcException) {
			return (RpcException) answer;
		}
		if (answer instanceof Status status) {
			return new RpcException(status);
		}
		if (answer instanceof Code code) {
			return RpcException.of(code, call.service() + "/" + call.method() + " failed");
		}
		if (WEB && Web.possible(answer.getClass())) {
			return Web.of(call, answer);
		}
		throw new IllegalArgumentException("an answer of " + answer.getClass().getName() + " is none of " + POSSIBLE);
	}

	/** Loaded only where its types are there. */
	static final class Web {

		private Web() {
		}

		static boolean possible(Class<?> type) {
			return ErrorResponse.class.isAssignableFrom(type) || ProblemDetail.class.isAssignableFrom(type);
		}

		static RpcException of(CallContext call, Object answer) {
			return (answer instanceof ErrorResponse response) ? of(call, response.getStatusCode(), response.getBody())
					: problem(call, (ProblemDetail) answer);
		}

		private static RpcException problem(CallContext call, ProblemDetail problem) {
			return of(call, HttpStatusCode.valueOf(problem.getStatus()), problem);
		}

		private static RpcException of(CallContext call, HttpStatusCode status, ProblemDetail problem) {
			String said = problem.getDetail();
			String message = StringUtils.hasText(said) ? said
					: call.service() + "/" + call.method() + " failed with " + status(status);
			return RpcException.of(HttpCodes.of(status.value()), message).withDetail(detail(problem));
		}

		private static String status(HttpStatusCode code) {
			HttpStatus known = HttpStatus.resolve(code.value());
			return "HTTP status " + code.value() + ((known != null) ? " " + known.getReasonPhrase() : "");
		}

		private static Map<String, String> detail(ProblemDetail problem) {
			Map<String, String> detail = new LinkedHashMap<>();
			if (problem.getType() != null && !problem.getType().toString().equals("about:blank")) {
				detail.put("type", problem.getType().toString());
			}
			Map<String, Object> properties = problem.getProperties();
			if (properties != null) {
				properties.forEach((key, value) -> detail.put(key, String.valueOf(value)));
			}
			return detail;
		}

	}

}
