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

package io.macula.cli.doctor;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.handler.codec.quic.Quic;
import org.jspecify.annotations.Nullable;

/**
 * What this machine and this process give to QUIC.
 */
final class MachineCheck {

	/** What the product asks for, see {@code io.macula.udp.Udp}. */
	private static final long WANTED_BUFFER_BYTES = 4 << 20;

	private static final long FEW_FILES = 4096;

	private static final int LEAST_JAVA = 17;

	private final Path proc;

	MachineCheck() {
		this(Path.of("/proc"));
	}

	MachineCheck(Path proc) {
		this.proc = proc;
	}

	List<Finding> all() {
		List<Finding> findings = new ArrayList<>();
		findings.add(java(Runtime.version().feature()));
		findings.add(nativeQuic());
		findings.add(buffer("rmem_max"));
		findings.add(buffer("wmem_max"));
		findings.add(segments());
		findings.add(files());
		findings.add(processors(Runtime.getRuntime().availableProcessors()));
		return findings;
	}

	static Finding java(int feature) {
		String seen = "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")";
		return (feature >= LEAST_JAVA) ? Finding.ok("java", seen)
				: Finding.failed("java", seen, "run Java " + LEAST_JAVA + " or later");
	}

	/** Without it there is no QUIC at all. */
	static Finding nativeQuic() {
		return nativeQuic(Quic.isAvailable() ? null : Quic.unavailabilityCause(), platform());
	}

	static Finding nativeQuic(@Nullable Throwable cause, String platform) {
		if (cause == null) {
			return Finding.ok("native", "QUIC's native library is loaded (" + platform + ")");
		}
		Throwable deepest = cause;
		while (deepest.getCause() != null) {
			deepest = deepest.getCause();
		}
		String remedy = platform.contains("musl")
				? "use an image with glibc (Debian, Ubuntu, UBI): there is no native library for musl"
				: String.valueOf(deepest.getMessage()).contains("Operation not permitted") || String
					.valueOf(deepest.getMessage())
					.contains("failed to map segment")
							? "the directory of temporary files forbids to run what is in it (noexec): mount it with exec,"
									+ " or name another with -Dio.netty.native.workdir=DIR"
							: "run on Linux with glibc (x86_64, aarch64), macOS or Windows (x86_64), with"
									+ " netty-codec-native-quic of that platform on the class path";
		return Finding.failed("native",
				"QUIC's native library cannot be loaded (" + platform + "): " + deepest.getMessage(), remedy);
	}

	private static String platform() {
		String os = System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
				+ System.getProperty("os.arch");
		return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("linux") ? os + ", " + libc() : os;
	}

	private static String libc() {
		try (Stream<Path> libraries = Files.list(Path.of("/lib"))) {
			return libraries.anyMatch((file) -> file.getFileName().toString().startsWith("ld-musl")) ? "musl" : "glibc";
		}
		catch (IOException ex) {
			return "libc unknown";
		}
	}

	/** Sockets get no more than this, whatever the product asks for. */
	Finding buffer(String name) {
		String key = "net.core." + name;
		Path file = this.proc.resolve("sys/net/core").resolve(name);
		try {
			long bytes = Long.parseLong(firstLine(file));
			return (bytes >= WANTED_BUFFER_BYTES) ? Finding.ok(key, bytes + " bytes") : Finding.warning(key,
					bytes + " bytes: sockets get less than the " + WANTED_BUFFER_BYTES
							+ " that the product asks for, so that datagrams are lost in bursts",
					"sysctl -w " + key + "=" + WANTED_BUFFER_BYTES + " on the host (and in /etc/sysctl.d to keep it)");
		}
		catch (IOException | NumberFormatException ex) {
			return Finding.skipped(key, "cannot be read here (" + file + ")");
		}
	}

	/**
	 * In one read: the kernel gives such a file to the first read only, and
	 * {@link Files#readString(Path)} begins with a single byte, since its size is 0.
	 */
	private static String firstLine(Path file) throws IOException {
		try (BufferedReader reader = Files.newBufferedReader(file)) {
			String line = reader.readLine();
			return (line != null) ? line.trim() : "";
		}
	}

	/** What the kernel offers; the product does not need it. */
	static Finding segments() {
		if (!Epoll.isAvailable()) {
			return Finding.skipped("gso-gro", "only Linux has it");
		}
		return Finding.ok("gso-gro",
				"the kernel has GSO: " + text(EpollDatagramChannel.isSegmentedDatagramPacketSupported()) + ", GRO: "
						+ text(gro()) + "; calls need neither");
	}

	private static String text(boolean there) {
		return there ? "yes" : "no";
	}

	private static boolean gro() {
		EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
		try {
			Channel channel = new Bootstrap().group(group)
				.channel(EpollDatagramChannel.class)
				.handler(new ChannelInboundHandlerAdapter())
				.bind(0)
				.awaitUninterruptibly()
				.channel();
			return channel.config().setOption(EpollChannelOption.UDP_GRO, true)
					&& Boolean.TRUE.equals(channel.config().getOption(EpollChannelOption.UDP_GRO));
		}
		catch (RuntimeException ex) {
			return false;
		}
		finally {
			group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
		}
	}

	static Finding files() {
		if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix)) {
			return Finding.skipped("files", "this system does not tell its limit of file descriptors");
		}
		return files(unix.getOpenFileDescriptorCount(), unix.getMaxFileDescriptorCount());
	}

	static Finding files(long open, long most) {
		String seen = open + " file descriptors open, " + most + " allowed";
		return (most >= FEW_FILES) ? Finding.ok("files", seen)
				: Finding.warning("files", seen, "raise it for nodes: ulimit -n 65536, or LimitNOFILE= of systemd");
	}

	static Finding processors(int processors) {
		String seen = processors + ((processors == 1) ? " processor" : " processors") + " for this process";
		return (processors > 1) ? Finding.ok("processors", seen) : Finding.warning("processors",
				seen + ": event loop and handlers take turns", "give nodes two processors or more");
	}

}
