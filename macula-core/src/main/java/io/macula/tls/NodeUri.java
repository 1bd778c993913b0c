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

package io.macula.tls;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;

import io.macula.Realm;
import org.jspecify.annotations.Nullable;

/**
 * The name of a node in a certificate, {@code macula://<realm>/<node id>}: which id the
 * certificate's holder has.
 */
final class NodeUri {

	private static final String SCHEME = "macula";

	private static final Integer URI_NAME = 6;

	private static final int MAX_LENGTH = 2048;

	private NodeUri() {
	}

	/** All but what RFC 3986 calls unreserved is percent-encoded. */
	static String of(Realm realm, String nodeId) {
		StringBuilder uri = new StringBuilder(SCHEME + "://" + realm.name() + "/");
		for (byte octet : nodeId.getBytes(StandardCharsets.UTF_8)) {
			if (octet >= 'a' && octet <= 'z' || octet >= 'A' && octet <= 'Z' || octet >= '0' && octet <= '9'
					|| "-._~".indexOf(octet) >= 0) {
				uri.append((char) octet);
			}
			else {
				uri.append(String.format("%%%02X", octet));
			}
		}
		return uri.toString();
	}

	/**
	 * The node that a certificate names.
	 * @param certificate a node's own
	 * @param realm the realm
	 * @return its id, or {@code null} if the certificate names none, several, or one of
	 * another realm
	 */
	static @Nullable String nodeId(X509Certificate certificate, Realm realm) {
		Collection<List<?>> names;
		try {
			names = certificate.getSubjectAlternativeNames();
		}
		catch (CertificateParsingException ex) {
			return null;
		}
		String nodeId = null;
		for (List<?> name : (names != null) ? names : List.<List<?>>of()) {
			if (URI_NAME.equals(name.get(0)) && name.get(1) instanceof String uri
					&& uri.regionMatches(true, 0, SCHEME + ":", 0, SCHEME.length() + 1)) {
				String named = decoded(uri, realm);
				if (named == null || nodeId != null) {
					return null;
				}
				nodeId = named;
			}
		}
		return nodeId;
	}

	/** Only the form that {@link #of} gives, so that a node has one name. */
	static @Nullable String decoded(String uri, Realm realm) {
		String prefix = SCHEME + "://" + realm.name() + "/";
		if (uri.length() > MAX_LENGTH || !uri.startsWith(prefix)) {
			return null;
		}
		try {
			String path = URI.create("x:/" + uri.substring(prefix.length())).getPath();
			String nodeId = (path != null) ? path.substring(1) : "";
			return (!nodeId.isEmpty() && of(realm, nodeId).equals(uri)) ? nodeId : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

}
