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

package io.macula.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The manifests against the applications that they run: as they are written, and as
 * kustomize makes them of the overlays where there is kubectl.
 */
class ManifestTests {

	private static final String PREFIX = "k8s/";

	private static final String CONSOLE = "macula-console";

	@Test
	void theBaseFitsTheApplications() {
		new Realm(Manifests.parse(base())).fits();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			name: MACULA_PROVIDER_ADVERTISEDHOST | name: MACULA_PROVIDER_ADVERTISED_HOST
			name: POD_NAME                       | name: POD
			containerPort: 9443                  | containerPort: 9444
			protocol: UDP                        | protocol: TCP
			containerPort: 8080                  | containerPort: 8081
			/actuator/health/liveness            | /health
			port: http                           | port: web
			timeoutSeconds: 5                    | timeoutSeconds: 1
			failureThreshold: 90                 | failureThreshold: 30
			failureThreshold: 6                  | failureThreshold: 3
			progressDeadlineSeconds: 300         | progressDeadlineSeconds: 100
			terminationGracePeriodSeconds: 45    | terminationGracePeriodSeconds: 30
			[sleep, "5"]                         | [sleep, "15"]
			mountPath: /etc/macula/realm         | mountPath: /etc/macula/secret
			defaultMode: 0440                    | defaultMode: 0400
			fsGroup: 10001                       | fsGroup: 10002
			mountPath: /tmp                      | mountPath: /temp
			value: calculator:9443               | value: calculator:9001
			clusterIP: None                      | clusterIP: ""
			enableServiceLinks: false            | enableServiceLinks: true
			automountServiceAccountToken: false  | automountServiceAccountToken: true
			kind: PodDisruptionBudget            | kind: Another
			kind: HorizontalPodAutoscaler        | kind: Another
			port: 53                             | port: 54
			""")
	void whatDoesNotFitTheApplicationsIsFound(String written, String mistaken) {
		assertThat(base()).contains(written);
		Realm mistakenRealm = new Realm(Manifests.parse(base().replace(written, mistaken)));
		assertThatThrownBy(mistakenRealm::fits).isInstanceOfAny(AssertionError.class, NoSuchElementException.class);
	}

	private static String base() {
		return Manifests.files(Manifests.KUBERNETES.resolve("base"))
			.stream()
			.filter((file) -> !file.endsWith("kustomization.yaml"))
			.map(ManifestTests::text)
			.collect(Collectors.joining("---\n"));
	}

	private static String text(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static Stream<String> applied() {
		return Manifests.applicable()
			.stream()
			.map((folder) -> Manifests.ROOT.relativize(folder).toString())
			.filter((folder) -> !folder.startsWith(PREFIX + "gitops"));
	}

	@ParameterizedTest
	@MethodSource("applied")
	@EnabledIf("io.macula.deployment.Manifests#canRender")
	void whatIsAppliedFitsItsSchemasAndTheApplications(String folder) {
		List<Map<String, Object>> rendered = Manifests.rendered(Manifests.ROOT.resolve(folder));
		assertThat(rendered)
			.allSatisfy((document) -> assertThat(ResourceSchemas.faults(document, false)).as("%s", document).isEmpty());
		new Realm(rendered).fits();
	}

	@ParameterizedTest
	@ValueSource(strings = { "macula-hub", "be-antwerp", "be-brabant", "be-east-flanders" })
	void aClusterIsOneByTheSameNameEverywhere(String cluster) {
		Map<String, Object> kind = Manifests.documents(Manifests.KUBERNETES.resolve("kind/" + cluster + ".yaml"))
			.get(0);
		assertThat(kind).containsEntry("name", cluster);
		assertThat(region(cluster)).containsEntry("zone", cluster);
		Path release = Manifests.KUBERNETES.resolve("gitops/clusters/" + cluster + "/kustomization.yaml");
		Object patch = ((List<?>) Manifests.documents(release).get(0).get("patches")).get(0);
		Map<String, Object> released = Manifests.parse(Manifests.object(patch).get("patch").toString()).get(0);
		String path = Manifests.object(released.get("spec")).get("path").toString();
		assertThat(Manifests.ROOT.resolve(path).resolve("kustomization.yaml").normalize())
			.isEqualTo(Manifests.KUBERNETES.resolve("overlays/" + cluster + "/kustomization.yaml"))
			.exists();
	}

	/** A machine's name is that of its cluster, its role, and a number from 2 on. */
	@Test
	void seedsAreTheWorkersOfAllOtherClustersAndTheOwnService() {
		Map<String, Set<String>> workers = new LinkedHashMap<>();
		for (Path file : Manifests.files(Manifests.KUBERNETES.resolve("kind"))) {
			Map<String, Object> cluster = Manifests.documents(file).get(0);
			Set<String> names = new TreeSet<>();
			for (Object node : (List<?>) cluster.get("nodes")) {
				if ("worker".equals(Manifests.object(node).get("role"))) {
					names.add(cluster.get("name") + "-worker" + (names.isEmpty() ? "" : names.size() + 1));
				}
			}
			workers.put(cluster.get("name").toString(), names);
		}
		assertThat(workers).hasSize(4);
		workers.keySet().forEach((cluster) -> {
			Set<String> expected = new TreeSet<>(Set.of("calculator"));
			workers.forEach((other, names) -> expected.addAll(other.equals(cluster) ? Set.of() : names));
			assertThat(Stream.of(region(cluster).get("seeds").split(",")))
				.allSatisfy((seed) -> assertThat(seed).endsWith(":9443"))
				.extracting((seed) -> seed.replace(":9443", ""))
				.containsExactlyInAnyOrderElementsOf(expected);
		});
	}

	@Test
	void everyPortOfThisMachineLeadsToOneProviderOverUdp() {
		List<Object> ports = new ArrayList<>();
		Set<Object> subnets = new TreeSet<>();
		for (Path file : Manifests.files(Manifests.KUBERNETES.resolve("kind"))) {
			Map<String, Object> cluster = Manifests.documents(file).get(0);
			subnets.addAll(Manifests.object(cluster.get("networking")).values());
			for (Object node : (List<?>) cluster.get("nodes")) {
				for (Object mapping : (List<?>) Manifests.object(node).getOrDefault("extraPortMappings", List.of())) {
					assertThat(Manifests.object(mapping)).containsEntry("containerPort", 9443)
						.containsEntry("protocol", "UDP")
						.containsEntry("listenAddress", "127.0.0.1");
					ports.add(Manifests.object(mapping).get("hostPort"));
				}
			}
		}
		assertThat(ports).hasSize(8).doesNotHaveDuplicates();
		assertThat(subnets).hasSize(8);
	}

	@Test
	void theTagIsTheVersionThatTheBuildMakes() throws IOException {
		String pom = Files.readString(Manifests.ROOT.resolve("pom.xml"));
		for (String file : List.of("base/kustomization.yaml", "gitops/base/release.yaml")) {
			Map<String, Object> document = Manifests.documents(Manifests.KUBERNETES.resolve(file)).get(0);
			Object images = document.getOrDefault("images",
					Manifests.object(document.getOrDefault("spec", Map.of())).get("images"));
			assertThat((List<?>) images).hasSize(2)
				.extracting((image) -> Manifests.object(image).get("newTag").toString())
				.allSatisfy((tag) -> assertThat(pom)
					.contains("<artifactId>macula-parent</artifactId>\n\t<version>" + tag + "</version>"));
		}
	}

	private static Map<String, String> region(String cluster) {
		Path overlay = Manifests.KUBERNETES.resolve("overlays/" + cluster + "/kustomization.yaml");
		Object generator = ((List<?>) Manifests.documents(overlay).get(0).get("configMapGenerator")).get(0);
		return ((List<?>) Manifests.object(generator).get("literals")).stream()
			.map((literal) -> literal.toString().split("=", 2))
			.collect(Collectors.toMap((literal) -> literal[0], (literal) -> literal[1]));
	}

	/**
	 * All that is applied together.
	 */
	private static final class Realm {

		private final List<Map<String, Object>> documents;

		Realm(List<Map<String, Object>> documents) {
			this.documents = documents;
		}

		private <T> List<T> all(Class<T> type) {
			return this.documents.stream()
				.filter((document) -> type.getSimpleName().equals(document.get("kind")))
				.map((document) -> ResourceSchemas.read(document, type))
				.toList();
		}

		void fits() {
			List<Workload> workloads = all(Deployment.class).stream().map(Workload::new).toList();
			assertThat(workloads).extracting(Workload::name)
				.contains("calculator", "calculator-client")
				.isSubsetOf("calculator", "calculator-client", CONSOLE);
			for (Workload workload : workloads) {
				// The settings of the console are not on the class path, and there is one
				// of it.
				if (!workload.name().equals(CONSOLE)) {
					workload.readsItsVariables();
					mayBeDisrupted(workload);
				}
				workload.hasThePortsOfTheApplication();
				workload.isProbedWhereTheApplicationAnswers();
				workload.hasTheTimeToDrain();
				workload.hasTheSecretWhereTheApplicationLooks();
				workload.mayDoNothingElse();
				workload.isReachedAtItsMachine();
				hasAnAccountOfItsOwn(workload);
				isAllowedItsTraffic(workload);
				isScaledByOneOfTwo(workload);
				hasServices(workload);
				findsItsSeeds(workload);
			}
		}

		private void hasAnAccountOfItsOwn(Workload workload) {
			String account = workload.pod().getServiceAccountName();
			assertThat(all(ServiceAccount.class))
				.filteredOn((candidate) -> candidate.getMetadata().getName().equals(account))
				.singleElement()
				.returns(false, ServiceAccount::getAutomountServiceAccountToken);
			boolean granted = all(RoleBinding.class).stream()
				.flatMap((binding) -> binding.getSubjects().stream())
				.anyMatch((subject) -> subject.getName().equals(account));
			assertThat(workload.pod().getAutomountServiceAccountToken()).as("a token for rights").isEqualTo(granted);
		}

		private void mayBeDisrupted(Workload workload) {
			assertThat(all(PodDisruptionBudget.class))
				.filteredOn((budget) -> workload.labels()
					.entrySet()
					.containsAll(budget.getSpec().getSelector().getMatchLabels().entrySet()))
				.hasSize(1);
		}

		private void isAllowedItsTraffic(Workload workload) {
			List<NetworkPolicy> policies = all(NetworkPolicy.class).stream()
				.filter((policy) -> workload.labels()
					.entrySet()
					.containsAll(policy.getSpec().getPodSelector().getMatchLabels().entrySet()))
				.toList();
			Set<String> in = ports(policies.stream()
				.flatMap((policy) -> policy.getSpec().getIngress().stream())
				.flatMap((rule) -> rule.getPorts().stream()));
			Set<String> out = ports(policies.stream()
				.flatMap((policy) -> policy.getSpec().getEgress().stream())
				.flatMap((rule) -> rule.getPorts().stream()));
			String udp = workload.settings().udpPort() + "/UDP";
			assertThat(out).contains(udp, "53/UDP", "53/TCP");
			assertThat(in.contains(udp)).isEqualTo(workload.provides());
			assertThat(in).contains(workload.settings().httpPort() + "/TCP");
			assertThat(policies).anySatisfy(
					(policy) -> assertThat(policy.getSpec().getPolicyTypes()).containsExactly("Ingress", "Egress"));
		}

		private static Set<String> ports(Stream<NetworkPolicyPort> ports) {
			return ports.map((port) -> port.getPort().getIntVal() + "/" + port.getProtocol())
				.collect(Collectors.toSet());
		}

		private void isScaledByOneOfTwo(Workload workload) {
			boolean scaled = all(HorizontalPodAutoscaler.class).stream()
				.anyMatch((autoscaler) -> autoscaler.getSpec().getScaleTargetRef().getName().equals(workload.name()));
			assertThat(workload.hasReplicas()).as("replicas, or an autoscaler").isNotEqualTo(scaled);
		}

		private void hasServices(Workload workload) {
			for (Service service : all(Service.class)) {
				if (workload.labels().entrySet().containsAll(service.getSpec().getSelector().entrySet())) {
					for (ServicePort port : service.getSpec().getPorts()) {
						IntOrString target = (port.getTargetPort() != null) ? port.getTargetPort()
								: new IntOrString(port.getPort());
						String protocol = (port.getProtocol() != null) ? port.getProtocol() : "TCP";
						assertThat(workload.hasPort(target, protocol)).as("%s of %s", target, workload.name()).isTrue();
						if (protocol.equals("UDP")) {
							assertThat(service.getSpec().getClusterIP()).isEqualTo("None");
							assertThat(service.getSpec().getPublishNotReadyAddresses()).isTrue();
						}
					}
				}
			}
		}

		private void findsItsSeeds(Workload workload) {
			workload.variables()
				.stream()
				.filter((variable) -> variable.getName().equals("MACULA_REALM_SEEDS") && variable.getValue() != null)
				.forEach((variable) -> assertThat(all(Service.class))
					.anySatisfy((service) -> assertThat(variable.getValue()).isEqualTo(
							service.getMetadata().getName() + ":" + service.getSpec().getPorts().get(0).getPort())));
		}

	}

}
