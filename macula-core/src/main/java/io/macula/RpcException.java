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

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;

/**
 * The one exception of a failed call; its {@link #status()} tells code, message and
 * whether the provider processed the call; its own message is that of the status with
 * escapes for what is not printable. Exceptions that the contract declares are thrown as
 * themselves instead.
 * <p>
 * A handler throws one to tell its caller a status, with {@linkplain #withDetail detail}
 * for programs where there is some:
 *
 * <pre class="code">
 * throw RpcException.of(Code.NOT_FOUND, "no such order").withDetail("order", id);
 * </pre>
 */
public class RpcException extends RuntimeException {

	private static final long serialVersionUID = 2L;

	private final Status status;

	private final @Nullable String remoteType;

	/** Of a type that can be serialized. */
	private final Map<String, String> detail;

	private final @Nullable FailedCall call;

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
		this(status, remoteType, cause, Map.of(), null);
	}

	/**
	 * An exception of a call.
	 * @param status the status
	 * @param remoteType class name of the handler's exception, or {@code null}
	 * @param cause the cause, or {@code null}
	 * @param detail what the handler says beside the message; copied, the order is kept
	 * @param call the call that failed, or {@code null} where it is not known
	 */
	public RpcException(Status status, @Nullable String remoteType, @Nullable Throwable cause,
			Map<String, String> detail, @Nullable FailedCall call) {
		super(Printable.text(Objects.requireNonNull(status, "status").toString(), Integer.MAX_VALUE), cause);
		this.status = status;
		this.remoteType = remoteType;
		this.detail = copy(detail);
		this.call = call;
	}

	/**
	 * What a handler throws to tell its caller a status.
	 * @param code the code; not {@link Code#OK}
	 * @param message for the caller's people: names the value, the place and the remedy
	 * @return a new exception
	 */
	public static RpcException of(Code code, String message) {
		return new RpcException(Status.processed(code, message));
	}

	/**
	 * The same with one more entry of detail; an entry of the same key is replaced.
	 * @param key for programs, for example the path of a field
	 * @param value for programs or people
	 * @return a new exception with the same stack trace
	 */
	public RpcException withDetail(String key, String value) {
		return withDetail(Map.of(key, value));
	}

	/**
	 * The same with further entries of detail; entries of the same keys are replaced. The
	 * first 128 entries travel, as far as they have room in 64 KiB of UTF-8; where some
	 * do not, a last entry {@code ...} says how many.
	 * @param entries keys and values, whose order is kept
	 * @return a new exception with the same stack trace
	 */
	public RpcException withDetail(Map<String, String> entries) {
		Map<String, String> all = new LinkedHashMap<>(this.detail);
		all.putAll(entries);
		RpcException made = new RpcException(this.status, this.remoteType, getCause(), all, this.call);
		made.setStackTrace(getStackTrace());
		for (Throwable suppressed : getSuppressed()) {
			made.addSuppressed(suppressed);
		}
		return made;
	}

	private static Map<String, String> copy(Map<String, String> detail) {
		if (detail.isEmpty()) {
			return Map.of();
		}
		Map<String, String> copy = new LinkedHashMap<>(detail);
		copy.forEach((key, value) -> {
			Objects.requireNonNull(key, "key of detail");
			Objects.requireNonNull(value, () -> "detail of '" + key + "'");
		});
		return Collections.unmodifiableMap(copy);
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
	 * @return the name, or {@code null} where the failure did not come from a handler, or
	 * the provider does not tell it
	 */
	public @Nullable String remoteType() {
		return this.remoteType;
	}

	/**
	 * What the handler says beside the message, for example what is wrong with which
	 * field. Text of the provider as it came: escape it before people see it.
	 * @return an unmodifiable map in the handler's order; empty where there is none
	 */
	public Map<String, String> detail() {
		return this.detail;
	}

	/**
	 * The called service.
	 * @return its name, or {@code null} for an exception that no client made
	 */
	public @Nullable String service() {
		FailedCall failed = this.call;
		return (failed != null) ? failed.service() : null;
	}

	/**
	 * The called method.
	 * @return its name on the wire, or {@code null} for an exception that no client made
	 */
	public @Nullable String method() {
		FailedCall failed = this.call;
		return (failed != null) ? failed.method() : null;
	}

	/**
	 * The failed attempts of the call, where each went and why it failed, by their
	 * numbers.
	 * @return an unmodifiable list; empty where the call failed before its first attempt,
	 * or its answer could not be read
	 */
	public List<Attempt> attempts() {
		FailedCall failed = this.call;
		return (failed != null) ? failed.attempts() : List.of();
	}

}
