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

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.docker.compose.core.ConnectionPorts;
import org.springframework.boot.docker.compose.core.ImageReference;
import org.springframework.boot.docker.compose.core.RunningService;

/**
 * A service of Docker Compose that does not run, for tests of connection details that
 * need no Docker; its port is published as {@link StillContainer}'s is. Immutable.
 *
 * @param name of the service
 * @param image of its container
 * @param port that its container listens at
 */
public record StillService(String name, ImageReference image, int port) implements RunningService {

	/**
	 * A service.
	 * @param name of it
	 * @param image name of the image of its container
	 * @param port that its container listens at
	 */
	public StillService(String name, String image, int port) {
		this(name, ImageReference.of(image), port);
	}

	@Override
	public String host() {
		return StillContainer.HOST;
	}

	@Override
	public ConnectionPorts ports() {
		return new ConnectionPorts() {

			@Override
			public int get(int containerPort) {
				return StillContainer.PORTS + containerPort;
			}

			@Override
			public List<Integer> getAll() {
				return List.of(get(port()));
			}

			@Override
			public List<Integer> getAll(@Nullable String protocol) {
				return getAll();
			}

		};
	}

	@Override
	public Map<String, @Nullable String> env() {
		return Map.of();
	}

	@Override
	public Map<String, String> labels() {
		return Map.of();
	}

}
