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

import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

import io.macula.tls.PeerRefusedException.Fault;
import org.jspecify.annotations.Nullable;

/**
 * Trusts whom a configured trust manager trusts, and says more clearly whom not.
 */
final class BundleTrust extends PeerTrust {

	private static final String REMEDY = "renew it, or correct the clock that is wrong; no restart is needed";

	private static final String NAME_REMEDY = "let that node be dialled by a name of its certificate "
			+ "(macula.provider.advertised-host there, macula.realm.seeds here), or have all certificates carry one name "
			+ "(macula.ssl.peer-name), or none that is a host (macula.ssl.verify-host=false, with "
			+ "macula.security.allow-provide)";

	private final X509ExtendedTrustManager delegate;

	BundleTrust(X509ExtendedTrustManager delegate, InstantSource clock) {
		super(clock);
		this.delegate = delegate;
	}

	/**
	 * Refuse a trust store without a certificate, which the JDK tells only in a
	 * handshake. Trust managers of users need not name whom they accept.
	 * @param source where the trust manager comes from, for messages
	 * @param manager to be asked
	 * @param any a certificate
	 * @throws IllegalArgumentException if there is nobody to trust
	 */
	static void requireAnchors(String source, X509ExtendedTrustManager manager, X509Certificate any) {
		if (manager.getAcceptedIssuers().length > 0) {
			return;
		}
		try {
			manager.checkClientTrusted(new X509Certificate[] { any }, any.getPublicKey().getAlgorithm());
		}
		catch (CertificateException | RuntimeException ex) {
			if (causedBy(ex, InvalidAlgorithmParameterException.class)) {
				throw new IllegalArgumentException(source + " has a trust store without a certificate, so that every "
						+ "peer would be refused; put the authority of the peers there", ex);
			}
		}
	}

	@Override
	void verify(X509Certificate[] chain, String authType, SSLEngine engine) throws PeerRefusedException {
		verifyChain(chain, authType, engine);
		verifyUsage(chain[0], engine.getUseClientMode());
	}

	/** The JDK's trust manager looks at it, too; one of a user may not. */
	private static void verifyUsage(X509Certificate certificate, boolean server) throws PeerRefusedException {
		if (!KeyUsages.allow(certificate, server)) {
			throw unusable(certificate, server, null);
		}
	}

	private static PeerRefusedException unusable(X509Certificate certificate, boolean server,
			@Nullable Throwable cause) {
		return new PeerRefusedException(Fault.PURPOSE,
				"the certificate '" + certificate.getSubjectX500Principal().getName()
						+ "' that it showed may not be used by "
						+ (server ? "servers: its extended key usage lacks serverAuth"
								: "clients: its extended key usage lacks clientAuth"),
				cause);
	}

	private void verifyChain(X509Certificate[] chain, String authType, SSLEngine engine) throws PeerRefusedException {
		try {
			if (engine.getUseClientMode()) {
				this.delegate.checkServerTrusted(chain, authType, engine);
			}
			else {
				this.delegate.checkClientTrusted(chain, authType, engine);
			}
		}
		catch (CertificateException ex) {
			throw explained(chain, engine, ex);
		}
	}

	private PeerRefusedException explained(X509Certificate[] chain, SSLEngine engine, CertificateException ex) {
		String subject = "the certificate '" + chain[0].getSubjectX500Principal().getName() + "'";
		for (X509Certificate certificate : chain) {
			PeerRefusedException refusal = Validity.of(certificate).judge(name(certificate, chain), now(), REMEDY, ex);
			if (refusal != null) {
				return refusal;
			}
		}
		if (causedBy(ex, CertPathBuilderException.class)) {
			return new PeerRefusedException(Fault.ISSUER, subject + " that it showed was issued by '"
					+ chain[chain.length - 1].getIssuerX500Principal().getName() + "', which is not trusted here", ex);
		}
		if (causedBy(ex, CertPathValidatorException.class)) {
			return new PeerRefusedException(Fault.SIGNATURE,
					subject + " that it showed cannot be verified: " + deepest(ex).getMessage(), ex);
		}
		if (!KeyUsages.allow(chain[0], engine.getUseClientMode())) {
			return unusable(chain[0], engine.getUseClientMode(), ex);
		}
		if (engine.getUseClientMode() && ex.getCause() == null) {
			return new PeerRefusedException(Fault.NAME, subject + " that it showed is not for '"
					+ engine.getHandshakeSession().getPeerHost() + "': " + ex.getMessage() + "; ", NAME_REMEDY, ex);
		}
		return new PeerRefusedException(Fault.OTHER,
				subject + " that it showed is not accepted: " + deepest(ex).getMessage(), ex);
	}

	private static String name(X509Certificate certificate, X509Certificate[] chain) {
		return ((certificate == chain[0]) ? "its certificate '" : "the issuing certificate '")
				+ certificate.getSubjectX500Principal().getName() + "'";
	}

	private static boolean causedBy(Throwable failure, Class<? extends Throwable> type) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (type.isInstance(cause)) {
				return true;
			}
		}
		return false;
	}

	private static Throwable deepest(Throwable failure) {
		Throwable deepest = failure;
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			deepest = cause;
		}
		return deepest;
	}

}
