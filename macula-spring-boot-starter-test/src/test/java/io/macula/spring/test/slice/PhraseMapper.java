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

package io.macula.spring.test.slice;

import io.macula.CallContext;
import io.macula.Code;
import io.macula.RpcException;
import io.macula.server.ExceptionMapper;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Says the same of another exception.
 */
@Component
class PhraseMapper implements ExceptionMapper {

	@Override
	public @Nullable RpcException map(CallContext call, Throwable thrown) {
		return (thrown instanceof IndexOutOfBoundsException) ? RpcException.of(Code.NOT_FOUND, "no such phrase") : null;
	}

}
