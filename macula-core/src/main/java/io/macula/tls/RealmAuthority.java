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

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;

import javax.security.auth.x500.X500Principal;

import io.macula.Realm;
import org.jspecify.annotations.Nullable;

/**
 * The certificate authority of a realm, the same in every process that knows the realm's
 * name and secret. Immutable.
 */
final class RealmAuthority {

	private static final Instant NOT_BEFORE = Instant.parse("2020-01-01T00:00:00Z");

	private static final Instant NOT_AFTER = Instant.parse("2120-01-01T00:00:00Z");

	/** How far the clocks of two nodes may be apart. */
	static final Duration TOLERANCE = Duration.ofDays(3);

	/**
	 * How long before and after its making a node's certificate is valid: a peer whose
	 * clock is off by the tolerance accepts even one that is about to be renewed.
	 */
	static final Duration LEAF_REACH = TOLERANCE.plus(RealmContexts.RENEWAL);

	private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.oid(1, 2, 840, 10045, 4, 3, 2));

	private static final int MAX_COMMON_NAME_LENGTH = 64;

	private static final String KEY_IDENTIFIER = "2.5.29.35";

	/**
	 * Nodes of another version of the derivation are told that they are of another realm.
	 */
	private static final String LABEL_VERSION = "macula realm 2 ";

	private final Realm realm;

	private final String label;

	private final byte[] name;

	private final AuthorityKey key;

	private final String origin;

	private RealmAuthority(Realm realm, AuthorityKey key, String origin) {
		this.realm = realm;
		this.label = label(realm);
		this.name = name(this.label);
		this.key = key;
		this.origin = origin;
	}

	/**
	 * The authority of a realm.
	 * @param realm the realm
	 * @param secret the realm's secret
	 */
	static RealmAuthority of(Realm realm, RealmSecret secret) {
		return new RealmAuthority(realm, AuthorityKey.of(realm, secret), secret.origin());
	}

	/**
	 * A DNS label for a realm: readable, and unlike that of every other realm.
	 */
	static String label(Realm realm) {
		String readable = realm.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
		readable = readable.substring(0, Math.min(40, readable.length()));
		byte[] hash = NodeIdentity.hash((LABEL_VERSION + realm.name()).getBytes(StandardCharsets.UTF_8));
		return "r-" + readable + "-" + HexFormat.of().formatHex(hash, 0, 6);
	}

	private static byte[] name(String commonName) {
		byte[] organization = Der.set(Der.sequence(Der.oid(2, 5, 4, 10), Der.utf8("Macula")));
		return Der.sequence(organization, Der.set(Der.sequence(Der.oid(2, 5, 4, 3), Der.utf8(commonName))));
	}

	Realm realm() {
		return this.realm;
	}

	/**
	 * DNS name in the certificates of all nodes of the realm.
	 */
	String peerName() {
		return this.label + ".realm.macula";
	}

	/**
	 * Name of this authority as the issuer of certificates.
	 */
	X500Principal issuer() {
		return new X500Principal(this.name);
	}

	PublicKey publicKey() {
		return this.key.publicKey();
	}

	/** Which secret it is, for people. */
	String fingerprint() {
		return this.key.fingerprint();
	}

	/** Where its secret comes from. */
	String origin() {
		return this.origin;
	}

	/** Whether a certificate says that it was issued with this authority's key. */
	boolean named(X509Certificate certificate) {
		return Arrays.equals(certificate.getExtensionValue(KEY_IDENTIFIER), Der.octets(authorityIdentifier()));
	}

	/**
	 * Which secret a certificate says that it was issued with.
	 * @param certificate of a node that has a realm's secret
	 * @return for people, or {@code null} if it does not say
	 */
	static @Nullable String fingerprint(X509Certificate certificate) {
		byte[] value = certificate.getExtensionValue(KEY_IDENTIFIER);
		// Octets of a sequence of one tagged value of 20 bytes, as in a leaf.
		return (value != null && value.length == 26)
				? AuthorityKey.fingerprint(Arrays.copyOfRange(value, 6, value.length)) : null;
	}

	private byte[] authorityIdentifier() {
		return Der.sequence(Der.tagged(0x80, this.key.identifier()));
	}

	/** A key such as {@link #issue} certifies. */
	static KeyPair newKey() {
		try {
			KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
			generator.initialize(new ECGenParameterSpec("secp256r1"));
			return generator.generateKeyPair();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("The Java runtime lacks EC P-256", ex);
		}
	}

	/**
	 * A certificate of a node's key, valid for {@link #LEAF_REACH} before and after the
	 * present.
	 * @param nodeId the node
	 * @param key its public key
	 * @param now the present
	 */
	X509Certificate issue(String nodeId, PublicKey key, Instant now) {
		try {
			byte[] nodeName = Der.tagged(0x86, NodeUri.of(this.realm, nodeId).getBytes(StandardCharsets.US_ASCII));
			byte[] serverName = Der.tagged(0x82, peerName().getBytes(StandardCharsets.US_ASCII));
			byte[] serverUsage = Der.oid(1, 3, 6, 1, 5, 5, 7, 3, 1);
			byte[] clientUsage = Der.oid(1, 3, 6, 1, 5, 5, 7, 3, 2);
			byte[] extensions = Der.sequence(extension(15, true, Der.bits(7, new byte[] { (byte) 0x80 })),
					extension(37, false, Der.sequence(serverUsage, clientUsage)),
					extension(17, false, Der.sequence(serverName, nodeName)),
					extension(35, false, authorityIdentifier()));
			BigInteger random = new BigInteger(120, new SecureRandom()).setBit(0);
			String commonName = nodeId.substring(0, Math.min(MAX_COMMON_NAME_LENGTH, nodeId.length()));
			return certificate(random, name(commonName), key, now.minus(LEAF_REACH), now.plus(LEAF_REACH), extensions);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("No certificate could be made for node '" + nodeId + "'", ex);
		}
	}

	/**
	 * This authority's own certificate, a trust anchor for other TLS implementations.
	 * Subject, serial number, validity and key are the same in every process.
	 */
	X509Certificate certificate() {
		byte[] extensions = Der.sequence(
				extension(19, true, Der.sequence(Der.bool(true), Der.integer(BigInteger.ZERO))),
				extension(15, true, Der.bits(1, new byte[] { 0x06 })),
				extension(14, false, Der.octets(this.key.identifier())));
		try {
			return certificate(this.key.serial(), this.name, publicKey(), NOT_BEFORE, NOT_AFTER, extensions);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(
					"No certificate could be made for the authority of realm '" + this.realm + "'", ex);
		}
	}

	/** RFC 5280, section 4.1. */
	private X509Certificate certificate(BigInteger number, byte[] subject, PublicKey key, Instant from, Instant until,
			byte[] extensions) throws GeneralSecurityException {
		byte[] body = Der.sequence(Der.tagged(0xA0, Der.integer(BigInteger.TWO)), Der.integer(number),
				ECDSA_WITH_SHA256, this.name, Der.sequence(Der.time(from), Der.time(until)), subject,
				((ECPublicKey) key).getEncoded(), Der.tagged(0xA3, extensions));
		Signature signature = Signature.getInstance("SHA256withECDSA");
		signature.initSign(this.key.privateKey());
		signature.update(body);
		byte[] certificate = Der.sequence(body, ECDSA_WITH_SHA256, Der.bits(0, signature.sign()));
		return (X509Certificate) CertificateFactory.getInstance("X.509")
			.generateCertificate(new ByteArrayInputStream(certificate));
	}

	/** Of the arc id-ce, 2.5.29. */
	private static byte[] extension(int arc, boolean critical, byte[] value) {
		byte[] oid = Der.oid(2, 5, 29, arc);
		return critical ? Der.sequence(oid, Der.bool(true), Der.octets(value)) : Der.sequence(oid, Der.octets(value));
	}

	@Override
	public String toString() {
		return "authority of realm '" + this.realm + "'";
	}

}
