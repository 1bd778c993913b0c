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

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.macula.Endpoint;

import org.springframework.boot.convert.DurationStyle;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One Deployment of a sample, and what has to hold between it and the application.
 */
final class Workload {

	/** A start took one minute on a busy machine. */
	private static final int SECONDS_TO_START = 150;

	/** A process whose machine is slow is not started again before. */
	private static final int SECONDS_TO_LIVE = 45;

	/** To close what is open after the drain. */
	private static final Duration TIME_TO_CLOSE = Duration.ofSeconds(10);

	private static final Pattern REFERENCE = Pattern.compile("\\$\\(([^)]+)\\)");

	private final Deployment deployment;

	private final Container container;

	private final ApplicationSettings settings;

	Workload(Deployment deployment) {
		this.deployment = deployment;
		this.container = pod().getContainers().get(0);
		Map<String, String> environment = new LinkedHashMap<>();
		variables().forEach((variable) -> environment.put(variable.getName(), String.valueOf(variable.getValue())));
		this.settings = new ApplicationSettings(sample(), environment);
	}

	String name() {
		return this.deployment.getMetadata().getName();
	}

	boolean provides() {
		return sample().equals("sample-provider");
	}

	PodSpec pod() {
		return this.deployment.getSpec().getTemplate().getSpec();
	}

	Map<String, String> labels() {
		return this.deployment.getSpec().getTemplate().getMetadata().getLabels();
	}

	boolean hasReplicas() {
		return this.deployment.getSpec().getReplicas() != null;
	}

	ApplicationSettings settings() {
		return this.settings;
	}

	List<EnvVar> variables() {
		return this.container.getEnv();
	}

	private String sample() {
		return this.container.getImage().replaceAll("^.*/|[:@].*$", "");
	}

	/** Of either family, since an IPv6 address has to stand in brackets. */
	void isReachedAtItsMachine() {
		variables().stream()
			.filter((variable) -> variable.getName().equals("MACULA_PROVIDER_FURTHERADDRESSES"))
			.forEach((variable) -> {
				for (String address : List.of("192.0.2.7", "2001:db8::7")) {
					Endpoint further = Endpoint.parse(variable.getValue().replace("$(HOST_IP)", address));
					assertThat(further.host()).isEqualTo(address);
					assertThat(this.container.getPorts()).anyMatch((port) -> "UDP".equals(port.getProtocol())
							&& Objects.equals(port.getHostPort(), further.port()));
				}
			});
	}

	/** A misspelt variable is one that nobody reads. */
	void readsItsVariables() {
		List<String> before = new ArrayList<>();
		List<String> referred = new ArrayList<>();
		for (EnvVar variable : variables()) {
			Matcher reference = REFERENCE.matcher(String.valueOf(variable.getValue()));
			while (reference.find()) {
				assertThat(before).as("what %s of %s refers to", variable.getName(), name())
					.contains(reference.group(1));
				referred.add(reference.group(1));
			}
			before.add(variable.getName());
		}
		assertThat(before).doesNotHaveDuplicates()
			.allSatisfy((name) -> assertThat(this.settings.reads(name) || referred.contains(name))
				.as("%s reads %s", sample(), name)
				.isTrue());
	}

	void hasThePortsOfTheApplication() {
		assertThat(port("http")).returns(this.settings.httpPort(), ContainerPort::getContainerPort);
		if (provides()) {
			assertThat(port("macula")).returns(this.settings.udpPort(), ContainerPort::getContainerPort)
				.returns("UDP", ContainerPort::getProtocol);
		}
	}

	void isProbedWhereTheApplicationAnswers() {
		assertThat(this.settings.value("management.endpoints.web.exposure.include").split(",")).contains("health");
		assertThat(this.settings.value("management.endpoint.health.probes.enabled")).isEqualTo("true");
		probe(this.container.getStartupProbe(), "liveness");
		probe(this.container.getLivenessProbe(), "liveness");
		probe(this.container.getReadinessProbe(), "readiness");
		assertThat(window(this.container.getStartupProbe())).isGreaterThanOrEqualTo(SECONDS_TO_START);
		assertThat(this.deployment.getSpec().getProgressDeadlineSeconds())
			.isGreaterThan(window(this.container.getStartupProbe()));
		assertThat(window(this.container.getLivenessProbe())).isGreaterThanOrEqualTo(SECONDS_TO_LIVE);
	}

