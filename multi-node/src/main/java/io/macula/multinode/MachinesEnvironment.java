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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import io.macula.harness.Arguments;
import io.macula.machines.Deployment;
import org.jspecify.annotations.Nullable;

/**
 * Plain machines to which {@code scripts/machines.sh} has deployed the providers. Clients
 * run on the one that has the role, over ssh.
 */
final class MachinesEnvironment implements Environment {

	static final String NAME = "machines";

	private final Arguments arguments;

	private final Path jar;

	private final Path out;

	private @Nullable Deployment deployment;

	private boolean closed;

	/**
	 * An environment that is not prepared.
	 * @param arguments {@code hosts} and {@code out}
	 * @param jar of the scenarios, which is sent to the machine of the clients
	 */
	MachinesEnvironment(Arguments arguments, Path jar) {
		this.arguments = arguments;
		this.jar = jar;
		this.out = Path.of(arguments.required("out"));
		if (!arguments.has("hosts")) {
			throw new CannotRunException(
					"There is no hosts file: give one by --hosts FILE, as machines/hosts.example is");
		}
		if (!arguments.optional("directory", EmbeddedEngine.TYPE).equals(EmbeddedEngine.TYPE)) {
			throw new CannotRunException("Directory '" + arguments.required("directory")
					+ "' cannot be had on machines, where the embedded one was deployed: leave --directory away");
		}
	}

	@Override
	public String name() {
		return NAME;
	}

	@Override
	public void prepare() {
		Deployment made = checked(() -> Deployment.of(this.arguments, this.out));
		synchronized (this) {
			if (this.closed) {
				throw new CannotRunException("The run was ended");
			}
			this.deployment = made;
		}
		// Not with the lock: closing it ends what is under way here.
		checked(() -> {
			made.open(this.jar);
			return made;
		});
	}

	@Override
	public Providers providers(Engine engine) {
		return new MachineProviders(deployment());
	}

	@Override
	public List<String> client(List<String> all) {
		List<String> there = new ArrayList<>(all);
		there.add("--out=out");
		return deployment().client(there);
	}

	@Override
	public Map<String, String> facts() {
		return deployment().facts();
	}

	@Override
	public void close() {
		Deployment opened;
		synchronized (this) {
			this.closed = true;
			opened = this.deployment;
		}
		if (opened != null) {
			opened.close();
		}
	}

	private synchronized Deployment deployment() {
		return Objects.requireNonNull(this.deployment, "not prepared");
	}

	/** One line, as whoever reads a report expects. */
	private static <T> T checked(Supplier<T> action) {
		try {
			return action.get();
		}
		catch (IllegalStateException ex) {
			throw new CannotRunException(String.valueOf(ex.getMessage()).replace("\n", "; "), ex);
		}
	}

	/**
	 * The providers of a deployment, which stay there.
	 *
	 * @param deployment whose they are
	 */
	private record MachineProviders(Deployment deployment) implements Providers {

		@Override
		public List<String> nodes() {
			return this.deployment.nodes();
		}

		@Override
		public String endpoint(String node) {
			return this.deployment.endpoint(node);
		}

		/** What it needs to know of the realm stands in its release. */
		@Override
		public void start(String node, List<String> settings) {
			this.deployment.start(node);
		}

		@Override
		public void awaitReady(String node) {
			this.deployment.awaitReady(node);
		}

		@Override
		public void stop(String node) {
			this.deployment.stop(node);
		}

		@Override
		public void kill(String node) {
			this.deployment.kill(node);
		}

		@Override
		public String log(String node) {
			return this.deployment.log(node);
		}

		@Override
		public void close() {
			// They are not of this run.
		}

	}

}
