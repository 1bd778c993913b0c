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

package io.macula.spring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Realm;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import io.macula.tls.BundleTls;
import io.macula.tls.HostVerification;
import io.macula.tls.InsecureTls;
import io.macula.tls.RealmSecret;
import io.macula.tls.SecretTls;
import io.macula.tls.TlsContexts;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * Trust between nodes: an SSL bundle where one is named, or else the realm's secret.
 */
final class TlsFactory {

	private static final Logger logger = PrintableLogger.of(TlsFactory.class);

	private static final String BUNDLE_KEY = "macula.ssl.bundle";

	private static final String UNVERIFIED_KEY = "macula.ssl.unverified-beyond-localhost";

	private static final Pattern LOOPBACK = Pattern.compile("127(?:\\.\\d{1,3}){3}");

	private final MaculaProperties properties;

	private final @Nullable SslBundles bundles;

	private final SecretWatch watch;

	private final InvalidSettings invalid;

	/**
	 * A factory.
	 * @param properties the settings
	 * @param bundles SSL bundles, or {@code null} without support for them
	 * @param watch reads changed secrets again
	 * @param invalid refuses settings
	 */
	TlsFactory(MaculaProperties properties, @Nullable SslBundles bundles, SecretWatch watch, InvalidSettings invalid) {
		this.properties = properties;
		this.bundles = bundles;
		this.watch = watch;
		this.invalid = invalid;
	}

	/**
	 * Trust for a node.
	 * @param listening whether others may connect to it
	 * @param authorizers names of the beans that say what a peer may do
	 */
	TlsContexts create(Realm realm, String nodeId, boolean listening, List<String> authorizers) {
		MaculaProperties.Ssl ssl = this.properties.ssl();
		if (!ssl.verify()) {
			refuseUnverifiedPeers(listening);
			refuseListsOfNames();
			refuseAuthorizers(authorizers);
			refusePeersAsPrincipals();
			return InsecureTls.of(realm, nodeId);
		}
		if (ssl.unverifiedBeyondLocalhost()) {
			throw this.invalid.withoutEffect(UNVERIFIED_KEY, true, "macula.ssl.verify=false", "peers are verified");
		}
		if (StringUtils.hasText(ssl.bundle())) {
			return bundle(ssl.bundle());
		}
		if (ssl.bundle() != null && this.properties.realm().secret() == null) {
			throw new FailureAnalyzedException("The setting " + BUNDLE_KEY
					+ this.invalid.origin(ConfigurationPropertyName.of(BUNDLE_KEY)) + " is empty"
					+ this.invalid.variables(ConfigurationPropertyName.of(BUNDLE_KEY))
					+ ", and there is no macula.realm.secret either, so that this node would have a secret that "
					+ "no other machine has.",
					"Set " + BUNDLE_KEY + " to a bundle under spring.ssl.bundle, or remove it.");
		}
		refuseVerificationOfNames(ssl);
		RealmSecrets secrets = new RealmSecrets(this.properties.realm(), this.invalid);
		String before = secrets.fileState();
		SecretTls tls = create(realm, nodeId, secrets);
		this.watch.watch(tls, secrets, before);
		return tls;
	}

	private static SecretTls create(Realm realm, String nodeId, RealmSecrets secrets) {
		List<RealmSecret> read = secrets.read();
		try {
			return SecretTls.of(realm, nodeId, read);
		}
		catch (IllegalArgumentException ex) {
			throw new FailureAnalyzedException(ex.getMessage() + ".",
					"Remove from macula.realm.accepted-secrets those that no node shows any more.", ex);
		}
	}

	/** Without trust whoever reaches this node belongs to the realm. */
	private void refuseUnverifiedPeers(boolean listening) {
		if (this.properties.ssl().unverifiedBeyondLocalhost()) {
			return;
		}
		String beyond = beyond(listening);
		if (!beyond.isEmpty()) {
			throw new FailureAnalyzedException(
					"With " + this.invalid.describe("macula.ssl.verify", false) + " this node trusts everybody, and it "
							+ beyond + ", beyond this machine.",
					"Remove macula.ssl.verify=false. For debugging on one machine use loopback addresses only"
							+ " (macula.provider.address=127.0.0.1); where everybody in the network may take part in"
							+ " the realm, and read and answer its calls, set " + UNVERIFIED_KEY + "=true as well.");
		}
	}

