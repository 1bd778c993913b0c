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

package io.macula.multinode;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

import io.macula.harness.Arguments;
import io.macula.harness.Shell;
import tools.jackson.databind.json.JsonMapper;

/**
 * A namespace of its own in some cluster, in which the manifests of {@code k8s/base} are
 * applied. Providers are pods of them, and so is where the clients run: addresses of pods
 * are reached from pods alone.
 */
final class KubernetesEnvironment implements Environment {

	static final String NAME = "kubernetes";

	private static final String JAR = "/tmp/multi-node.jar";

	/** Longer than it takes to bring an image to a machine. */
	private static final Duration CLIENT_LIMIT = Duration.ofMinutes(3);

	private final String namespace = "macula-multi-node-"
			+ HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());

	private final Kubectl kubectl;

	private final PodManifests manifests;

	private final Path jar;

	private final StartedProcesses processes;

	private boolean written;

	private boolean closed;

	/**
	 * A namespace that does not exist yet.
	 * @param arguments {@code --kubeconfig=} for the cluster; {@code --registry=} and
	 * {@code --tag=} for the images
	 * @param processes where logs of pods are read
	 * @throws CannotRunException if the cluster is not named, or has another directory
	 */
	KubernetesEnvironment(Arguments arguments, StartedProcesses processes) {
		String directory = arguments.optional("directory", EmbeddedEngine.TYPE);
		if (!directory.equals(EmbeddedEngine.TYPE)) {
			throw new CannotRunException("Directory '" + directory
					+ "' cannot be had in pods: the images of the samples have the embedded one; take local");
		}
		String kubeconfig = arguments.optional("kubeconfig", "");
		this.kubectl = Kubectl.of(kubeconfig, this.namespace);
		this.manifests = new PodManifests(base(), arguments.optional("registry", ""), arguments.optional("tag", ""));
		this.jar = ExecutableJar.running().path();
		this.processes = processes;
	}

	private static String base() {
		try {
			return Shell.run("kubectl", "kustomize", "k8s/base");
		}
		catch (IllegalStateException ex) {
			throw new CannotRunException("k8s/base cannot be read: " + Kubectl.reason(ex), ex);
		}
	}

	@Override
	public String name() {
		return NAME;
	}

	@Override
	public void prepare() {
		try {
			write(namespace(String.valueOf(System.getenv("MACULA_REALM_SECRET"))));
			this.kubectl.apply(this.manifests.shared());
			this.kubectl.apply(this.manifests.client());
		}
		catch (IllegalStateException ex) {
			throw new CannotRunException("The API server takes no namespace of this run: expected one that answers, and"
					+ " the right to create namespaces and what is in k8s/base: " + Kubectl.reason(ex), ex);
		}
		try {
			new Pods(this.kubectl, PodManifests.CLIENT_LABEL).awaitReady(CLIENT_LIMIT);
		}
		catch (IllegalStateException ex) {
			throw new CannotRunException(
					"The pod of the clients does not start: is the image " + this.manifests.image("sample-client")
							+ " where the cluster finds it (scripts/images.sh builds it)? " + ex.getMessage(),
					ex);
		}
		try {
			this.kubectl.copy(this.jar.toFile(), PodManifests.CLIENT, JAR);
		}
		catch (IllegalStateException ex) {
			throw new CannotRunException("The jar of the clients cannot be written in their pod: expected the right to"
					+ " 'exec' there, an API server that reaches its machines, and 64 MB in the pod's /tmp: "
					+ Kubectl.reason(ex), ex);
		}
	}

	/** Never after it was taken away, or it would be left behind. */
	private synchronized void write(String manifest) {
		if (this.closed) {
			throw new CannotRunException("the run was interrupted");
		}
		this.written = true;
		this.kubectl.apply(manifest);
	}

	/** The secret goes by standard input, where nobody sees it. */
	private String namespace(String secret) {
		return """
				apiVersion: v1
				kind: Namespace
				metadata:
				  name: %1$s
				  labels: { pod-security.kubernetes.io/enforce: restricted, multi-node.macula.io/run: "true" }
				---
				apiVersion: v1
				kind: Secret
				metadata: { name: macula-realm, namespace: %1$s }
				stringData: { secret: "%2$s" }
				""".formatted(this.namespace, secret);
	}

	@Override
	public Providers providers(Engine engine) {
		return new PodProviders(this.kubectl, this.manifests, this.processes);
	}

	@Override
	public List<String> client(List<String> arguments) {
		List<String> command = new ArrayList<>(List.of("exec", "--stdin", PodManifests.CLIENT, "--", "java",
				"--enable-native-access=ALL-UNNAMED", "-XX:MaxRAMPercentage=40", "-jar", JAR));
		command.addAll(arguments);
		return this.kubectl.command(command);
	}

	@Override
	public Map<String, String> facts() {
		Map<String, String> facts = new LinkedHashMap<>();
		facts.put("server",
				JsonMapper.shared()
					.readTree(this.kubectl.run("get", "--raw", "/version"))
					.path("gitVersion")
					.asString());
		String machines = machines();
		if (!machines.isEmpty()) {
			facts.put("machines", machines);
		}
		facts.put("images", this.manifests.image("sample-provider") + ", " + this.manifests.image("sample-client"));
		facts.put("providers", "a Deployment of k8s/base for each, with one pod or none");
		facts.put("clients",
				"in a pod, " + this.kubectl.run("exec", PodManifests.CLIENT, "--", "java", "--version")
					.lines()
					.findFirst()
					.orElse("of a Java that is not known"));
		facts.put("rolling restart", "kubectl rollout restart of one after the other");
		facts.put("killed", "SIGKILL in its container, and deletion of its pod without a grace");
		return facts;
	}

	/** They are not of a namespace: who may run the scenarios need not see them. */
	private String machines() {
		try {
			List<String> machines = this.kubectl
				.run("get", "nodes", "--output", "jsonpath={range .items[*]}kubelet {.status.nodeInfo.kubeletVersion}, "
						+ "{.status.nodeInfo.containerRuntimeVersion}, {.status.capacity.cpu} processors{'\\n'}{end}")
				.lines()
				.toList();
			return String.join("; ", machines);
		}
		catch (IllegalStateException ex) {
			return "";
		}
	}

	/** Whatever is in it goes with the namespace. */
	@Override
	public synchronized void close() {
		if (this.written && !this.closed) {
			this.kubectl.succeeds("--request-timeout=10s", "delete", "namespace", this.namespace, "--ignore-not-found",
					"--wait=false");
		}
		this.closed = true;
	}

}
