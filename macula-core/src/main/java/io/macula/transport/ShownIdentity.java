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

package io.macula.transport;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;

import io.macula.Realm;
import io.macula.tls.NodeIdentity;
import io.macula.tls.PeerIdentity;
import io.macula.tls.TlsContexts;
import io.macula.tls.TlsFailures;
import io.macula.wire.Introduction;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that a peer showed in a finished handshake, beside what it says of
 * itself in HELLO or WELCOME. Immutable.
 *
 * @param certificate the peer's own, or {@code null} if it showed none
 */
record ShownIdentity(@Nullable X509Certificate certificate) {

	static ShownIdentity of(@Nullable SSLEngine engine) {
		try {
			Certificate[] chain = (engine != null) ? engine.getSession().getPeerCertificates() : new Certificate[0];
			return new ShownIdentity((chain.length > 0 && chain[0] instanceof X509Certificate leaf) ? leaf : null);
		}
		catch (SSLPeerUnverifiedException ex) {
			return new ShownIdentity(null);
		}
	}

	/**
	 * What speaks against the node id that the peer gives as its own.
	 * @param tls reads the certificate
	 * @param nodeId what the peer says
	 * @return a clause about the peer, or {@code null} if nothing does
	 */
	@Nullable String objection(TlsContexts tls, String nodeId) {
		X509Certificate shown = this.certificate;
		String named = (shown != null) ? tls.nodeId(shown) : null;
		return (named == null || named.equals(nodeId)) ? null : TlsFailures
			.printable("it says that it is node '" + nodeId + "', but its certificate is that of node '" + named + "'");
	}

	/**
	 * What is known of the peer.
	 */
	NodeInfo describe(Introduction introduction) {
		X509Certificate shown = this.certificate;
		return new NodeInfo(new Realm(introduction.realm()), introduction.nodeId(), introduction.incarnation(),
				introduction.codecs(), (shown != null) ? NodeIdentity.of(shown).text() : null,
				(shown != null) ? PeerIdentity.of(shown) : null);
	}

}
