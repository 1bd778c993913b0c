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

import java.io.File;
import java.util.ArrayList;
import java.util.List;

import org.apache.maven.artifact.Artifact;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.NullUnmarked;

/**
 * What both goals have in common.
 */
@NullUnmarked
abstract class ContractMojo extends AbstractMojo {

	/**
	 * Folder of the files, one for each contract.
	 */
	@Parameter(property = "macula.contract.files", defaultValue = "${project.basedir}/src/main/contract")
	private File files;

	/**
	 * Full names of the interfaces that are contracts, with $ before the name of a nested
	 * one. By default the public interfaces of this module that no other class of it
	 * implements or extends, and those with a method that has @MaculaMethod.
	 */
	@Parameter(property = "macula.contract.contracts")
	private List<String> contracts;

	/**
	 * Whether to do nothing.
	 */
	@Parameter(property = "macula.contract.skip", defaultValue = "false")
	private boolean skip;

	@Parameter(defaultValue = "${project.build.outputDirectory}", readonly = true)
	private File classes;

	@Parameter(defaultValue = "${project.compileClasspathElements}", readonly = true)
	private List<String> classPath;

	@Parameter(defaultValue = "${project.packaging}", readonly = true)
	private String packaging;

	@Parameter(defaultValue = "${plugin.artifacts}", readonly = true)
	private List<Artifact> pluginArtifacts;

	/** The command, and options of the goal. */
	abstract List<String> command();

	@Override
	public void execute() throws MojoExecutionException, MojoFailureException {
		// A parent names the plugin for its modules.
		if (this.skip || "pom".equals(this.packaging)) {
			getLog().info("Nothing to do: " + (this.skip ? "skipped" : "a project of packaging pom has no contracts"));
			return;
		}
		List<String> arguments = new ArrayList<>(command());
		arguments.add("--files=" + this.files);
		arguments.add("--classes=" + this.classes);
		if (this.contracts != null) {
			arguments.addAll(this.contracts);
		}
		List<String> problems;
		try (ContractLoader loader = ContractLoader.of(this.classPath,
				this.pluginArtifacts.stream().map(Artifact::getFile).toList())) {
			problems = loader.run(getLog()::info, arguments);
		}
		if (!problems.isEmpty()) {
			throw new MojoFailureException(String.join(System.lineSeparator(), problems));
		}
	}

}
