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

/**
 * Containers of {@code docker/compose.yaml}, made and taken away by the script that
 * starts the runner. Clients run on the host.
 */
final class ComposeEnvironment implements Environment {

	static final String NAME = "compose";

	private final String compose;

	/**
	 * An environment whose images are built.
	 * @param compose the command up to its file
	 */
	ComposeEnvironment(String compose) {
		this.compose = compose;
	}

	@Override
	public String name() {
		return NAME;
	}

	@Override
	public Providers providers(Engine engine) {
		return new ComposeProviders(this.compose);
	}

}