	private void probe(Probe probe, String group) {
		assertThat(probe.getHttpGet().getPath()).isEqualTo("/actuator/health/" + group);
		assertThat(port(probe.getHttpGet().getPort().getStrVal()).getContainerPort())
			.isEqualTo(this.settings.httpPort());
		assertThat(probe.getTimeoutSeconds()).isBetween(2, probe.getPeriodSeconds());
	}

	private static int window(Probe probe) {
		return probe.getPeriodSeconds() * probe.getFailureThreshold();
	}

	void hasTheTimeToDrain() {
		Duration drain = this.settings.duration("spring.lifecycle.timeout-per-shutdown-phase");
		Duration grace = this.settings.duration("macula.provider.grace");
		if (provides() && grace.compareTo(drain) > 0) {
			drain = grace;
		}
		Duration given = Duration.ofSeconds(pod().getTerminationGracePeriodSeconds());
		if (provides()) {
			// It cannot read it.
			assertThat(DurationStyle.detectAndParse(this.settings.value("macula.provider.termination-grace-period"),
					ChronoUnit.SECONDS))
				.isEqualTo(given);
		}
		if (this.container.getLifecycle() != null) {
			List<String> command = this.container.getLifecycle().getPreStop().getExec().getCommand();
			assertThat(command).hasSize(2).first().isEqualTo("sleep");
			drain = drain.plusSeconds(Long.parseLong(command.get(1)));
		}
		assertThat(given).isGreaterThanOrEqualTo(drain.plus(TIME_TO_CLOSE));
	}

	void hasTheSecretWhereTheApplicationLooks() {
		String file = this.settings.value("macula.realm.secret");
		assertThat(file).startsWith("file:");
		VolumeMount mount = this.container.getVolumeMounts()
			.stream()
			.filter((candidate) -> file.startsWith("file:" + candidate.getMountPath() + "/"))
			.findFirst()
			.orElseThrow();
		assertThat(mount.getReadOnly()).isTrue();
		assertThat(mount.getSubPath()).as("such a file is not renewed").isNull();
		Volume volume = volume(mount.getName());
		assertThat(volume.getSecret().getDefaultMode()).as("0440").isEqualTo(0440);
		assertThat(pod().getSecurityContext().getFsGroup()).isEqualTo(pod().getSecurityContext().getRunAsGroup());
	}

	void mayDoNothingElse() {
		assertThat(pod().getSecurityContext().getRunAsNonRoot()).isTrue();
		assertThat(pod().getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
		assertThat(this.container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
		assertThat(this.container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
		assertThat(this.container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
		// The native libraries are unpacked there.
		assertThat(this.container.getVolumeMounts()).extracting(VolumeMount::getMountPath).contains("/tmp");
		assertThat(pod().getEnableServiceLinks()).as("variables of Services").isFalse();
		assertThat(this.container.getResources().getLimits()).containsKeys("memory", "ephemeral-storage");
		assertThat(this.container.getResources().getRequests().get("memory"))
			.isEqualTo(this.container.getResources().getLimits().get("memory"));
	}

	boolean hasPort(IntOrString port, String protocol) {
		return this.container.getPorts()
			.stream()
			.filter((candidate) -> protocol.equals((candidate.getProtocol() != null) ? candidate.getProtocol() : "TCP"))
			.anyMatch((candidate) -> candidate.getName().equals(port.getStrVal())
					|| candidate.getContainerPort().equals(port.getIntVal()));
	}

	private ContainerPort port(String name) {
		return this.container.getPorts()
			.stream()
			.filter((candidate) -> candidate.getName().equals(name))
			.findFirst()
			.orElseThrow();
	}

	private Volume volume(String name) {
		return pod().getVolumes()
			.stream()
			.filter((candidate) -> candidate.getName().equals(name))
			.findFirst()
			.orElseThrow();
	}

}
