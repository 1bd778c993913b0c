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

package io.macula.client;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.macula.Attempt;
import io.macula.Code;
import io.macula.Endpoint;
import io.macula.FailedCall;
import io.macula.Instance;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.client.NextStep.GiveUp;
import io.macula.codec.CodecException;
import io.macula.codec.ThrownType;
import io.macula.log.DurationText;
import io.macula.log.LineText;
import io.macula.wire.Failure;
import io.macula.wire.FailureDetail;
import org.jspecify.annotations.Nullable;

/**
 * The ends of calls that failed: their words, codes and exceptions. Whatever ends a call,
 * its status is never better than its worst attempt: if one may have been processed, so
 * may the call. Each attempt is named in the message, and is a suppressed exception
 * unless it is the one that speaks for the call.
 */
final class Failures {

	/** Stands in where a call failed before an instance was chosen. */
	static final Instance NOBODY = Instance.of("none", new Endpoint("none", 1));

	private static final int LONGEST_LINE = 1000;

	private Failures() {
	}

	/**
	 * The last failure speaks for the whole call, with the type and detail it came with.
	 * @param procedure makes its exception
	 * @param last the failure
	 * @param failures all failures, the last one included
	 * @param othersOpen whether an attempt is given up whose fate nobody will know
	 * @param committed whether the caller has seen something of the call
	 */
	static GiveUp last(Procedure procedure, Failure last, List<AttemptFailure> failures, boolean othersOpen,
			boolean committed) {
		Status status = last.status();
		Processed processed = worst(status.processed(), failures);
		if (othersOpen && processed == Processed.NO) {
			processed = Processed.UNKNOWN;
		}
		return told(procedure, last, failures, processed,
				(failures.size() == 1) ? remedy(procedure, status, committed) : "");
	}

	/**
	 * The call fits none that was asked: not its version of the contract, or its codecs.
	 */
	static GiveUp misfit(Procedure procedure, Failure last, List<AttemptFailure> failures) {
		String remedy = FailoverRule.forbidden(last) ? ", and no instance that was asked lets this node call it"
				: FailoverRule.codecUnknown(last) ? ", and no instance that was asked knows the payload codec"
						: ", and no instance has a version of the contract that takes it";
		return told(procedure, last, failures, worst(Processed.NO, failures), remedy);
	}

	/** No instance may provide the service, as this node's lists and authorizers say. */
	static GiveUp denied(Procedure procedure, Failure last, List<AttemptFailure> failures) {
		return (failures.size() > 1) ? summary(procedure, failures, true)
				: told(procedure, last, failures, Processed.NO, ", and there is no other instance");
	}

	/** The only attempt speaks for itself; of several each is named. */
	private static GiveUp told(Procedure procedure, Failure last, List<AttemptFailure> failures, Processed processed,
			String remedy) {
		Status status = last.status();
		String message = (failures.size() == 1) ? single(procedure, failures.get(0), processed, remedy)
				: status.message() + after(failures) + fate(processed) + remedy;
		Failure told = new Failure(new Status(status.code(), message, processed), last.type(), last.detail());
		FailedCall call = call(procedure, failures);
		return giveUp(told, () -> procedure.exceptions().apply(told, call), call,
				failures.subList(0, failures.size() - 1));
	}

	/**
	 * There were attempts enough; if it was but one, it speaks for itself.
	 * @param most as many as count, by the setting
	 */
	static GiveUp all(Procedure procedure, Failure last, List<AttemptFailure> failures, boolean allTried, int most) {
		if (failures.size() == 1) {
			return last(procedure, last, failures, false, false);
		}
		return summary(procedure, failures, allTried,
				(failures.size() > most) ? " (max-attempts is " + most
						+ ": what was not processed is not counted while an untried instance is left, so a"
						+ " round over all of them may count once)" : "");
	}

	/** All attempts failed. */
	static GiveUp summary(Procedure procedure, List<AttemptFailure> failures, boolean allTried) {
		return summary(procedure, failures, allTried, "");
	}

