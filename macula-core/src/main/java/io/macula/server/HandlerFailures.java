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
package io.macula.server;

import java.lang.reflect.UndeclaredThrowableException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;

import io.macula.CallContext;
import io.macula.Code;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.codec.CodecException;
import io.macula.codec.ExceptionCodecs;
import io.macula.codec.ValueCodec;
import io.macula.contract.MethodContract;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.macula.wire.Failure;
import io.macula.wire.FailureDetail;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.Exceptions;

/**
 * Turns what fails around a method into what its caller is told, and logs what the
 * operator must know. Safe for all threads. Throws nothing itself, whatever the
 * exceptions of a handler do when they are described or encoded.
 * <p>
 * What an exception says that the contract does not declare may be a table, a path, a
 * person, and its class tells what is used here: both stay in the log of this node,
 * unless the provider exposes them. An {@link RpcException} is a status that the handler
 * made for its caller, and what the contract's own types say of the caller's arguments is
 * the caller's.
 */
final class HandlerFailures {

	private static final Logger logger = PrintableLogger.of(HandlerFailures.class);

	private static final int LONGEST_MESSAGE = 4096;

	private static final String UNDECLARED = " failed with what its contract does not declare";

	private static final byte[] NOTHING = {};

	private static final String HIDDEN = "; the provider's log says more (its macula.provider.expose-messages is false)";

	private final String procedure;

	private final ServedService service;

	private final MethodContract contract;

	private final ExceptionCodecs exceptions;

	private final HandlerRules rules;

	private final boolean exposeMessages;

	/** Made before it is needed: memory or stack may be what is missing then. */
	private final Failure indescribable;

	private final FaultLog log = new FaultLog(logger);

	HandlerFailures(ServedService service, MethodContract contract, ExceptionCodecs exceptions, HandlerRules rules,
			boolean exposeMessages) {
		this.service = service;
		this.procedure = service.name() + "/" + contract.wireName();
		this.contract = contract;
		this.exceptions = exceptions;
		this.rules = rules;
		this.exposeMessages = exposeMessages;
		this.indescribable = Failure.of(Status.processed(Code.INTERNAL,
				this.procedure + " failed, and so did the description of its failure; the provider's log tells more"));
	}

	/** Tell the operator which declared exceptions cannot travel as themselves. */
	void warnOfUnfitExceptions() {
		this.exceptions.warnOfUnfit();
	}

	/** What the handler threw, or its {@code Mono} or future failed with. */
	Failure thrown(CallContext call, Throwable raised) {
		try {
			return describe(call, unwrap(raised));
		}
		catch (Throwable ex) {
			this.log.warn("The failure of " + this.procedure + " cannot be described", ex);
			return this.indescribable;
		}
	}

	private Failure describe(CallContext call, Throwable thrown) {
		Class<? extends Throwable> declared = this.contract.declaredException(thrown);
		ExceptionCodecs.Coded coded = (declared != null) ? this.exceptions.thrown(thrown.getClass(), declared) : null;
		ValueCodec codec = (coded != null) ? coded.codec() : null;
		if (coded != null && codec != null) {
			return declared(thrown, coded.type().text(), codec);
		}
		if (thrown instanceof RefusedArguments refused) {
			return FailureDetail.with(refused.status(), null, refused.detail());
		}
		if (thrown instanceof HandlerFault) {
			this.log.warn("Handler of " + this.procedure + " does not keep to its contract", thrown);
			return Failure.of(Status.processed(Code.UNKNOWN, text(thrown)));
		}
		RpcException mapped = (declared == null && !(thrown instanceof VirtualMachineError)) ? mapped(call, thrown)
				: null;
		if (mapped != null) {
			logger.debug("Handler of {} failed, and its caller is told {}", this.procedure, mapped.status(), thrown);
			return ofRpcException(mapped);
		}
		if (thrown instanceof RpcException rpc) {
			return ofRpcException(rpc);
		}
		String type = thrown.getClass().getName();
		this.log.warn("Handler of " + this.procedure + " failed with " + type, thrown);
		Code code = (thrown instanceof Error) ? Code.INTERNAL : Code.UNKNOWN;
		// What the contract declares may be told even where it cannot travel as itself.
		if (declared != null || this.exposeMessages) {
			return new Failure(Status.processed(code, type + ": " + text(thrown)), type, NOTHING);
		}
		// Want of memory or stack says nothing of what is used here.
		String what = (thrown instanceof VirtualMachineError) ? " failed with " + type : UNDECLARED;
		return Failure.of(Status.processed(code, this.procedure + what + HIDDEN));
	}

