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

import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

import javax.net.ssl.SSLEngine;
import javax.security.auth.x500.X500Principal;

import io.macula.tls.PeerRefusedException.Fault;
import org.jspecify.annotations.Nullable;

/**
 * Trusts the nodes of one realm: those whose certificate an authority of the realm
 * signed, one for each secret that is accepted.
 */
final class RealmTrust extends PeerTrust {

	private static final String REMEDY = "the clocks of both machines are more than "
			+ RealmAuthority.TOLERANCE.toDays() + " days apart; correct the one that is wrong, no restart is needed";

	private static final Integer DNS_NAME = 2;

	private final List<RealmAuthority> authorities;

	private final RealmAuthority authority;

	private final X500Principal issuer;

	/**
	 * Trust in what several secrets of one realm sign.
	 * @param authorities one of each secret; at least one
	 * @param clock the wall clock
	 */
	RealmTrust(List<RealmAuthority> authorities, InstantSource clock) {
		super(clock);
		this.authorities = List.copyOf(authorities);
		this.authority = authorities.get(0);
		this.issuer = this.authority.issuer();
	}

	/** The authority signs leaves only, so that there is no chain to walk. */
	@Override
	void verify(X509Certificate[] chain, String authType, SSLEngine engine) throws PeerRefusedException {
		X509Certificate certificate = chain[0];
		if (!this.issuer.equals(certificate.getIssuerX500Principal())) {
			throw new PeerRefusedException(Fault.ISSUER,
					"it belongs to another realm or uses SSL bundles: its certificate was issued by '"
							+ certificate.getIssuerX500Principal().getName() + "', not by this realm's '"
							+ this.issuer.getName() + "'",
					null);
		}
		verifySignature(certificate);
		verifyValidity(certificate);
		verifyPurpose(certificate, engine.getUseClientMode());
	}

	private void verifySignature(X509Certificate certificate) throws PeerRefusedException {
		for (RealmAuthority accepted : this.authorities) {
			if (accepted.named(certificate)) {
				verifySignature(certificate, accepted);
				return;
			}
		}
		throw anotherSecret(certificate, null);
	}

	private void verifySignature(X509Certificate certificate, RealmAuthority accepted) throws PeerRefusedException {
		try {
			certificate.verify(accepted.publicKey());
		}
		catch (GeneralSecurityException ex) {
			throw anotherSecret(certificate, ex);
		}
	}

	private PeerRefusedException anotherSecret(X509Certificate certificate, @Nullable Exception cause) {
		String shown = (cause != null) ? "it only claims one of this node's"
				: "fingerprint " + RealmAuthority.fingerprint(certificate);
		String accepted = this.authorities.stream()
			.map((one) -> one.fingerprint() + " from " + one.origin())
			.collect(Collectors.joining(", "));
		return new PeerRefusedException(Fault.SIGNATURE, "it has another secret for the realm '"
				+ this.authority.realm() + "' (" + shown + "; accepted here: " + accepted + ")", cause);
	}

	private void verifyValidity(X509Certificate certificate) throws PeerRefusedException {
		PeerRefusedException refusal = Validity.of(certificate).judge("its certificate", now(), REMEDY, null);
		if (refusal != null) {
			throw refusal;
		}
	}

	private void verifyPurpose(X509Certificate certificate, boolean server) throws PeerRefusedException {
		try {
			if (!KeyUsages.name(certificate, server) || certificate.getBasicConstraints() >= 0) {
				throw new PeerRefusedException(Fault.PURPOSE, "its certificate is not one of a node", null);
			}
			Collection<List<?>> names = certificate.getSubjectAlternativeNames();
			if (names == null || !names.contains(List.of(DNS_NAME, this.authority.peerName()))) {
				throw new PeerRefusedException(Fault.NAME,
						"its certificate is not for '" + this.authority.peerName() + "'", null);
			}
			if (NodeUri.nodeId(certificate, this.authority.realm()) == null) {
				throw new PeerRefusedException(Fault.NAME,
						"its certificate does not name one node of the realm '" + this.authority.realm() + "'", null);
			}
		}
		catch (CertificateParsingException ex) {
			throw new PeerRefusedException(Fault.OTHER, "its certificate cannot be read", ex);
		}
	}

}
