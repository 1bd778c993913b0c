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
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.EllipticCurve;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Who a node is: the public key of the certificate that it shows in handshakes. Renewed
 * certificates of one key are one identity. Immutable.
 */
public final class NodeIdentity {

	/** Most bytes of a public key; an RSA key of 8192 bits has 1,062. */
	public static final int MAX_PUBLIC_KEY_BYTES = 1100;

	/** Bytes of a hash. */
	public static final int HASH_BYTES = 32;

	private static final List<String> ALGORITHMS = List.of("EC", "RSA");

	private static final int MIN_EC_BITS = 256;

	private static final int MIN_RSA_BITS = 2048;

	/** All that is in use is 65,537; one as long as the modulus costs 100 times more. */
	private static final int MAX_RSA_EXPONENT_BITS = 64;

	/** Bytes of keys on the curves P-256 and P-384; RSA keys have 294 or more. */
	private static final int P256_BYTES = 91;

	private static final int P384_BYTES = 120;

	private static final int LARGEST_EC_BYTES = 200;

	private final PublicKey key;

	private final byte[] encoded;

	private final byte[] hash;

	private NodeIdentity(PublicKey key, byte[] encoded) {
		this.key = key;
		this.encoded = encoded;
		this.hash = hash(encoded);
	}

	/**
	 * The identity that a certificate proves, once a handshake has verified it.
	 * @param certificate a node's own, not that of an authority
	 * @return the identity
	 */
	public static NodeIdentity of(X509Certificate certificate) {
		return new NodeIdentity(certificate.getPublicKey(), certificate.getPublicKey().getEncoded());
	}

	/**
	 * The identity that somebody tells of.
	 * @param publicKey X.509 SubjectPublicKeyInfo in DER
	 * @return the identity
	 * @throws IllegalArgumentException if it is no EC key of at least 256 bits nor an RSA
	 * key of at least 2048 with an exponent of at most 64, or not in the one form that
	 * DER has for it
	 */
	public static NodeIdentity of(byte[] publicKey) {
		if (publicKey.length > MAX_PUBLIC_KEY_BYTES) {
			throw new IllegalArgumentException("A public key of " + publicKey.length + " bytes is not valid: expected "
					+ "at most " + MAX_PUBLIC_KEY_BYTES);
		}
		byte[] encoded = publicKey.clone();
		PublicKey key = parse(encoded);
		if (key == null || !MessageDigest.isEqual(key.getEncoded(), encoded)) {
			throw new IllegalArgumentException("A public key of " + publicKey.length
					+ " bytes is not valid: expected an EC key of at least " + MIN_EC_BITS
					+ " bits or an RSA key of at least " + MIN_RSA_BITS + " with an exponent of at most "
					+ MAX_RSA_EXPONENT_BITS + ", as SubjectPublicKeyInfo in DER");
		}
		return new NodeIdentity(key, encoded);
	}

	private static @Nullable PublicKey parse(byte[] encoded) {
		for (String algorithm : ALGORITHMS) {
			try {
				PublicKey key = KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(encoded));
				return strong(key) ? key : null;
			}
			catch (InvalidKeySpecException ex) {
				// Of the other algorithm, or of none.
			}
			catch (GeneralSecurityException ex) {
				throw new IllegalStateException("The Java runtime lacks keys of type " + algorithm, ex);
			}
		}
		return null;
	}

	private static boolean strong(PublicKey key) {
		if (key instanceof ECPublicKey ec) {
			return ec.getParams().getOrder().bitLength() >= MIN_EC_BITS && onCurve(ec);
		}
		return key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() >= MIN_RSA_BITS
				&& rsa.getPublicExponent().bitLength() <= MAX_RSA_EXPONENT_BITS;
	}

	/**
	 * What it costs to verify a signature, in terms of one on the curve P-256.
	 * @param publicKey X.509 SubjectPublicKeyInfo in DER, be it valid or not
	 * @return 1 or more
	 */
	public static int verificationCost(byte[] publicKey) {
		int bytes = publicKey.length;
		if (bytes <= P256_BYTES || bytes > LARGEST_EC_BYTES) {
			return 1;
		}
		return (bytes <= P384_BYTES) ? 3 : 6;
	}

	/** The JDK does not look when it reads a key. */
	private static boolean onCurve(ECPublicKey key) {
		EllipticCurve curve = key.getParams().getCurve();
		if (!(curve.getField() instanceof ECFieldFp field)) {
			return false;
		}
		BigInteger x = key.getW().getAffineX();
		BigInteger y = key.getW().getAffineY();
		BigInteger prime = field.getP();
		BigInteger right = x.pow(3).add(curve.getA().multiply(x)).add(curve.getB()).mod(prime);
		return x.compareTo(prime) < 0 && y.compareTo(prime) < 0 && y.multiply(y).mod(prime).equals(right);
	}

	/**
	 * The public key.
	 * @return a copy; X.509 SubjectPublicKeyInfo in DER
	 */
	public byte[] publicKey() {
		return this.encoded.clone();
	}

	/**
	 * SHA-256 of the public key.
	 * @return a copy of {@value #HASH_BYTES} bytes
	 */
	public byte[] hash() {
		return this.hash.clone();
	}

	/**
	 * The hash as a text, for comparison and for directories.
	 * @return hexadecimal, in lower case
	 */
	public String text() {
		return HexFormat.of().formatHex(this.hash);
	}

	/**
	 * SHA-256 of a public key, be it valid or not.
	 * @param publicKey X.509 SubjectPublicKeyInfo in DER
	 * @return {@value #HASH_BYTES} bytes
	 */
	public static byte[] hash(byte[] publicKey) {
		try {
			return MessageDigest.getInstance("SHA-256").digest(publicKey);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("The Java runtime lacks SHA-256", ex);
		}
	}

	/**
	 * Whether this node signed something.
	 * @param content what was signed
	 * @param signature as {@link NodeKey#sign} makes it
	 * @return false also for what is no signature at all
	 */
	public boolean signed(byte[] content, byte[] signature) {
		try {
			Signature verification = NodeKey.signature(this.key);
			verification.initVerify(this.key);
			verification.update(content);
			return verification.verify(signature);
		}
		catch (GeneralSecurityException ex) {
			return false;
		}
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof NodeIdentity identity && MessageDigest.isEqual(this.hash, identity.hash);
	}

	@Override
	public int hashCode() {
		return this.hash[0] << 24 | (this.hash[1] & 0xFF) << 16 | (this.hash[2] & 0xFF) << 8 | this.hash[3] & 0xFF;
	}

	/** The first 8 bytes of the hash, in hexadecimal: enough for people. */
	@Override
	public String toString() {
		return HexFormat.of().formatHex(this.hash, 0, 8);
	}

}