	private static GiveUp summary(Procedure procedure, List<AttemptFailure> failures, boolean allTried,
			String counted) {
		String what = (allTried) ? "all providers failed" : "all attempts failed";
		Processed processed = worst(Processed.NO, failures);
		return giveUp(procedure, new Status(commonCode(failures), what + " for " + method(procedure) + " after "
				+ attempts(failures) + counted + ": " + list(failures) + fate(processed), processed), failures);
	}

	/**
	 * The deadline was over after some attempts, or before the call began, as that of the
	 * call within which it is made may be.
	 */
	static GiveUp deadlineOver(Procedure procedure, Duration deadline, List<AttemptFailure> failures) {
		Processed processed = worst(Processed.NO, failures);
		String which = (deadline.toNanos() > 0)
				? "the deadline of " + text(deadline) + " for " + method(procedure) + " was over"
				: "the deadline for " + method(procedure) + " was over before the call began, and so";
		return giveUp(procedure,
				new Status(Code.DEADLINE_EXCEEDED,
						which + " after " + attempts(failures) + ": " + list(failures) + fate(processed), processed),
				failures);
	}

	/**
	 * An attempt failed while its call has time left: whoever's time was over, it was not
	 * the caller's. What a handler says itself stays as it is.
	 */
	static Failure inTime(Failure failure) {
		Status status = failure.status();
		return (status.code() != Code.DEADLINE_EXCEEDED || status.processed() == Processed.YES) ? failure : new Failure(
				new Status(Code.UNAVAILABLE, status.message(), status.processed()), failure.type(), failure.detail());
	}

	/** Something else than an attempt ended the call, for example an empty directory. */
	static GiveUp stopped(Procedure procedure, Status reason, List<AttemptFailure> failures) {
		return stopped(procedure, reason, failures, null);
	}

	/** The same, with what it was caused by. */
	static GiveUp stopped(Procedure procedure, Status reason, List<AttemptFailure> failures,
			@Nullable Throwable cause) {
		if (failures.isEmpty()) {
			return giveUp(procedure, reason, failures, cause);
		}
		// Instances there were: not to be found is true of the next call only.
		Code code = (reason.code() == Code.NOT_FOUND) ? Code.UNAVAILABLE : reason.code();
		Status status = new Status(code, reason.message() + after(failures), worst(reason.processed(), failures));
		return giveUp(procedure, status, failures, cause);
	}

	/**
	 * The only attempt: what happened, to which method, where, its fate and the remedy.
	 * What a provider answered is passed on as it is.
	 */
	private static String single(Procedure procedure, AttemptFailure failure, Processed processed, String remedy) {
		String message = failure.status().message();
		return (processed == Processed.YES) ? message
				: message + " (" + method(procedure) + " at " + failure.instance() + fate(processed) + remedy + ")";
	}

	private static String remedy(Procedure procedure, Status status, boolean committed) {
		if (status.code() == Code.CANCELLED || status.code() == Code.INVALID_ARGUMENT
				|| status.code() == Code.UNIMPLEMENTED) {
			return "";
		}
		if (committed) {
			return ", so it was not tried again: elements were exchanged already";
		}
		if (status.processed() == Processed.UNKNOWN && !procedure.idempotent()) {
			return ", so it was not tried again: declare the method idempotent if it may run twice";
		}
		return ", and no further attempt was allowed: see max-attempts and the retry budget";
	}

	private static String method(Procedure procedure) {
		return "'" + procedure.method() + "' of service '" + procedure.service() + "'";
	}

	private static String fate(Processed processed) {
		return switch (processed) {
			case NO -> "; not processed";
			case UNKNOWN -> "; it may have been processed";
			case YES -> "";
		};
	}

	private static GiveUp giveUp(Procedure procedure, Status status, List<AttemptFailure> failures) {
		return giveUp(procedure, status, failures, null);
	}

	private static GiveUp giveUp(Procedure procedure, Status status, List<AttemptFailure> failures,
			@Nullable Throwable cause) {
		FailedCall call = call(procedure, failures);
		Map<String, String> detail = (cause instanceof RpcException rpc) ? rpc.detail() : Map.of();
		return giveUp(Failure.of(status), () -> new RpcException(status, null, cause, detail, call), call, failures);
	}

