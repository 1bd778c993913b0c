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

package io.macula.directory.tck;

import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A container that says that it runs and does not, for tests of connection details that
 * need no Docker: port 2379, say, is reached at {@code docker.example:32379}.
 */
public final class StillContainer extends GenericContainer<StillContainer> {

	static final String HOST = "docker.example";

	static final int PORTS = 30_000;

	private final String image;

	/**
	 * A container.
	 * @param image its name, which connection details may look at
	 */
	public StillContainer(String image) {
		super(DockerImageName.parse(image));
		this.image = image;
	}

	@Override
	public void start() {
		// There need not be a Docker.
	}

	@Override
	public void stop() {
		// It never ran.
	}

	@Override
	public boolean isRunning() {
		return true;
	}

	@Override
	public String getDockerImageName() {
		return this.image;
	}

	@Override
	public String getHost() {
		return HOST;
	}

	@Override
	public Integer getMappedPort(int port) {
		return PORTS + port;
	}

}
