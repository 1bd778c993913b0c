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

package io.macula.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever is logged at INFO and above goes through {@link LogLimit} or {@link FaultLog},
 * unless it is written once in the life of something that nobody else can multiply; and
 * all of it through {@link PrintableLogger}.
 */
class EveryLineIsLimitedTests {

	private static final Set<String> WRITING = Set.of("info", "warn", "error", "atInfo", "atWarn", "atError", "atLevel",
			"makeLoggingEventBuilder");

	/** Methods whose lines need no limit, because ... */
	private static final Set<String> ONCE = Set.of(
			/* ... a service is read once for each codec of this node. */
			"ServedProcedures.prepare",
			/* ... a node starts, drains and closes once in a life. */
			"Life.calls", "Life.listen", "ServingPart.start", "ServingPart.stopServing", "ServingPart.withdrawalFailed",
			"NodeClosing.start", "NodeClosing.run", "RealmServer.drain", "RealmServer.drained", "ListenerSockets.bind",
			"ListenerSockets.tellOfMore", "Transport.attempt", "DirectoryClient.start", "ServiceLife.attempt",
			/* ... a client is made once, and told of each start of its node. */
			"RealmClient.announce", "RealmClient.enter", "RealmClient.tellOfZone",
			/* ... lists are looked at when a service is provided, or called first. */
			"PeerAccess.warnIfUnlisted",
			/* ... trust is set up once, and anew when the operator changes a file. */
			"SecretFile.loadOrCreate", "SecretFile.requirePrivate", "SecretTls.update", "InsecureTls.of",
			"BundleTls.of", "BundleTls.present", "BundleTls.update", "BundleTls.promoted",
			/*
			 * ... each act is told of those who may steer, or it could not be looked up.
			 */
			"Steering.drain", "Steering.resume", "Steering.eject", "Steering.restore", "Steering.weight",
			/* ... a certificate is looked at each hour, and renewed after days. */
			"ExpiryWarning.check", "RealmContexts.renewed");

	/** Main classes alone, wherever they were compiled to. */
	private static final JavaClasses CORE = new ClassFileImporter()
		.importUrl(LogLimit.class.getProtectionDomain().getCodeSource().getLocation());

	@Test
	void whenALineMayRepeatThenItIsLimited() {
		assertThat(unlimited()).as("lines that peers, callers or the network could repeat without a bound")
			.isSubsetOf(ONCE);
	}

	@Test
	void whenALineIsAllowedOnceThenThereIsOne() {
		assertThat(ONCE).as("no more than needed").isSubsetOf(unlimited());
	}

	/**
	 * A line is limited if it is written in a lambda, in a method that hands at least as
	 * many lambdas to a limit.
	 */
	private static Set<String> unlimited() {
		Map<JavaCodeUnit, List<JavaMethodCall>> lines = new HashMap<>();
		for (JavaClass type : CORE) {
			if (type.getPackageName().equals("io.macula.log")) {
				continue;
			}
			for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
				if (call.getTargetOwner().isAssignableTo(Logger.class) && WRITING.contains(call.getName())) {
					lines.computeIfAbsent(call.getOrigin(), (method) -> new ArrayList<>()).add(call);
				}
			}
		}
		Set<String> unlimited = new TreeSet<>();
		lines.forEach((method, calls) -> {
			long limits = method.getMethodCallsFromSelf()
				.stream()
				.filter((call) -> call.getTargetOwner().isEquivalentTo(LogLimit.class) && call.getName().equals("log"))
				.count();
			if (limits < calls.size() || !calls.stream().allMatch(JavaMethodCall::isDeclaredInLambda)) {
				unlimited.add(method.getOwner().getSimpleName() + "." + method.getName());
			}
		});
		return unlimited;
	}

	@Test
	void whenSomethingIsLoggedThenItIsPrintable() {
		noClasses().that()
			.resideOutsideOfPackage("io.macula.log")
			.should()
			.dependOnClassesThat()
			.areAssignableTo(LoggerFactory.class)
			.because("PrintableLogger.of makes loggers whose lines nobody else can forge")
			.check(CORE);
	}

	@Test
	void whenSomethingIsToldThenItIsLogged() {
		noClasses().should().callMethod(Throwable.class, "printStackTrace").check(CORE);
		noClasses().should().accessField(System.class, "out").check(CORE);
		noClasses().should().accessField(System.class, "err").check(CORE);
		noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..").check(CORE);
		noClasses().should().callMethod(System.class, "getLogger", String.class).check(CORE);
	}

}