	private static GiveUp giveUp(Failure failure, Supplier<Throwable> error, FailedCall call,
			List<AttemptFailure> suppressed) {
		List<AttemptFailure> copy = List.copyOf(suppressed);
		return new GiveUp(failure, () -> {
			Throwable made = made(failure, error, call);
			copy.forEach(made::addSuppressed);
			return made;
		});
	}

	/** The exception may be the user's: one that cannot be made is told by its status. */
	private static Throwable made(Failure failure, Supplier<Throwable> error, FailedCall call) {
		try {
			return error.get();
		}
		catch (Throwable ex) {
			return exception(failure, call, ex);
		}
	}

	/** The exception of a failure that the contract does not declare. */
	static RpcException exception(Failure failure, FailedCall call, @Nullable Throwable cause) {
		String type = failure.type();
		if (type == null || !FailureDetail.isType(type)) {
			return new RpcException(failure.status(), ThrownType.thrown(type), cause, Map.of(), call);
		}
		Map<String, String> detail = FailureDetail.decode(failure.detail());
		return new RpcException(failure.status(), FailureDetail.thrown(type), cause,
				(detail != null) ? detail : Map.of(), call);
	}

	/** A failure outside of all attempts. */
	static RpcException exception(String wireName, Status status, @Nullable Throwable cause) {
		int slash = wireName.indexOf('/');
		return new RpcException(status, null, cause, Map.of(),
				new FailedCall(wireName.substring(0, slash), wireName.substring(slash + 1), List.of()));
	}

	private static FailedCall call(Procedure procedure, List<AttemptFailure> failures) {
		return new FailedCall(procedure.service(), procedure.method(),
				failures.stream()
					.map(AttemptFailure::attempt)
					.sorted(Comparator.comparingInt(Attempt::number))
					.toList());
	}

	/** What the user's code threw, which need not be able to tell it. */
	static String text(Throwable error) {
		try {
			return String.valueOf(error);
		}
		catch (Throwable ex) {
			return error.getClass().getName();
		}
	}

	/**
	 * What the caller gave cannot be encoded.
	 * @param wireName of the called method
	 * @param what it is, of which method
	 * @param cause of the codec, whose message names the place, or of the user's code
	 * @param processed whether the provider has seen something of the call
	 */
	static RpcException notEncodable(String wireName, String what, Throwable cause, Processed processed) {
		boolean known = cause instanceof CodecException;
		String why = (known) ? String.valueOf(cause.getMessage()) : text(cause);
		return exception(wireName, new Status((known) ? Code.INVALID_ARGUMENT : Code.INTERNAL,
				what + " cannot be encoded: " + LineText.of(why, LONGEST_LINE), processed), cause);
	}

	/**
	 * A call begins moments after its deadline was fixed: the rest of a millisecond is
	 * whole.
	 */
	static String text(Duration duration) {
		return DurationText.of(duration.plusNanos(999_999));
	}

	private static String attempts(List<AttemptFailure> failures) {
		return (failures.size() == 1) ? "1 attempt" : failures.size() + " attempts";
	}

	private static String list(List<AttemptFailure> failures) {
		return failures.stream()
			.map((failure) -> failure.instance() + " -> " + failure.status())
			.collect(Collectors.joining("; "));
	}

	private static String after(List<AttemptFailure> failures) {
		return " (after " + attempts(failures) + ": " + list(failures) + ")";
	}

	private static Code commonCode(List<AttemptFailure> failures) {
		Code code = failures.get(0).code();
		return failures.stream().allMatch((failure) -> failure.code() == code) ? code : Code.UNAVAILABLE;
	}

	/** The order of the constants is that from good to bad. */
	private static Processed worst(Processed least, List<AttemptFailure> failures) {
		Processed worst = least;
		for (AttemptFailure failure : failures) {
			Processed processed = failure.status().processed();
			worst = (processed.compareTo(worst) > 0) ? processed : worst;
		}
		return worst;
	}

}
