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
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.convert.DurationStyle;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The compose file and the image against the applications that run in them.
 */
class ContainerTests {

	private static final Duration TIME_TO_CLOSE = Duration.ofSeconds(10);

	private static final Map<String, Object> COMPOSE = Manifests
		.documents(Manifests.ROOT.resolve("docker/compose.yaml"))
		.get(0);

	static Stream<String> samples() {
		return Manifests.object(COMPOSE.get("services"))
			.keySet()
			.stream()
			.filter((name) -> service(name).get("image").toString().startsWith("sample-"));
	}

	/** Those, and the console. */
	static Stream<String> containers() {
		return Stream.concat(samples(), Stream.of("console"));
	}

	static Stream<String> providers() {
		return samples().filter((name) -> environment(name).containsKey("MACULA_PROVIDER_PORT"));
	}

	@ParameterizedTest
	@MethodSource("samples")
	void everyVariableIsReadByTheApplication(String service) {
		ApplicationSettings settings = settings(service);
		assertThat(environment(service)).isNotEmpty()
			.allSatisfy((name, value) -> assertThat(settings.reads(name)).as(name).isTrue());
	}

	@ParameterizedTest
	@MethodSource("samples")
	void aContainerHasTheTimeToDrain(String service) {
		ApplicationSettings settings = settings(service);
		Duration stop = DurationStyle.detectAndParse(service(service).get("stop_grace_period").toString());
		assertThat(stop).isGreaterThanOrEqualTo(settings.duration("macula.provider.grace").plus(TIME_TO_CLOSE))
			.isGreaterThanOrEqualTo(
					settings.duration("spring.lifecycle.timeout-per-shutdown-phase").plus(TIME_TO_CLOSE));
	}

	/** A process cannot read it. */
	@ParameterizedTest
	@MethodSource("samples")
	void aProviderIsToldOfTheTimeThatItHas(String service) {
		if (service(service).get("image").toString().startsWith("sample-provider:")) {
			assertThat(environment(service)).containsEntry("MACULA_PROVIDER_TERMINATIONGRACEPERIOD",
					service(service).get("stop_grace_period").toString());
		}
	}

	@ParameterizedTest
	@MethodSource("containers")
	void aContainerMayDoNothingElse(String service) {
		assertThat(service(service)).containsEntry("read_only", true)
			.containsEntry("cap_drop", List.of("ALL"))
			.containsEntry("security_opt", List.of("no-new-privileges:true"))
			.containsKeys("mem_limit", "pids_limit");
		assertThat(service(service).get("tmpfs").toString()).contains("/tmp:exec");
	}

	@ParameterizedTest
	@MethodSource("containers")
	void anImageIsBuiltOfItsSampleAndTaggedWithTheVersion(String service) throws IOException {
		String image = service(service).get("image").toString();
		String sample = image.substring(0, image.indexOf(':'));
		assertThat(Manifests.object(Manifests.object(service(service).get("build")).get("args")))
			.containsEntry("APPLICATION", sample);
		String version = image.replaceAll(".*\\$\\{TAG:-(.*)}", "$1");
		assertThat(Files.readString(Manifests.ROOT.resolve("pom.xml")))
			.contains("<artifactId>macula-parent</artifactId>\n\t<version>" + version + "</version>");
	}

	@ParameterizedTest
	@MethodSource("providers")
	void aProviderIsReachedAtItsPortFromOutside(String service) {
		int port = settings(service).udpPort();
		assertThat(service(service).get("ports")).isEqualTo(List.of(port + ":" + port + "/udp"));
	}

	@ParameterizedTest
	@MethodSource("containers")
	void seedsAreTheProvidersByName(String service) {
		Map<String, String> seeds = new LinkedHashMap<>();
		providers().forEach((provider) -> seeds.put(service(provider).get("hostname").toString(),
				environment(provider).get("MACULA_PROVIDER_PORT")));
		assertThat(seeds).containsKeys("node1.macula.local", "node2.macula.local", "node3.macula.local");
		assertThat(environment(service).get("MACULA_REALM_SEEDS").split(",")).containsExactlyInAnyOrderElementsOf(
				seeds.entrySet().stream().map((seed) -> seed.getKey() + ":" + seed.getValue()).toList());
	}