	private Failure declared(Throwable thrown, String type, ValueCodec codec) {
		byte[] detail;
		try {
			detail = codec.encode(thrown);
		}
		catch (Throwable ex) {
			String message = "the declared exception " + thrown.getClass().getName() + " of " + this.procedure
					+ " cannot be encoded";
			this.log.warn(message + ": " + text(ex), ex);
			return new Failure(Status.processed(Code.INTERNAL, message + told(ex)), thrown.getClass().getName(),
					NOTHING);
		}
		return new Failure(Status.processed(Code.APPLICATION, text(thrown)), type, detail);
	}

	/**
	 * What the application says of an exception; the first that says something counts.
	 */
	private @Nullable RpcException mapped(CallContext call, Throwable thrown) {
		for (ExceptionMapper mapper : this.rules.mappers()) {
			try {
				RpcException mapped = mapper.map(call, thrown);
				if (mapped != null) {
					return mapped;
				}
			}
			catch (Throwable ex) {
				this.log.warn(
						"ExceptionMapper " + mapper.getClass().getName() + " failed at " + thrown.getClass().getName()
								+ " of " + this.procedure + "; its caller is told what it would be without mappers",
						ex);
				return null;
			}
		}
		return null;
	}

	/**
	 * An exception of a call that the handler made says something of that call, not of
	 * this one: this one was processed, and trying it again might double its effects.
	 */
	private Failure ofRpcException(RpcException thrown) {
		Code code = (thrown.code() != Code.OK) ? thrown.code() : Code.UNKNOWN;
		return FailureDetail.with(new Status(code, thrown.status().message(), Processed.YES), thrown.remoteType(),
				thrown.detail());
	}

	/** Not processed: an instance of another version may understand them. */
	Failure argumentsNotDecodable(CodecException cause) {
		return misfit(this.procedure + ": " + text(cause), this.service);
	}

	/**
	 * The call does not fit this version of the contract, and its handler did not run.
	 * The type tells the caller that it is not a payload too large for all instances.
	 */
	static Failure misfit(String message, ServedService service) {
		return misfit(Status.notProcessed(Code.INVALID_ARGUMENT, message), CodecException.class.getName(), service);
	}

	/**
	 * The same with any status: tells the version, since what the directory told the
	 * caller may have been that of an earlier node at this address.
	 */
	static Failure misfit(Status status, @Nullable String type, ServedService service) {
		return new Failure(status, type, service.fingerprint().version().getBytes(StandardCharsets.US_ASCII));
	}

	/** What the handler's stream of arguments fails with. */
	RpcException elementNotDecodable(Throwable cause) {
		Code code = (cause instanceof CodecException) ? Code.INVALID_ARGUMENT : Code.INTERNAL;
		return new RpcException(Status.processed(code, "an element sent to " + this.procedure + ": " + text(cause)),
				cause);
	}

	/** What the handler answered could not be encoded. */
	Failure resultNotEncodable(@Nullable Object value, Throwable cause) {
		try {
			if (cause instanceof RefusedResult) {
				String message = "the result of " + this.procedure + " is not valid";
				this.log.warn(message + ": " + text(cause), cause);
				return Failure.of(Status.processed(Code.INTERNAL, message + told(cause)));
			}
			if (cause instanceof HandlerFault) {
				String message = "the result of " + this.procedure + " is not valid: " + text(cause);
				this.log.warn(message, cause);
				return Failure.of(Status.processed(Code.INTERNAL, message));
			}
			String type = (value != null) ? value.getClass().getName() : "null";
			String message = "the result of " + this.procedure + ", of type " + type + ", cannot be encoded";
			this.log.warn(message + ": " + text(cause), cause);
			return Failure.of(Status.processed(Code.INTERNAL, message + told(cause)));
		}
		catch (Throwable ex) {
			return this.indescribable;
		}
	}

	/** An answer is lost: the caller learns of it by its deadline. */
	void notAnswerable(Throwable cause) {
		this.log.warn("The answer of " + this.procedure + " cannot be handed to its connection", cause);
	}

	void notCancellable(Throwable cause) {
		logger.debug("What {} returned cannot be cancelled", this.procedure, cause);
	}

	/** Checked exceptions that had to pass through code which does not declare them. */
	static Throwable unwrap(Throwable raised) {
		try {
			Throwable cause = (raised instanceof UndeclaredThrowableException || raised instanceof CompletionException)
					? raised.getCause() : Exceptions.unwrap(raised);
			return (cause != null) ? cause : raised;
		}
		catch (Throwable ex) {
			return raised;
		}
	}

	/** What the caller is told after what happened. */
	private String told(Throwable thrown) {
		return (this.exposeMessages) ? ": " + text(thrown) : HIDDEN;
	}

	private static String text(Throwable thrown) {
		String message;
		try {
			message = thrown.getMessage();
		}
		catch (Throwable ex) {
			return "its message cannot be read: " + ex.getClass().getName();
		}
		if (message == null) {
			return "no message";
		}
		return (message.length() <= LONGEST_MESSAGE) ? message : message.substring(0, LONGEST_MESSAGE) + "...";
	}

}
