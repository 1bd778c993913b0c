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

package io.macula.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import io.macula.faults.Fault.Layout;
import io.macula.harness.Clock;
import io.macula.harness.Jvm;
import io.macula.harness.LoggedProcess;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.convert.DurationStyle;

/**
 * Who is where: the network, three providers, perhaps seeds of their own, and the client
 * under load. Driven by one thread.
 */
final class World implements AutoCloseable {

	/** The providers' hosts. */
	static final List<String> NODES = List.of("n1", "n2", "n3");

	/** Port of each provider. */
	static final int PORT = 9443;

	private static final List<String> SEEDS = List.of("s1", "s2");

	private static final Map<String, Integer> NUMBERS = Map.of("n1", 1, "n2", 2, "n3", 3, "s1", 21, "s2", 22);

	/** A client's own default. */
	private static final Duration DEADLINE = Duration.ofSeconds(30);

	private static final String DEADLINE_SETTING = "--macula.client.deadline=";

	private static final String STARTED = "Started ";

	private final Options options;

	private final Path directory;

	private final Network network;

	private final Layout layout;

	private final Addressing addressing;

	private final Holdings holdings = new Holdings();

	private final Map<String, LoggedProcess> processes = new LinkedHashMap<>();

	private final Map<String, String> environment;

	private final @Nullable Certificates certificates;

	private final @Nullable SecretFiles secrets;

	private final Journals journals;

	private @Nullable LoadProcess load;

	World(Options options, Layout layout, Addressing addressing, String... loadSettings) {
		this.options = options;
		this.layout = layout;
		this.addressing = addressing;
		this.directory = fresh(options.directory());
		this.certificates = (layout == Layout.CERTIFICATES) ? Certificates.create(this.directory) : null;
		this.secrets = (layout == Layout.SECRET_FILES) ? new SecretFiles(this.directory, options.secret()) : null;
		this.environment = (this.certificates != null) ? this.certificates.environment("node")
				: Map.of("MACULA_REALM_SECRET", options.secret());
		this.journals = new Journals(this.directory);
		this.network = new Network(options.prefix(), options.linkd(), addressing);
		try {
			NUMBERS.forEach(this.network::host);
			if (layout == Layout.SEEDS_APART) {
				SEEDS.forEach(this::startSeed);
			}
			NODES.forEach(this::startProvider);
			this.processes.values().forEach(LoggedProcess::awaitReady);
			this.load = startLoad("load", loadSettings);
			awaitAllUsed();
		}
		catch (RuntimeException ex) {
			stopAll();
			throw ex;
		}
	}

	Network network() {
		return this.network;
	}

	Options options() {
		return this.options;
	}

	/**
	 * A duration of a fault. What holds over IPv4 is looked at for long there, and for
	 * less elsewhere.
	 * @param whole seconds in the whole form
	 * @param quick seconds in the short form
	 * @return seconds
	 */
	double seconds(double whole, double quick) {
		return (this.options.quick() || this.addressing != Addressing.V4) ? quick : whole;
	}

	Path directory() {
		return this.directory;
	}

	Certificates certificates() {
		return Objects.requireNonNull(this.certificates, "the layout has no certificates");
	}

	SecretFiles secrets() {
		return Objects.requireNonNull(this.secrets, "the layout has no files of secrets");
	}

	LoadProcess load() {
		return Objects.requireNonNull(this.load, "the load has not started");
	}

	/**
	 * A process that was started.
	 * @param host its host
	 * @return the process
	 */
	LoggedProcess process(String host) {
		LoggedProcess process = this.processes.get(host);
		if (process == null) {
			throw new IllegalArgumentException("No process was started on '" + host + "'");
		}
		return process;
	}

	/**
	 * Start a provider, or start it again.
	 * @param host its host
	 */
	void startProvider(String host) {
		startProvider(host, Map.of());
	}

	/**
	 * Start a provider, or start it again, with settings of its own.
	 * @param host its host
	 * @param environment environment variables
	 * @param settings further settings, as {@code key=value}
	 */
	void startProvider(String host, Map<String, String> environment, String... settings) {
		startProvider(host, List.of(), environment, settings);
	}

	/**
	 * Start a provider, or start it again, with settings of its own.
	 * @param host its host
	 * @param options options of the JVM
	 * @param environment environment variables
	 * @param settings further settings, as {@code key=value}
	 */
	void startProvider(String host, List<String> options, Map<String, String> environment, String... settings) {
		Map<String, String> all = new LinkedHashMap<>();
		all.put("macula.node.id", host);
		all.put("macula.realm.seeds", seeds());
		all.put("calculator.service-time", "2ms");
		all.put("calculator.journal", this.journals.of(host).toString());
		// A setting that is given twice on the command line would become a list.
		for (String setting : settings) {
			int equals = setting.indexOf('=');
			all.put(setting.substring(0, equals), setting.substring(equals + 1));
		}
		List<String> command = new ArrayList<>(jvm());
		command.addAll(options);
		command.addAll(List.of("-Xmx256m", "-Dio.netty.leakDetection.level=advanced", "-jar",
				this.options.suiteJar().toString(), "provider"));
		all.forEach((key, value) -> command.add("--" + key + "=" + value));
		start(host, environment, command);
	}

