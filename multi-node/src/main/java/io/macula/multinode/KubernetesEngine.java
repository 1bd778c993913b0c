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

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;

import io.macula.Endpoint;
import io.macula.harness.Shell;

/**
 * A namespace of its own behind some API server, in which this runner writes a Service
 * and its EndpointSlices, as the controllers of a cluster do for pods: the providers are
 * processes of this machine. Each has a slice, since each has its port.
 */
final class KubernetesEngine implements Engine {

	private static final String SERVICE = """
			apiVersion: v1
			kind: Service
			metadata:
			  name: calculator
			  labels: { service.macula.io/%s: "" }
			spec:
			  clusterIP: None
			  ports:
			    - { name: macula, port: 9443, protocol: UDP }
			""".formatted(ScenarioClient.SERVICE);

	private static final String SLICE = """
			apiVersion: discovery.k8s.io/v1
			kind: EndpointSlice
			metadata:
			  name: calculator-%s
			  labels:
			    kubernetes.io/service-name: calculator
			    endpointslice.kubernetes.io/managed-by: multi-node.macula.io
			    service.macula.io/%s: ""
			addressType: IPv4
			ports:
			  - { name: macula, port: %d, protocol: UDP }
			endpoints:
			  - addresses: ["%s"]
			    hostname: %s
			    conditions: { ready: %s, serving: true, terminating: %s }
			""";

	private final String kubeconfig;

	private final String namespace = "macula-multi-node-"
			+ HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());

	private final AtomicBoolean written = new AtomicBoolean();

	/**
	 * A namespace that does not exist yet.
	 * @param kubeconfig the file that says where the API server is, and who may write
	 * there
	 */
	KubernetesEngine(String kubeconfig) {
		this.kubeconfig = kubeconfig;
	}

	@Override
	public String type() {
		return "kubernetes";
	}

	/** An endpoint may have no loopback address. */
	@Override
	public String host() {
		try {
			return NetworkInterface.networkInterfaces()
				.flatMap(NetworkInterface::inetAddresses)
				.filter((address) -> address instanceof Inet4Address && !address.isLoopbackAddress()
						&& !address.isLinkLocalAddress())
				.map(InetAddress::getHostAddress)
				.findFirst()
				.orElseThrow(
						() -> new CannotRunException("This machine has no IPv4 address besides loopback ones, which"
								+ " an EndpointSlice may not have: give one to an interface"
								+ " (ip addr add 10.77.0.1/24 dev INTERFACE)"));
		}
		catch (SocketException ex) {
			throw new CannotRunException("The addresses of this machine cannot be read: " + ex.getMessage(), ex);
		}
	}

	@Override
	public void start() {
		if (!Files.isReadable(Path.of(this.kubeconfig))) {
			throw new CannotRunException("The kubeconfig '" + this.kubeconfig
					+ "' cannot be read: give the file of an API server by --kubeconfig FILE");
		}
		if (!Shell.succeeds("kubectl", "version", "--client")) {
			throw new CannotRunException(
					"The program 'kubectl' is not on the PATH: install it (Debian: apt-get install kubernetes-client)");
		}
		Runtime.getRuntime().addShutdownHook(new Thread(this::close));
		this.written.set(true);
		try {
			kubectl("", "create", "namespace", this.namespace);
			apply(SERVICE);
		}
		catch (IllegalStateException ex) {
			close();
			throw new CannotRunException("The API server of '" + this.kubeconfig
					+ "' takes no namespace of this run: expected one that answers, and the right to create namespaces,"
					+ " Services and EndpointSlices: " + Kubectl.reason(ex), ex);
		}
	}

	@Override
	public List<String> settings(Map<String, String> endpoints, List<String> seeds) {
		return List.of("--macula.directory.kubernetes.kubeconfig=" + Path.of(this.kubeconfig).toAbsolutePath(),
				"--macula.directory.kubernetes.namespace=" + this.namespace);
	}

	@Override
	public void ready(String node, String endpoint) {
		apply(slice(node, endpoint, true));
	}

	@Override
	public void leaving(String node, String endpoint) {
		apply(slice(node, endpoint, false));
	}

	@Override
	public void left(String node) {
		kubectl("", "-n", this.namespace, "delete", "endpointslice", "calculator-" + node);
	}

	/** Whatever is in it goes with the namespace. */
	@Override
	public void close() {
		if (this.written.getAndSet(false)) {
			Shell.succeeds("kubectl", "--kubeconfig", this.kubeconfig, "--request-timeout=10s", "delete", "namespace",
					this.namespace, "--ignore-not-found", "--wait=false");
		}
	}

	private static String slice(String node, String at, boolean ready) {
		Endpoint endpoint = Endpoint.parse(at);
		return SLICE.formatted(node, ScenarioClient.SERVICE, endpoint.port(), endpoint.host(), node, ready, !ready);
	}

	private void apply(String manifest) {
		kubectl(manifest, "-n", this.namespace, "apply", "-f", "-");
	}

	private void kubectl(String input, String... arguments) {
		List<String> command = new ArrayList<>(
				List.of("kubectl", "--kubeconfig", this.kubeconfig, "--request-timeout=10s"));
		command.addAll(List.of(arguments));
		Shell.feed(input, command.toArray(String[]::new));
	}

}