	@Test
	void aNameIsThatOfItsAddress() {
		List<Object> addresses = new ArrayList<>();
		containers().filter((name) -> service(name).containsKey("hostname")).forEach((name) -> {
			Map<String, Object> network = Manifests
				.object(Manifests.object(service(name).get("networks")).get("realm"));
			assertThat(network).containsEntry("aliases", List.of(service(name).get("hostname")));
			addresses.add(network.get("ipv4_address"));
		});
		// The rest of the network is for those that have none of their own.
		assertThat(addresses).hasSize(5)
			.doesNotHaveDuplicates()
			.allSatisfy((address) -> assertThat(address.toString()).matches("172\\.20\\.0\\.([2-9]|[1-9][0-9])"));
		assertThat(COMPOSE.get("networks").toString()).contains("subnet=172.20.0.0/24", "ip_range=172.20.0.128/25");
	}

	@ParameterizedTest
	@MethodSource("containers")
	void logsOutliveTheContainer(String service) {
		String file = environment(service).get("LOGGING_FILE_NAME");
		if (service(service).containsKey("hostname")) {
			assertThat(file).startsWith("/logs/");
		}
		assertThat(service(service).get("volumes")).isEqualTo(List.of("logs:/logs"));
		assertThat(Manifests.object(COMPOSE.get("volumes"))).containsKey("logs");
	}

	@Test
	void theImageHasThePortsAndTheUserThatTheManifestsName() throws IOException {
		String dockerfile = Files.readString(Manifests.ROOT.resolve("docker/Dockerfile"));
		ApplicationSettings provider = new ApplicationSettings("sample-provider", Map.of());
		assertThat(dockerfile).contains("EXPOSE " + provider.udpPort() + "/udp " + provider.httpPort() + "/tcp\n")
			.contains("/dev/tcp/127.0.0.1/${SERVER_PORT:-" + provider.httpPort() + "}")
			.contains("GET /actuator/health/readiness ")
			.contains("USER 10001:10001\n");
		assertThat(Files.readString(Manifests.KUBERNETES.resolve("base/provider.yaml"))).contains("runAsUser: 10001\n",
				"runAsGroup: 10001\n");
	}

	@Test
	void theBuilderIsSentAllThatTheImageIsMadeOfAndNothingElse() throws IOException {
		String dockerfile = Files.readString(Manifests.ROOT.resolve("docker/Dockerfile"));
		List<String> copied = new ArrayList<>();
		Matcher copy = Pattern.compile("^COPY (\\$\\{APPLICATION}/\\S+)", Pattern.MULTILINE).matcher(dockerfile);
		while (copy.find()) {
			for (String sample : List.of("sample-provider", "sample-client", "macula-console")) {
				copied.add("!" + copy.group(1).replace("${APPLICATION}", sample));
			}
		}
		assertThat(copied).hasSize(6);
		assertThat(Files.readAllLines(Manifests.ROOT.resolve("docker/Dockerfile.dockerignore")))
			.filteredOn((line) -> !line.startsWith("#"))
			.startsWith("*")
			.filteredOn((line) -> !line.equals("*"))
			.containsExactlyInAnyOrderElementsOf(copied);
	}

	private static Map<String, Object> service(String name) {
		return Manifests.object(Manifests.object(COMPOSE.get("services")).get(name));
	}

	private static Map<String, String> environment(String service) {
		return Manifests.object(service(service).get("environment"))
			.entrySet()
			.stream()
			.collect(Collectors.toMap(Map.Entry::getKey, (variable) -> variable.getValue().toString()));
	}

	private static ApplicationSettings settings(String service) {
		String image = service(service).get("image").toString();
		return new ApplicationSettings(image.substring(0, image.indexOf(':')), environment(service));
	}

}