	/**
	 * Start a provider of {@link Ordeal}.
	 * @param host its host
	 * @param heap largest heap, as {@code -Xmx} takes it
	 * @param settings further settings, as {@code --key=value}
	 */
	void startStandIn(String host, String heap, String... settings) {
		List<String> command = new ArrayList<>(
				List.of("-Xmx" + heap, "-jar", this.options.suiteJar().toString(), "stand-in"));
		command.addAll(List.of("--macula.node.id=" + host, "--macula.realm.seeds=" + seeds(),
				"--calculator.journal=" + this.journals.of(host)));
		command.addAll(List.of(settings));
		start(host, Map.of(), command);
	}

	/**
	 * Start somebody who attacks, on a host of its own, and wait until it is under way.
	 * @param number number of the host
	 * @param arguments the attack
	 * @return its process
	 */
	LoggedProcess startAttack(int number, String... arguments) {
		String host = "a" + number;
		this.network.ensureHost(host, number);
		List<String> command = new ArrayList<>(
				List.of("-Xmx384m", "-jar", this.options.suiteJar().toString(), "attack"));
		command.addAll(List.of(arguments));
		LoggedProcess attacker = start(host, Map.of(), command);
		attacker.awaitReady();
		return attacker;
	}

	/**
	 * Start a node that is a seed and nothing else.
	 * @param host its host
	 */
	void startSeed(String host) {
		start(host, Map.of(), List.of("-Xmx128m", "-jar", this.options.suiteJar().toString(), "seed",
				"--macula.node.id=" + host, "--macula.realm.seeds=" + seeds()));
	}

	/**
	 * Start a process of the suite on a host.
	 * @param host its host
	 * @param environment environment variables
	 * @param command arguments of java
	 * @return the process
	 */
	LoggedProcess start(String host, Map<String, String> environment, List<String> command) {
		LoggedProcess process = this.processes.computeIfAbsent(host,
				(name) -> new LoggedProcess(name, this.directory.resolve(name + ".log"), STARTED));
		process.start(environment(host, environment), this.network.on(host, Jvm.command(command)));
		return process;
	}

	/**
	 * Start another client under load.
	 * @param name its name, for its files
	 * @param settings further arguments
	 * @return the client
	 */
	LoadProcess startLoad(String name, String... settings) {
		return startLoad(name, Map.of(), settings);
	}

	/**
	 * Start another client under load.
	 * @param name its name, for its files
	 * @param environment environment variables
	 * @param settings further arguments
	 * @return the client
	 */
	LoadProcess startLoad(String name, Map<String, String> environment, String... settings) {
		List<String> args = new ArrayList<>(List.of("--macula.realm.seeds=" + seeds()));
		args.addAll(List.of(settings));
		return launchLoad(Network.CLIENT, "load", name, environment, args);
	}

	/**
	 * Start another client under load on a host of its own, beside the providers.
	 * @param host its host
	 * @param settings further arguments
	 * @return the client
	 */
	LoadProcess startLoadOn(String host, String... settings) {
		List<String> args = new ArrayList<>(List.of("--macula.realm.seeds=" + seeds()));
		args.addAll(List.of(settings));
		return launchLoad(host, "load", host, Map.of(), args);
	}

	/**
	 * Start a client under the same load that calls a {@link GrpcPeer}.
	 * @param name its name, for its files
	 * @param address address of the server
	 * @return the client
	 */
	LoadProcess startGrpcLoad(String name, String address) {
		return launchLoad(Network.CLIENT, "grpc-load", name, Map.of(), List.of(this.directory.toString(), address));
	}

	private LoadProcess launchLoad(String host, String form, String name, Map<String, String> environment,
			List<String> args) {
		Path file = this.directory.resolve(name + ".calls");
		List<String> command = new ArrayList<>(List.of("-Xmx384m", "-Dio.netty.leakDetection.level=advanced"));
		command.addAll(jvm());
		command.addAll(List.of("-jar", this.options.suiteJar().toString(), form, file.toString()));
		command.addAll(args);
		Duration deadline = args.stream()
			.filter((arg) -> arg.startsWith(DEADLINE_SETTING))
			.map((arg) -> DurationStyle.detectAndParse(arg.substring(DEADLINE_SETTING.length())))
			.findFirst()
			.orElse(DEADLINE);
		return LoadProcess.start(this.network.on(host, Jvm.command(command)), environment(name, environment), file,
				this.directory.resolve(name + ".log"), deadline);
	}

	private Map<String, String> environment(String name, Map<String, String> own) {
		Map<String, String> all = new LinkedHashMap<>(this.environment);
		if (this.secrets != null) {
			all.putAll(this.secrets.environment(name));
		}
		all.putAll(own);
		return all;
	}

	/**
	 * Begin a fault: what the client did before does not count.
	 */
	void begin() {
		load().begin();
	}

