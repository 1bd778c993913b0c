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

package io.macula.directory.etcd;

import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

import io.etcd.jetcd.common.exception.CompactedException;
import io.etcd.jetcd.common.exception.EtcdException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;

/**
 * What etcd, or the way to it, refused, in words that say what to do. Keeps no stack
 * trace: most of these are answers.
 */
final class EtcdFailure extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private static final int MOST_CAUSES = 10;

	/** Codes of jetcd and of gRPC for a connection that is lost. */
	private static final Set<String> AWAY = Set.of(Status.Code.UNAVAILABLE.name(), Status.Code.CANCELLED.name(),
			Status.Code.INTERNAL.name(), EtcdCalls.AWAY.name());

	private static final Pattern TRUST = Pattern.compile("certif|\\bssl|\\btls|handshake", Pattern.CASE_INSENSITIVE);

	private final Kind kind;

	private EtcdFailure(Kind kind, String message) {
		super(message, null, false, false);
		this.kind = kind;
	}

	/**
	 * That no answer is to be had.
	 * @param reason a clause
	 */
	static EtcdFailure unreachable(String reason) {
		return new EtcdFailure(Kind.UNREACHABLE, reason);
	}

	/**
	 * The same, with the server that said it.
	 * @param server its address
	 */
	EtcdFailure at(String server) {
		return new EtcdFailure(this.kind, "server " + server + ": " + text());
	}

	Kind kind() {
		return this.kind;
	}

	String text() {
		return String.valueOf(getMessage());
	}

	/**
	 * What it says, and where no answer is to be had, what to check.
	 */
	String advice() {
		if (this.kind != Kind.UNREACHABLE) {
			return text();
		}
		return text() + (TRUST.matcher(text()).find()
				? ": check macula.directory.etcd.ssl.bundle, and http or https in macula.directory.etcd.endpoints"
				: ": check that etcd runs there, with a majority of its members, and that"
						+ " macula.directory.etcd.endpoints names them");
	}

	/**
	 * Of what went wrong with a question.
	 * @param error of the client of etcd
	 * @param settings how it was asked
	 * @param keys that were asked for
	 */
	static EtcdFailure of(Throwable error, EtcdSettings settings, Keys keys) {
		if (error instanceof EtcdFailure known) {
			return known;
		}
		String said = said(error);
		String known = said.toLowerCase(Locale.ROOT);
		String user = (settings.username() != null) ? "user '" + settings.username() + "'" : "who has no user name";
		if (known.contains("compacted") || known.contains("future revision")) {
			return new EtcdFailure(Kind.COMPACTED, "etcd does not know what was read before: " + said);
		}
		if (known.contains("exceeds maximum size") || known.contains("larger than max")) {
			return new EtcdFailure(Kind.TOO_LARGE,
					"an answer of etcd is too large, since somebody keeps large values under '" + keys.place() + "': "
							+ said);
		}
		if (known.contains("lease not found")) {
			return new EtcdFailure(Kind.LEASE_GONE, "etcd does not know the lease any more");
		}
		if (known.contains("authentication failed")) {
			return new EtcdFailure(Kind.REFUSED, "etcd refuses " + user
					+ ": wrong name or password: check macula.directory.etcd.username and macula.directory.etcd.password");
		}
		if (known.contains("authentication is not enabled")) {
			return new EtcdFailure(Kind.REFUSED,
					"etcd knows no users, and macula.directory.etcd.username is '" + settings.username()
							+ "': enable its authentication (etcdctl auth enable), or remove the setting");
		}
		if (known.contains("user name is empty") || known.contains("user name not found")) {
			return new EtcdFailure(Kind.REFUSED,
					"etcd wants a user name: set macula.directory.etcd.username and macula.directory.etcd.password");
		}
		if (known.contains("permission denied")) {
			return new EtcdFailure(Kind.DENIED,
					"etcd does not permit " + user + " to " + keys.verb() + " keys under '" + keys.place()
							+ "': grant a role of it '" + keys.right() + "' there: etcdctl role grant-permission ROLE "
							+ keys.right() + " --prefix=true '" + keys.place() + "'");
		}
		return new EtcdFailure(kind(error, known), said);
	}

	private static Kind kind(Throwable error, String said) {
		String code = (error instanceof EtcdException failure) ? failure.getErrorCode().name()
				: Status.fromThrowable(error).getCode().name();
		boolean timeout = error instanceof TimeoutException || code.equals(Status.Code.DEADLINE_EXCEEDED.name());
		boolean away = AWAY.contains(code) || said.contains("no leader") || said.contains("timed out");
		return (timeout || away) ? Kind.UNREACHABLE : Kind.OTHER;
	}

	/* The first cause is general ("io exception"), the last one tells. */
	private static String said(Throwable error) {
		if (error instanceof CompactedException) {
			return "compacted";
		}
		StringBuilder said = new StringBuilder();
		Throwable cause = error;
		for (int depth = 0; cause != null && depth < MOST_CAUSES; depth++) {
			String message = (cause instanceof TimeoutException && cause.getMessage() == null) ? "no answer in time"
					: text(cause);
			if (message != null && said.indexOf(message) < 0) {
				said.append((said.length() > 0) ? ": " : "").append(message);
			}
			cause = cause.getCause();
		}
		return (said.length() > 0) ? Printable.text(said.toString(), Printable.CLAUSE)
				: error.getClass().getSimpleName();
	}

	private static @Nullable String text(Throwable cause) {
		String message = (cause instanceof StatusRuntimeException status) ? status.getStatus().getDescription()
				: cause.getMessage();
		if (message == null || message.equals("io exception")) {
			return null;
		}
		for (Throwable next = cause.getCause(); next != null; next = next.getCause()) {
			if (next.getMessage() != null && message.contains(next.getMessage())) {
				return null;
			}
		}
		int line = message.indexOf('\n');
		return (line < 0) ? message : message.substring(0, line);
	}

	/**
	 * Keys that are asked for, and whether only to read them.
	 *
	 * @param place begin of them
	 * @param reading which is all that a client needs
	 */
	record Keys(String place, boolean reading) {

		private String right() {
			return this.reading ? "read" : "readwrite";
		}

		private String verb() {
			return this.reading ? "read" : "read and write";
		}

	}

	/**
	 * What follows from a failure.
	 */
	enum Kind {

		/** This server does not answer; another one may. */
		UNREACHABLE,
		/** Wrong credentials, or none: somebody has to act. */
		REFUSED,
		/** The user may not do this: somebody has to act. */
		DENIED,
		/** What is asked for is not in the history that etcd keeps. */
		COMPACTED,
		/** The answer is larger than what is taken. */
		TOO_LARGE,
		/** The lease is over. */
		LEASE_GONE,
		/** Anything else. */
		OTHER

	}

}
