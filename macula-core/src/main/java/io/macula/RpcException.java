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

package io.macula;

import java.util.Objects;

import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;

/**
 * The one exception of a failed call; its {@link #status()} tells code, message and
 * whether the provider processed the call; its own message is that of the status with
 * escapes for what is not printable. Exceptions that the contract declares are thrown as
 * themselves instead.
 */
public class RpcException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final Status status;

	private final @Nullable String remoteType;

	/**
	 * An exception of a status.
	 * @param status the status
	 */
	public RpcException(Status status) {
		this(status, null, null);
	}

	/**
	 * An exception of a status with its cause.
	 * @param status the status
	 * @param cause the cause, or {@code null}
	 */
	public RpcException(Status status, @Nullable Throwable cause) {
		this(status, null, cause);
	}

	/**
	 * An exception of a status that stands for an exception of the handler.
	 * @param status the status
	 * @param remoteType class name of the handler's exception, or {@code null}
	 * @param cause the cause, or {@code null}
	 */
	public RpcException(Status status, @Nullable String remoteType, @Nullable Throwable cause) {
		super(Printable.text(Objects.requireNonNull(status, "status").toString(), Integer.MAX_VALUE), cause);
		this.status = status;
		this.remoteType = remoteType;
	}

	/**
	 * How the call ended.
	 * @return the status
	 */
	public Status status() {
		return this.status;
	}

	/**
	 * Shorthand for the status' code.
	 * @return the code
	 */
	public Code code() {
		return this.status.code();
	}

	/**
	 * Class name of the exception that the handler threw.
	 * @return the name, or {@code null} where the failure did not come from a handler
	 */
	public @Nullable String remoteType() {
		return this.remoteType;
	}

}