	/**
	 * All calls since the begin. Waits until those that are open now have ended.
	 * @return the calls
	 */
	Window window() {
		Window window = load().window();
		if (!load().unended().isEmpty()) {
			throw new IllegalStateException("Calls never end: " + load().unended());
		}
		return window;
	}

	/**
	 * Compare journals and calls.
	 * @param client who called
	 * @param calls its calls
	 * @return what does not fit
	 */
	Journals.Account account(LoadProcess client, Window calls) {
		return this.journals.account(calls.calls(), client.deadline());
	}

	/**
	 * Note what those hold who may live through a fault.
	 */
	void noteHoldings() {
		this.holdings.before(alive());
	}

	/**
	 * See what is left of a fault.
	 * @param log takes what must hold
	 */
	void compareHoldings(FaultLog log) {
		this.holdings.after(alive(), log);
	}

	private Map<String, Long> alive() {
		Map<String, Long> alive = new TreeMap<>(Map.of("client", load().pid()));
		NODES.stream()
			.filter((node) -> process(node).running())
			.forEach((node) -> alive.put(node, process(node).pid()));
		return alive;
	}

	/**
	 * Leak reports of Netty in the logs of all processes.
	 * @return their number
	 */
	long leakReports() {
		try (var logs = Files.newDirectoryStream(this.directory, "*.log")) {
			long count = 0;
			for (Path log : logs) {
				count += Files.readString(log).lines().filter((line) -> line.contains("LEAK:")).count();
			}
			return count;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Logs cannot be read", ex);
		}
	}

	/**
	 * What {@code /actuator/macula} of a provider says.
	 * @param host its host
	 * @return JSON
	 */
	JsonNode actuator(String host) {
		return JsonMapper.builder()
			.build()
			.readTree(this.network.in(host, "curl", "-s", "--max-time", "5", "http://127.0.0.1:8080/actuator/macula"));
	}

	/**
	 * Have the node of a provider do something.
	 * @param host its host
	 * @param order what, see {@link NodeOrders}
	 */
	void order(String host, String order) {
		this.network.in(host, "curl", "-s", "-S", "-f", "-X", "POST", "--max-time", "25",
				"http://127.0.0.1:8080/node/" + order);
	}

	/**
	 * Replace all providers by such with settings of their own, and wait until the client
	 * uses them. They last until {@link #dismiss}.
	 * @param settings further settings, as {@code key=value}
	 */
	void replaceProviders(String... settings) {
		dismiss();
		NODES.forEach((node) -> startProvider(node, Map.of(), settings));
		NODES.forEach((node) -> process(node).awaitReady());
		awaitAllUsed();
	}

	/**
	 * Kill all providers, so that {@link #restore} starts them as they were.
	 */
	void dismiss() {
		NODES.forEach((node) -> process(node).kill());
	}

	/**
	 * Start what is down, and wait until the client uses every provider.
	 */
	void restore() {
		List<String> down = this.processes.keySet()
			.stream()
			.filter((host) -> (NODES.contains(host) || SEEDS.contains(host)) && !process(host).running())
			.toList();
		down.stream().filter(NODES::contains).forEach(this::startProvider);
		down.stream().filter(SEEDS::contains).forEach(this::startSeed);
		down.forEach((host) -> process(host).awaitReady());
		awaitAllUsed();
	}

	/**
	 * Wait until every provider answers calls.
	 */
	void awaitAllUsed() {
		long from = Clock.now();
		List<CallRecord> seen = new ArrayList<>();
		Clock.await("the client uses " + NODES, Duration.ofSeconds(60), () -> {
			Clock.pause(Duration.ofMillis(200));
			seen.addAll(load().newCalls());
			return NODES.stream()
				.allMatch((node) -> seen.stream().anyMatch((call) -> node.equals(call.node()) && call.start() > from));
		});
	}

	@Override
	public void close() {
		stopAll();
	}

	/**
	 * Endpoint of a provider or seed.
	 * @param host its host
	 * @return host:port
	 */
	String endpoint(String host) {
		return this.network.address(host) + ":" + PORT;
	}

	/**
	 * Endpoints of the seeds.
	 * @return host:port, separated by commas
	 */
	String seeds() {
		List<String> hosts = (this.layout == Layout.SEEDS_APART) ? SEEDS : NODES;
		return String.join(",", hosts.stream().map(this::endpoint).toList());
	}

	private List<String> jvm() {
		return (this.layout == Layout.WATCHED) ? List.of("-XX:NativeMemoryTracking=summary") : List.of();
	}

	private void stopAll() {
		if (this.load != null) {
			this.load.close();
		}
		this.processes.values().forEach((process) -> process.signal("CONT"));
		this.processes.values().forEach(LoggedProcess::kill);
		this.network.close();
	}

	/** A directory for each world: what went wrong in one stays to be read. */
	private static Path fresh(Path parent) {
		try {
			Files.createDirectories(parent);
			int number = 1;
			while (Files.exists(parent.resolve("world-" + number))) {
				number++;
			}
			return Files.createDirectory(parent.resolve("world-" + number));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Directory for logs cannot be made in " + parent, ex);
		}
	}

}
