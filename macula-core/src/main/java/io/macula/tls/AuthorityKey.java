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

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import io.macula.Realm;

/**
 * The key of a realm's certificate authority, which follows from the realm's name and
 * secret alone. Immutable.
 */
final class AuthorityKey {

	/*
	 * A secret that does not look random goes through scrypt first, with the realm's name
	 * as the salt, so that each guess of it costs 32 MB and a tenth of a second; for one
	 * of 256 random bits that would add nothing but a slower start. Then HKDF-SHA256 (RFC
	 * 5869) gives 384 bits, which modulo the order of P-256 give the private key without
	 * noticeable bias (FIPS 186-5, A.2.1). The JDK has no way from a private to a public
	 * key, except this one: ECDH with the generator is a scalar multiplication and gives
	 * the x coordinate of the public key. Of the two points that have it the one with the
	 * even y is taken, and the private key that belongs to it: d or n - d, whichever
	 * makes signatures that the point verifies.
	 */

	/** Names this derivation; another one gives other keys, and needs another name. */
	static final String VERSION = "macula realm secret 2";

	static final int SCRYPT_COST = 1 << 15;

	static final int SCRYPT_BLOCK_SIZE = 8;

	/** How many derivations that took long are remembered. */
	private static final int REMEMBERED = 8;

	private static final Map<Derivation, AuthorityKey> SLOW = new LinkedHashMap<>();

	private final PrivateKey privateKey;

	private final PublicKey publicKey;

	private final BigInteger serial;

	private final byte[] identifier;

	private AuthorityKey(PrivateKey privateKey, PublicKey publicKey, BigInteger serial) {
		this.privateKey = privateKey;
		this.publicKey = publicKey;
		this.serial = serial;
		this.identifier = Arrays.copyOf(NodeIdentity.hash(publicKey.getEncoded()), 20);
	}

	/**
	 * The key of a realm; takes {@value #SCRYPT_COST} kilobytes of heap and a tenth of a
	 * second if the secret is not random and was not used in this process.
	 */
	static AuthorityKey of(Realm realm, RealmSecret secret) {
		return secret.isRandom() ? derived(realm, secret) : remembered(new Derivation(realm, secret));
	}

	/** One at a time, which bounds the memory. */
	private static AuthorityKey remembered(Derivation derivation) {
		synchronized (SLOW) {
			AuthorityKey key = SLOW.remove(derivation);
			if (key == null) {
				key = derived(derivation.realm, derivation.secret);
			}
			SLOW.put(derivation, key);
			if (SLOW.size() > REMEMBERED) {
				SLOW.remove(SLOW.keySet().iterator().next());
			}
			return key;
		}
	}

	private static AuthorityKey derived(Realm realm, RealmSecret secret) {
		try {
			Mac mac = Mac.getInstance("HmacSHA256");
			mac.init(new SecretKeySpec(ascii(VERSION), "HmacSHA256"));
			mac.init(new SecretKeySpec(mac.doFinal(hardened(realm, secret)), "HmacSHA256"));
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
			return new AuthorityKey(privateKey, publicKey, serial);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("The Java runtime lacks what the realm secret needs (HmacSHA256, EC P-256)",
					ex);
		}
	}

	private static byte[] hardened(Realm realm, RealmSecret secret) throws GeneralSecurityException {
		return secret.isRandom() ? secret.bytes() : Scrypt.derive(secret.bytes(), ascii(VERSION + " " + realm.name()),
				SCRYPT_COST, SCRYPT_BLOCK_SIZE, 32);
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	private static byte[] expand(Mac mac, String info, int length) {
		byte[] block = {};
		byte[] output = new byte[length];
		for (int done = 0, i = 1; done < length; i++) {
			mac.update(block);
			mac.update(ascii(info));
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

	PrivateKey privateKey() {
		return this.privateKey;
	}

	PublicKey publicKey() {
		return this.publicKey;
	}

	/** Number of the authority's own certificate. */
	BigInteger serial() {
		return this.serial;
	}

	/** The key identifier in the authority's certificate and in those that it issues. */
	byte[] identifier() {
		return this.identifier.clone();
	}

	/** What tells secrets apart for people; every certificate shows it. */
	String fingerprint() {
		return fingerprint(this.identifier);
	}

	static String fingerprint(byte[] identifier) {
		return HexFormat.of().formatHex(identifier, 0, Math.min(4, identifier.length));
	}

	@Override
	public String toString() {
		return "authority key " + fingerprint();
	}

	/** What a key follows from. */
	private record Derivation(Realm realm, RealmSecret secret) {
	}

}
