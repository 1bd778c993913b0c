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

package io.macula;

import java.util.Map;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

class ArchitectureTests {

	private static final JavaClasses CORE = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages("io.macula");

	/** An arrow may only point down, never sideways. */
	private static final Map<String, Integer> FLOORS = Map.ofEntries(Map.entry("io.macula", 0),
			Map.entry("io.macula.log", -1), Map.entry("io.macula.contract", 1), Map.entry("io.macula.codec", 1),
			Map.entry("io.macula.wire", 1), Map.entry("io.macula.directory", 1), Map.entry("io.macula.observation", 1),
			Map.entry("io.macula.udp", 1), Map.entry("io.macula.interceptor", 1), Map.entry("io.macula.tls", 2),
			Map.entry("io.macula.kotlin", 2), Map.entry("io.macula.selection", 2), Map.entry("io.macula.transport", 3),
			Map.entry("io.macula.pool", 4), Map.entry("io.macula.client", 5), Map.entry("io.macula.server", 5),
			Map.entry("io.macula.embedded", 6), Map.entry("io.macula.operations", 6), Map.entry("io.macula.node", 7));

	@Test
	void everyPackageHasItsFloor() {
		assertThat(CORE).extracting(JavaClass::getPackageName).isSubsetOf(FLOORS.keySet());
	}

	@Test
	void dependenciesPointDown() {
		classes().should(new ArchCondition<>("depend on lower floors only") {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
					String from = type.getPackageName();
					String to = dependency.getTargetClass().getBaseComponentType().getPackageName();
					if (!from.equals(to) && to.startsWith("io.macula") && floor(to) >= floor(from)) {
						events.add(SimpleConditionEvent.violated(dependency,
								"floor " + floor(from) + " to floor " + floor(to) + ": " + dependency));
					}
				}
			}

			private int floor(String packageName) {
				return FLOORS.getOrDefault(packageName, 0);
			}

		}).check(CORE);
	}

	@Test
	void packagesAreFreeOfCycles() {
		slices().matching("io.macula.(**)").should().beFreeOfCycles().check(CORE);
	}

	@Test
	void coreKnowsNoSpring() {
		noClasses().should().dependOnClassesThat().resideInAPackage("org.springframework..").check(CORE);
	}

	@Test
	void buffersStayInWireAndTransport() {
		noClasses().that()
			.resideOutsideOfPackages("io.macula.wire", "io.macula.transport", "io.macula.udp")
			.should()
			.dependOnClassesThat()
			.resideInAPackage("io.netty.buffer..")
			.check(CORE);
	}

	@Test
	void everyPackageIsNullMarked() {
		assertThat(CORE.stream().map(JavaClass::getPackage).distinct()).isNotEmpty()
			.allSatisfy((JavaPackage javaPackage) -> assertThat(javaPackage.isAnnotatedWith(NullMarked.class))
				.as(javaPackage.getName())
				.isTrue());
	}

	/**
	 * Leases, deadlines and ages must not notice when somebody sets the clock. Only the
	 * dates of certificates are of the wall clock, and Java has them as java.util.Date.
	 */
	@Test
	void timeIsMonotonic() {
		noClasses().should().callMethod(System.class, "currentTimeMillis").check(CORE);
		noClasses().that()
			.doNotHaveFullyQualifiedName("io.macula.tls.Validity")
			.should()
			.dependOnClassesThat(new DescribedPredicate<>("are java.util.Date or Calendar") {

				@Override
				public boolean test(JavaClass type) {
					return type.isEquivalentTo(java.util.Date.class) || type.isEquivalentTo(java.util.Calendar.class);
				}

			})
			.check(CORE);
	}

}