	/**
	 * How this node gets in touch with others that are not on this machine, if at all.
	 */
	private String beyond(boolean listening) {
		for (String seed : this.properties.realm().seeds()) {
			if (StringUtils.hasText(seed) && !loopback(Endpoint.parse(seed).host())) {
				return "has the seed '" + seed + "'";
			}
		}
		for (String type : DirectoryTypes.of(this.properties.directory().type()).names()) {
			if (type.equals(DirectoryEngineFactory.STATIC)) {
				for (Instance instance : FixedDirectory.instances(this.properties.directory().fixed(), this.invalid)) {
					for (Endpoint endpoint : instance.route().endpoints()) {
						if (!loopback(endpoint.host())) {
							return "calls '" + endpoint + "'";
						}
					}
				}
			}
			else if (!type.equals(DirectoryEngineFactory.EMBEDDED)) {
				return "calls whoever its directory '" + type + "' names";
			}
		}
		String address = this.properties.provider().address();
		return (listening && (address == null || !loopback(address)))
				? "listens at " + ((address != null) ? "'" + address + "'" : "all addresses of this machine") : "";
	}

	/** Whoever has lists relies on names that nobody has verified. */
	private void refuseListsOfNames() {
		MaculaProperties.Security security = this.properties.security();
		if (!security.allowCall().isEmpty() || !security.allowProvide().isEmpty()) {
			String lists = security.allowCall().isEmpty() ? "macula.security.allow-provide"
					: "macula.security.allow-call";
			throw namesUnverified(lists);
		}
		MaculaProperties.Operations operations = this.properties.operations();
		if (!operations.allowRead().isEmpty() || !operations.allowWrite().isEmpty()) {
			throw namesUnverified(operations.allowRead().isEmpty() ? "macula.operations.allow-write"
					: "macula.operations.allow-read");
		}
	}

	private FailureAnalyzedException namesUnverified(String lists) {
		return new FailureAnalyzedException(
				"The lists of " + lists + " have no effect with " + this.invalid.describe("macula.ssl.verify", false)
						+ ": everybody can make a certificate with the names that they allow.",
				"Remove macula.ssl.verify=false, or for debugging the lists.");
	}

	/** Whoever calls could name himself as he likes. */
	private void refusePeersAsPrincipals() {
		MaculaProperties.CallerAuthentication authentication = this.properties.security().authentication();
		if (authentication.usesPeer()) {
			throw new FailureAnalyzedException(
					this.invalid.describe("macula.security.authentication", authentication.text())
							+ " has no effect with " + this.invalid.describe("macula.ssl.verify", false)
							+ ": everybody can make a certificate with any name.",
					"Remove macula.ssl.verify=false, or for debugging set macula.security.authentication to bearer or"
							+ " none.");
		}
	}

	/** They are asked of identities that nobody has verified. */
	private void refuseAuthorizers(List<String> authorizers) {
		if (!authorizers.isEmpty()) {
			throw new FailureAnalyzedException(
					((authorizers.size() == 1) ? "The PeerAuthorizer bean " : "The PeerAuthorizer beans ")
							+ authorizers.stream().map((name) -> "'" + name + "'").collect(Collectors.joining(", "))
							+ ((authorizers.size() == 1) ? " has" : " have") + " no effect with "
							+ this.invalid.describe("macula.ssl.verify", false)
							+ ": everybody can make a certificate with the names that they look at.",
					"Remove macula.ssl.verify=false, or for debugging leave the beans out, for example with"
							+ " @ConditionalOnProperty(name = \"macula.ssl.verify\", matchIfMissing = true).");
		}
	}

