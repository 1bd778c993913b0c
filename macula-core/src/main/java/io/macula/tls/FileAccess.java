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

package io.macula.tls;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Who may do what with a file, where files have an owner and permissions. Immutable.
 *
 * @param uid number of the owner
 * @param permissions what owner, group and others may do
 */
record FileAccess(int uid, Set<PosixFilePermission> permissions) {

	private static final int ROOT = 0;

	/** Java does not tell: Linux does, and elsewhere a process owns what it makes. */
	private static final @Nullable Integer THIS_USER = findThisUser();

	/**
	 * Of a file, or a directory, itself.
	 * @return the access, or {@code null} where there is no such thing
	 */
	static @Nullable FileAccess of(Path file) throws IOException {
		if (!supported()) {
			return null;
		}
		Map<String, Object> attributes = Files.readAttributes(file, "unix:uid,permissions", LinkOption.NOFOLLOW_LINKS);
		@SuppressWarnings("unchecked")
		Set<PosixFilePermission> permissions = (Set<PosixFilePermission>) attributes.get("permissions");
		return (attributes.get("uid") instanceof Integer uid && permissions != null)
				? new FileAccess(uid, Set.copyOf(permissions)) : null;
	}

	private static boolean supported() {
		return FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
	}

	private static @Nullable Integer findThisUser() {
		if (!supported()) {
			return null;
		}
		try {
			Path status = Path.of("/proc/self/status");
			if (Files.exists(status)) {
				// Uid: real, effective, saved, of the file system
				try (Stream<String> lines = Files.lines(status)) {
					return lines.filter((line) -> line.startsWith("Uid:"))
						.map((line) -> Integer.parseUnsignedInt(line.split("\\s+")[4]))
						.findFirst()
						.orElse(null);
				}
			}
			Path file = Files.createTempFile("macula", ".uid");
			try {
				return (Integer) Files.getAttribute(file, "unix:uid");
			}
			finally {
				Files.delete(file);
			}
		}
		catch (IOException | RuntimeException ex) {
			return null;
		}
	}

	/**
	 * Attributes of a file that is to be made.
	 * @param permissions for example {@code rw-------}
	 */
	static FileAttribute<?>[] attributes(String permissions) {
		return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
				? new FileAttribute<?>[] {
						PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)) }
				: new FileAttribute<?>[0];
	}

	/**
	 * The user that this process runs as, for messages.
	 */
	static String thisUser() {
		return (THIS_USER != null) ? String.valueOf(THIS_USER) : System.getProperty("user.name", "?");
	}

	boolean ownedByThisUser() {
		return THIS_USER == null || THIS_USER == this.uid;
	}

	boolean ownedByRoot() {
		return this.uid == ROOT;
	}

	boolean othersWrite() {
		return this.permissions.contains(PosixFilePermission.GROUP_WRITE)
				|| this.permissions.contains(PosixFilePermission.OTHERS_WRITE);
	}

	boolean othersRead() {
		return this.permissions.contains(PosixFilePermission.GROUP_READ)
				|| this.permissions.contains(PosixFilePermission.GROUP_EXECUTE)
				|| this.permissions.contains(PosixFilePermission.OTHERS_EXECUTE) || allRead();
	}

	boolean allRead() {
		return this.permissions.contains(PosixFilePermission.OTHERS_READ);
	}

	@Override
	public String toString() {
		return "owner " + this.uid + ", " + PosixFilePermissions.toString(this.permissions);
	}

}
