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
import java.security.AlgorithmParameters;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;

import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.security.auth.x500.X500Principal;

import io.macula.Realm;

/**
 * The certificate authority of a realm, the same in every process that knows the realm's
 * name and secret. Immutable.
 */
final class RealmAuthority {

	/*
	 * HKDF-SHA256 (RFC 5869) of the secret gives 384 bits, which modulo the order of
	 * P-256 give the private key without noticeable bias (FIPS 186-5, A.2.1). The JDK has
	 * no way from a private to a public key, except this one: ECDH with the generator is
	 * a scalar multiplication and gives the x coordinate of the public key. Of the two
	 * points that have it the one with the even y is taken, and the private key that
	 * belongs to it: d or n - d, whichever makes signatures that the point verifies.
	 */

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

	private final Realm realm;

	private final String label;

	private final BigInteger serial;

	private final byte[] name;

	private final PrivateKey privateKey;

	private final PublicKey publicKey;

	private RealmAuthority(Realm realm, String label, BigInteger serial, PrivateKey privateKey, PublicKey publicKey) {
		this.realm = realm;
		this.label = label;
		this.serial = serial;
		this.name = name(label);
		this.privateKey = privateKey;
		this.publicKey = publicKey;
	}

	/**
	 * The authority of a realm.
	 * @param realm the realm
	 * @param secret the realm's secret
	 */
	static RealmAuthority of(Realm realm, RealmSecret secret) {
		try {
			Mac mac = Mac.getInstance("HmacSHA256");
			mac.init(new SecretKeySpec("macula realm secret 1".getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
			mac.init(new SecretKeySpec(mac.doFinal(secret.bytes()), "HmacSHA256"));
			BigInteger serial = new BigInteger(1, expand(mac, "serial " + realm.name(), 16)).setBit(0);
			ECParameterSpec curve = curve();
			BigInteger order = curve.getOrder();
			BigInteger number = new BigInteger(1, expand(mac, "authority " + realm.name(), 48))
				.mod(order.subtract(BigInteger.ONE))
				.add(BigInteger.ONE);
			KeyFactory keys = KeyFactory.getInstance("EC");
			PrivateKey privateKey = keys.generatePrivate(new ECPrivateKeySpec(number, curve));
			PublicKey publicKey = keys.generatePublic(new ECPublicKeySpec(evenPoint(curve, keys, privateKey), curve));
			if (!belong(privateKey, publicKey)) {
				privateKey = keys.generatePrivate(new ECPrivateKeySpec(order.subtract(number), curve));
			}
			return new RealmAuthority(realm, label(realm), serial, privateKey, publicKey);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("The Java runtime lacks what the realm secret needs (HmacSHA256, EC P-256)",
					ex);
		}
	}

	private static byte[] expand(Mac mac, String info, int length) {
		byte[] block = {};
		byte[] output = new byte[length];
		for (int done = 0, i = 1; done < length; i++) {
			mac.update(block);
			mac.update(info.getBytes(StandardCharsets.UTF_8));
			mac.update((byte) i);
			block = mac.doFinal();
			int part = Math.min(block.length, length - done);
			System.arraycopy(block, 0, output, done, part);
			done += part;
		}
		return output;
	}

	private static ECParameterSpec curve() throws GeneralSecurityException {
		AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
		parameters.init(new ECGenParameterSpec("secp256r1"));
		return parameters.getParameterSpec(ECParameterSpec.class);
	}

	private static ECPoint evenPoint(ECParameterSpec curve, KeyFactory keys, PrivateKey privateKey)
			throws GeneralSecurityException {
		KeyAgreement multiplication = KeyAgreement.getInstance("ECDH");
		multiplication.init(privateKey);
		multiplication.doPhase(keys.generatePublic(new ECPublicKeySpec(curve.getGenerator(), curve)), true);
		BigInteger x = new BigInteger(1, multiplication.generateSecret());
		BigInteger prime = ((ECFieldFp) curve.getCurve().getField()).getP();
		BigInteger square = x.pow(3).add(curve.getCurve().getA().multiply(x)).add(curve.getCurve().getB()).mod(prime);
		// A square root this way needs a prime of 3 modulo 4, as that of P-256 is.
		BigInteger y = square.modPow(prime.add(BigInteger.ONE).shiftRight(2), prime);
		return new ECPoint(x, y.testBit(0) ? prime.subtract(y) : y);
	}

	private static boolean belong(PrivateKey privateKey, PublicKey publicKey) throws GeneralSecurityException {
		byte[] text = { 1 };
		Signature signature = Signature.getInstance("SHA256withECDSA");
		signature.initSign(privateKey);
		signature.update(text);
		byte[] signed = signature.sign();
		signature.initVerify(publicKey);
		signature.update(text);
		return signature.verify(signed);
	}

	/**
	 * A DNS label for a realm: readable, and unlike that of every other realm.
	 */
	static String label(Realm realm) {
		String readable = realm.name().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
		readable = readable.substring(0, Math.min(40, readable.length()));
		byte[] hash = sha256(realm.name().getBytes(StandardCharsets.UTF_8));
		return "r-" + readable + "-" + HexFormat.of().formatHex(hash, 0, 6);
	}

	private static byte[] sha256(byte[] bytes) {
		try {
			return MessageDigest.getInstance("SHA-256").digest(bytes);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("The Java runtime lacks SHA-256", ex);
		}
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
		return this.publicKey;
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
					extension(35, false, Der.sequence(Der.tagged(0x80, keyIdentifier()))));
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
				extension(14, false, Der.octets(keyIdentifier())));
		try {
			return certificate(this.serial, this.name, this.publicKey, NOT_BEFORE, NOT_AFTER, extensions);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(
					"No certificate could be made for the authority of realm '" + this.realm + "'", ex);
		}
	}

	private byte[] keyIdentifier() {
		return Arrays.copyOf(sha256(this.publicKey.getEncoded()), 20);
	}

	/** RFC 5280, section 4.1. */
	private X509Certificate certificate(BigInteger number, byte[] subject, PublicKey key, Instant from, Instant until,
			byte[] extensions) throws GeneralSecurityException {
		byte[] body = Der.sequence(Der.tagged(0xA0, Der.integer(BigInteger.TWO)), Der.integer(number),
				ECDSA_WITH_SHA256, this.name, Der.sequence(Der.time(from), Der.time(until)), subject,
				((ECPublicKey) key).getEncoded(), Der.tagged(0xA3, extensions));
		Signature signature = Signature.getInstance("SHA256withECDSA");
		signature.initSign(this.privateKey);
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