	/** By its looks: a name that has to be resolved may lead anywhere. */
	private static boolean loopback(String host) {
		String bare = host.replaceAll("[\\[\\]]", "").toLowerCase(Locale.ROOT);
		return bare.equals("localhost") || bare.endsWith(".localhost") || bare.equals("::1")
				|| bare.equals("0:0:0:0:0:0:0:1") || LOOPBACK.matcher(bare).matches();
	}

	/** Whoever sets these relies on something that the realm's secret does not do. */
	private void refuseVerificationOfNames(MaculaProperties.Ssl ssl) {
		String reason = "trust comes from the realm's secret, whose certificates name no host";
		if (StringUtils.hasText(ssl.peerName())) {
			throw this.invalid.withoutEffect("macula.ssl.peer-name", ssl.peerName(), BUNDLE_KEY, reason);
		}
		if (!ssl.verifyHost()) {
			throw this.invalid.withoutEffect("macula.ssl.verify-host", ssl.verifyHost(), BUNDLE_KEY, reason);
		}
	}

	private TlsContexts bundle(String name) {
		SslBundle bundle = find(name);
		BundleTls tls = create(name, bundle);
		Assert.state(this.bundles != null, "There are bundles");
		LogLimit limit = new LogLimit(System::nanoTime, Duration.ofMinutes(1), 10);
		this.bundles.addBundleUpdateHandler(name, (updated) -> update(tls, name, updated, limit));
		return tls;
	}

	private BundleTls create(String name, SslBundle bundle) {
		HostVerification verification = verification();
		try {
			return BundleTls.of(source(name), verification, bundle.getManagers().getKeyManagerFactory(),
					bundle.getManagers().getTrustManagerFactory());
		}
		catch (RuntimeException ex) {
			String origin = this.invalid.origin(ConfigurationPropertyName.of(BUNDLE_KEY));
			throw new FailureAnalyzedException(
					"The SSL bundle that " + BUNDLE_KEY + " = '" + name + "'" + origin + " names cannot be used: "
							+ reason(ex) + ".",
					"Mend the bundle '" + name + "' under spring.ssl.bundle, or change " + BUNDLE_KEY + ".", ex);
		}
	}

	/**
	 * While files are replaced one after the other they do not belong together. Nothing
	 * is thrown: others wait for the same update.
	 */
	private static void update(BundleTls tls, String name, SslBundle updated, LogLimit limit) {
		try {
			tls.update(updated.getManagers().getKeyManagerFactory(), updated.getManagers().getTrustManagerFactory());
		}
		catch (RuntimeException ex) {
			String reason = reason(ex);
			limit.log(reason, (suppressed) -> logger.warn(
					"{} was renewed, but cannot be used, so that the present one stays until it is renewed again: {}{}",
					source(name), reason, suppressed));
		}
	}

	private static String source(String name) {
		return "SSL bundle '" + name + "'";
	}

	private static String reason(RuntimeException failure) {
		Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
		return (failure instanceof IllegalArgumentException || cause == failure) ? String.valueOf(failure.getMessage())
				: failure.getMessage() + " (" + cause.getMessage() + ")";
	}

	private HostVerification verification() {
		MaculaProperties.Ssl ssl = this.properties.ssl();
		if (!ssl.verifyHost()) {
			return HostVerification.off();
		}
		return StringUtils.hasText(ssl.peerName()) ? HostVerification.fixedName(ssl.peerName())
				: HostVerification.dialledHost();
	}

	private SslBundle find(String name) {
		if (this.bundles == null) {
			throw this.invalid.refuse(BUNDLE_KEY, name, "nothing, as there is no support for SSL bundles");
		}
		try {
			return this.bundles.getBundle(name);
		}
		catch (NoSuchSslBundleException ex) {
			List<String> names = this.bundles.getBundleNames();
			throw this.invalid.refuseName(BUNDLE_KEY, name, names,
					names.isEmpty() ? "the name of a bundle under spring.ssl.bundle, of which there are none"
							: "one of the bundles under spring.ssl.bundle: " + String.join(", ", names));
		}
	}

}
