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

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

import io.macula.CallContext;
import io.macula.Realm;
import org.jspecify.annotations.Nullable;

/**
 * Who a peer is, as the certificate proves that it showed in the handshake. Immutable;
 * equal for certificates with the same key and the same names.
 *
 * @param publicKeyHash SHA-256 of its public key, in lower-case hexadecimal
 * @param subject the certificate's subject, such as {@code CN=orders}
 * @param uris its subject alternative names that are URIs, such as
 * {@code spiffe://shop/orders}; with a realm secret {@code macula://<realm>/<node id>}
 * @param dnsNames its subject alternative names that are host names, in lower case
 */
public record PeerIdentity(String publicKeyHash, String subject, List<String> uris, List<String> dnsNames) {

	private static final int DNS_NAME = 2;

	private static final int URI_NAME = 6;

	private static final int LONGEST_NAME = 2048;

	public PeerIdentity {
		uris = List.copyOf(uris);
		dnsNames = List.copyOf(dnsNames);
	}

	/**
	 * What a certificate proves of its holder.
	 * @param certificate a peer's own, verified by a handshake
	 * @return the identity; without names if those of the certificate cannot be read
	 */
	public static PeerIdentity of(X509Certificate certificate) {
		return new PeerIdentity(NodeIdentity.of(certificate).text(), certificate.getSubjectX500Principal().getName(),
				names(certificate, URI_NAME), names(certificate, DNS_NAME));
	}

	/**
	 * Who makes a call that this node serves.
	 * @param call the call
	 * @return what the certificate of the calling node proves, or {@code null} if it is
	 * not known
	 */
	public static @Nullable PeerIdentity ofCaller(CallContext call) {
		return (call instanceof ProvenCaller proven) ? proven.provenCaller() : null;
	}

	private static List<String> names(X509Certificate certificate, int kind) {
		Collection<List<?>> all;
		try {
			all = certificate.getSubjectAlternativeNames();
		}
		catch (CertificateParsingException ex) {
			return List.of();
		}
		List<String> names = new ArrayList<>();
		for (List<?> name : (all != null) ? all : List.<List<?>>of()) {
			if (Integer.valueOf(kind).equals(name.get(0)) && name.get(1) instanceof String text
					&& text.length() <= LONGEST_NAME) {
				names.add((kind == DNS_NAME) ? text.toLowerCase(Locale.ROOT) : text);
			}
		}
		return names;
	}

	/**
	 * The node that the certificate is for.
	 * @param realm the node's realm
	 * @return the node id in the URI {@code macula://<realm>/<node id>}, or {@code null}
	 * if the certificate names none
	 */
	public @Nullable String nodeId(Realm realm) {
		String found = null;
		for (String uri : this.uris) {
			String named = NodeUri.decoded(uri, realm);
			if (named != null && found != null) {
				return null;
			}
			found = (named != null) ? named : found;
		}
		return found;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return this == other || other instanceof PeerIdentity peer && this.publicKeyHash.equals(peer.publicKeyHash)
				&& this.subject.equals(peer.subject) && this.uris.equals(peer.uris)
				&& this.dnsNames.equals(peer.dnsNames);
	}

	/** Of the key alone, since each call looks for it: strings remember their hash. */
	@Override
	public int hashCode() {
		return this.publicKeyHash.hashCode();
	}

	/** For people: a name and the begin of the key's hash, escaped. */
	@Override
	public String toString() {
		String name = !this.uris.isEmpty() ? this.uris.get(0)
				: !this.dnsNames.isEmpty() ? this.dnsNames.get(0) : this.subject;
		return TlsFailures.printable(name) + " (identity "
				+ this.publicKeyHash.substring(0, Math.min(16, this.publicKeyHash.length())) + ")";
	}

}
