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

package io.macula.directory.kubernetes;

import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.macula.Code;
import io.macula.Status;
import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Why an API server tells nothing, and what to do about it. Immutable.
 *
 * @param code what calls that find no provider fail with, if somebody has to act;
 * {@code null} if it may pass by itself
 * @param text a clause
 */
record Refusal(@Nullable Code code, String text) {

	static final String RESOURCE = "endpointslices.discovery.k8s.io";

	/** What is asked where neither a pod nor a kubeconfig names another. */
	private static final String IN_PODS = "kubernetes.default.svc";

	private static final String NO_POD = ", a name that is known in pods only: this process runs in no pod, and no"
			+ " kubeconfig was found; set macula.directory.kubernetes.kubeconfig or macula.directory.kubernetes.url";

	/**
	 * The refusal that an exception tells.
	 * @param verb what was asked for: {@code list} or {@code watch}
	 * @param namespace where
	 * @param url of the API server
	 * @param failure of the client
	 */
	static Refusal of(String verb, String namespace, String url, Throwable failure) {
		int status = status(failure);
		String said = Printable.text(root(failure), 300);
		return switch (status) {
			case 401 -> new Refusal(Code.UNAUTHENTICATED, "the API server at " + url
					+ " does not accept the credentials (401): check the token of the service account or the kubeconfig");
			case 403 -> new Refusal(Code.PERMISSION_DENIED, "not allowed to " + verb + " " + RESOURCE
					+ " in namespace '" + namespace
					+ "' (403): a Role and RoleBinding must allow the verbs list and watch of it there; the API server says: "
					+ said);
			case 404 -> new Refusal(Code.UNIMPLEMENTED, "the API server at " + url + " has no " + RESOURCE
					+ "/v1 (404): Kubernetes 1.21 or newer is needed");
			case 0 -> new Refusal(null, unanswered(url, failure, said));
			default -> new Refusal(null, "the API server at " + url + " answers " + status + ": " + said);
		};
	}

	/**
	 * What an operator must mend.
	 */
	@Nullable Status obstacle() {
		return (this.code != null) ? Status.notProcessed(this.code, this.text) : null;
	}

	/* An exception without an answer has the code 0 or -1. */
	private static int status(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof KubernetesClientException refused && refused.getCode() > 0) {
				return refused.getCode();
			}
		}
		return 0;
	}

	private static String unanswered(String url, Throwable failure, String said) {
		if (unreadable(failure)) {
			return "what is at " + url + " answers, but with no list of EndpointSlices: check that it is an API server,"
					+ " with no proxy or portal between: " + said;
		}
		boolean noPod = unresolved(failure) && IN_PODS.equals(URI.create(url).getHost());
		return "no answer from the API server at " + url + (noPod ? NO_POD : ": " + said);
	}

	private static boolean unreadable(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof JacksonException || cause instanceof UnreadableAnswerException) {
				return true;
			}
		}
		return false;
	}

	private static boolean unresolved(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
				return true;
			}
		}
		return false;
	}

	/* An API server's own words, or the first cause: those between say nothing more. */
	private static String root(Throwable failure) {
		Throwable root = failure;
		boolean connecting = false;
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof KubernetesClientException refused && refused.getStatus() != null
					&& refused.getStatus().getMessage() != null) {
				return refused.getStatus().getMessage();
			}
			connecting |= cause instanceof ConnectException;
			root = cause;
		}
		if (connecting && root instanceof ClosedChannelException) {
			// What the JDK's client makes of it.
			return "connection refused";
		}
		String message = root.getMessage();
		return (message != null) ? message : root.getClass().getSimpleName();
	}

}
