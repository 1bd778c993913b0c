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

package io.macula.machines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

import org.jspecify.annotations.Nullable;

/**
 * What is deployed: an executable jar, or an image. Immutable.
 *
 * @param version of the application
 * @param jar the jar, or {@code null} with an image
 * @param image name of the image, or {@code null} with a jar
 * @param archive what {@code docker save} wrote, or {@code null} if the machines have the
 * image or can fetch it
 */
record Application(String version, @Nullable Content jar, @Nullable String image, @Nullable Content archive) {

	private static final String IMAGE = "[a-z0-9][A-Za-z0-9._/:@-]{0,254}";

	/**
	 * An application that is an executable jar.
	 * @param file the jar
	 * @return the application, of the version that the jar's manifest tells
	 * @throws CannotDeployException if it is none
	 */
	static Application jar(Path file) {
		if (!Files.isRegularFile(file)) {
			throw new CannotDeployException("There is no jar " + file + ": build it, or name another one by --jar");
		}
		try (JarFile jar = new JarFile(file.toFile())) {
			Manifest manifest = jar.getManifest();
			if (manifest == null || manifest.getMainAttributes().getValue("Main-Class") == null) {
				throw new CannotDeployException(
						"Jar " + file + " is not executable: expected one of Spring Boot's Maven or Gradle plugin");
			}
			String version = manifest.getMainAttributes().getValue("Implementation-Version");
			return new Application((version != null) ? clean(version) : "0", Content.of(file), null, null);
		}
		catch (IOException ex) {
			throw new CannotDeployException(
					"Jar " + file + " cannot be read (" + ex.getMessage() + "): build it, or name another one by --jar",
					ex);
		}
	}

	/**
	 * An application that is an image.
	 * @param image its name
	 * @param archive what {@code docker save} wrote, or {@code null}
	 * @return the application, of the version that is the image's tag
	 * @throws CannotDeployException if the name is none
	 */
	static Application image(@Nullable String image, @Nullable Path archive) {
		if (image == null || !image.matches(IMAGE)) {
			throw new CannotDeployException("Image '" + ((image != null) ? image : "")
					+ "' is not valid: expected --image NAME:TAG, or NAME@sha256:DIGEST, that the machines have or can fetch");
		}
		String tag = image.substring(image.lastIndexOf('/') + 1).replaceFirst("^[^:@]*[:@]?", "");
		return new Application(tag.isEmpty() ? "latest" : clean(tag), null, image,
				(archive != null) ? Content.of(archive) : null);
	}

	/**
	 * What it is, for comparison.
	 * @return digest of the jar, or name of the image
	 */
	String identity() {
		return (this.jar != null) ? this.jar.sum() : String.valueOf(this.image);
	}

	/**
	 * Room that it needs on a machine: it arrives before the last one goes, and its
	 * native library is unpacked.
	 * @return bytes
	 */
	long neededBytes() {
		long sent = size(this.jar) + 2 * size(this.archive);
		return 2 * sent + (32 << 20);
	}

	private static long size(@Nullable Content content) {
		return (content != null) ? content.bytes() : 0;
	}

	private static String clean(String version) {
		String clean = version.replaceAll("[^A-Za-z0-9._-]", "_").replaceFirst("^[._-]+", "");
		return clean.isEmpty() ? "0" : clean.substring(0, Math.min(clean.length(), 60));
	}

}
