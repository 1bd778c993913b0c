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

package io.macula.maven;

import java.util.List;

import org.apache.maven.plugins.annotations.Execute;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.plugins.annotations.ResolutionScope;

/**
 * Compiles the module and writes its contracts to their files, unless that would hide a
 * change that breaks a peer of the committed version.
 */
@Mojo(name = "write", threadSafe = true, requiresDependencyResolution = ResolutionScope.COMPILE)
@Execute(phase = LifecyclePhase.PROCESS_CLASSES)
public class WriteMojo extends ContractMojo {

	/**
	 * Whether to write what breaks peers of the committed version, too: none of these is
	 * left.
	 */
	@Parameter(property = "macula.contract.accept-breaking", defaultValue = "false")
	private boolean acceptBreaking;

	@Override
	List<String> command() {
		return this.acceptBreaking ? List.of("write", "--accept-breaking") : List.of("write");
	}

}
