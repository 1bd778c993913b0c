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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

import io.macula.harness.Clock;
import io.macula.harness.FreePorts;
import io.macula.harness.Jvm;
import io.macula.harness.LoggedProcess;
import io.macula.harness.ProcessStatus;
import io.macula.harness.Shell;
import io.macula.rogue.Attacker;
import org.jspecify.annotations.Nullable;

/**
 * Who is attacked: two providers, each a seed with 256 MB of heap and as much direct
 * memory, and a client that calls all the while. The attacker has an address of its own.
 * All is on the loopback interface, so that nobody needs to be root. Driven by one
 * thread.
 */
final class AttackWorld implements AutoCloseable {

	/** The providers. */
	static final List<String> NODES = List.of("d1", "d2");

	/** One that comes later. */
	static final String NEWCOMER = "d3";

	/** The one that most attacks are about. */
	private static final String TARGET = NODES.get(0);

	private static final String CLIENT = "client";

	/** Key store of an attacker who has a certificate for callers. */
	static final String CALLER = "guest";

	/** Key store of an attacker who has a certificate that no list names. */
	static final String STRANGER = "stranger";

	/** Key store of those who are attacked. */
	private static final String HONEST = "node";

	private static final String SERVICE = "test.calculator";

	static final String HOST = "127.0.0.1";

	private static final String FOE = "127.0.0.66";

	/** Another address that attackers may take. */
	static final String ELSEWHERE = "127.0.0.67";

	private static final Duration DEADLINE = Duration.ofSeconds(5);

	private static final Duration LOOK = Duration.ofMillis(250);

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final long LEFT_KILOBYTES = 48 << 10;

	private static final String STARTED = "Started ";

	/** On the processors that an attacker shares with those whom it attacks. */
	private static final List<String> GIVING_WAY = List.of("nice", "-n", "19");

	private final Path directory;

	private final Path jar;

	private final String secret;

	private final Map<String, Integer> ports = new LinkedHashMap<>();

	private final Map<String, Integer> httpPorts = new LinkedHashMap<>();

	private final Map<String, LoggedProcess> processes = new LinkedHashMap<>();

	/** In place of a secret. */
	private final @Nullable Certificates certificates;

	/**
	 * What the first provider holds when nobody attacks; {@code null} in the short form.
	 */
	private final @Nullable Resources rested;

	private final LoadProcess load;

	private final Window calm;

	private int others;

	/**
	 * Start all, and wait until they work.
	 * @param directory for logs
	 * @param jar this suite
	 * @param secret the realm's secret
	 * @param certified whether the nodes trust certificates and know no secret, and have
	 * lists of who may call and who may provide
	 * @param quick whether in the short form
	 */
	AttackWorld(Path directory, Path jar, String secret, boolean certified, boolean quick) {
		double calmSeconds = quick ? 3 : 6;
		this.directory = directory;
		this.jar = jar;
		this.secret = secret;
		List<Integer> free = FreePorts.udp(NODES.size() + 1);
		for (String node : List.of("d1", "d2", NEWCOMER)) {
			this.ports.put(node, free.get(this.ports.size()));
			this.httpPorts.put(node, FreePorts.tcp());
		}
		try {
			Files.createDirectories(directory);
			this.certificates = certified ? Certificates.create(directory) : null;
			if (this.certificates != null) {
				this.certificates.issueToCaller(CALLER);
				this.certificates.issueToPeer(STRANGER);
			}
			NODES.forEach((node) -> startProvider(node));
			NODES.forEach((node) -> process(node).awaitReady());
			this.load = startClient(CLIENT, "--load.bait=true");
			NODES.forEach((node) -> awaitUsed(node, PATIENCE));
			// The first calls of cold virtual machines are nobody's fault.
			Clock.seconds(calmSeconds);
			this.calm = burdened(calmSeconds);
			this.rested = quick ? null : held(TARGET);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("No directory " + directory, ex);
		}
		catch (RuntimeException ex) {
			this.processes.values().forEach(LoggedProcess::kill);
			throw ex;
		}
	}

	Window calm() {
		return this.calm;
	}

	String secret() {
		return this.secret;
	}

	LoggedProcess process(String name) {
		return this.processes.computeIfAbsent(name,
				(any) -> new LoggedProcess(name, this.directory.resolve(name + ".log"), STARTED));
	}

	/**
	 * Start a provider, or start it again.
	 * @param node its id
	 * @param settings further settings
	 */
	void startProvider(String node, String... settings) {
		List<String> command = new ArrayList<>(
				List.of("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch", "-XX:MaxDirectMemorySize=256m",
						"-XX:NativeMemoryTracking=summary", "-jar", this.jar.toString(), "provider"));
		command.addAll(List.of("--macula.node.id=" + node, "--macula.realm.seeds=" + seeds(),
				"--macula.provider.address=" + HOST, "--macula.provider.port=" + this.ports.get(node),
				"--macula.transport.max-connections=1000", "--calculator.service-time=2ms", "--calculator.trap=true",
				"--server.port=" + this.httpPorts.get(node), "--server.address=" + HOST,
				"--management.endpoints.web.exposure.include=health,macula,env,configprops",
				"--management.endpoint.env.show-values=always",
				"--management.endpoint.configprops.show-values=always"));
		command.addAll(allowed("allow-call"));
		command.addAll(List.of(settings));
		process(node).start(environment(), Jvm.command(command));
	}

	/** The lists of a world of certificates: the service is for those who are honest. */
	private List<String> allowed(String action) {
		String setting = "--macula.security." + action;
		return certified() ? List.of(setting + "." + SERVICE + "=" + Certificates.uri(HONEST), setting + "[*]=*")
				: List.of();
	}

	private LoadProcess startClient(String name, String... settings) {
		Path file = this.directory.resolve(name + ".calls");
		List<String> command = new ArrayList<>(List.of("-Xmx384m", "-jar", this.jar.toString(), "load", file.toString(),
				"--macula.realm.seeds=" + seeds(), "--macula.client.deadline=" + DEADLINE.toSeconds() + "s"));
		command.addAll(allowed("allow-provide"));
		command.addAll(List.of(settings));
		return LoadProcess.start(Jvm.command(command), environment(), file, this.directory.resolve(name + ".log"),
				DEADLINE);
	}

	/** Whether the nodes trust certificates and know no secret. */
	boolean certified() {
		return this.certificates != null;
	}

	private Map<String, String> environment() {
		return (this.certificates != null) ? this.certificates.environment(HONEST)
				: Map.of("MACULA_REALM_SECRET", this.secret);
	}

	private Map<String, String> environmentOfAttacker(String keyStore) {
		Map<String, String> environment = new HashMap<>(Map.of("MACULA_REALM_SECRET", this.secret));
		if (this.certificates != null) {
			environment.putAll(this.certificates.environment(keyStore));
		}
		return environment;
	}

	String seeds() {
		return String.join(",", NODES.stream().map((node) -> HOST + ":" + this.ports.get(node)).toList());
	}

	/**
	 * What a page of a provider's actuator says.
	 * @param node the provider
	 * @param page name of the page
	 */
	String actuator(String node, String page) {
		return Shell.run("curl", "-s", "--max-time", "10",
				"http://" + HOST + ":" + this.httpPorts.get(node) + "/actuator/" + page);
	}

	/*
	 * An attacker elsewhere would not take turns on the processors of those whom it
	 * attacks. So it gives way, and what is compared is the load beside a process that
	 * takes as much of them and does nothing else.
	 */
	private Window burdened(double seconds) {
		return burdened(() -> Clock.seconds(seconds));
	}

	/**
	 * The load without an attack, while something else is done that takes of the same
	 * processors.
	 * @param meanwhile what is done
	 * @return the calls of that time
	 */
	Window burdened(Runnable meanwhile) {
		LoggedProcess burden = attacker(CALLER, Attacker.BURDEN);
		try {
			this.load.begin();
			meanwhile.run();
			return this.load.window();
		}
		finally {
			burden.kill();
		}
	}

	/**
	 * Attack for some time, and write down what must hold under each attack.
	 * @param log takes what must hold
	 * @param seconds how long, at most, unless the attack is over before
	 * @param form the attack
	 * @param arguments what it needs
	 * @return what happened
	 */
	Siege attack(FaultLog log, double seconds, String form, String... arguments) {
		return attackAs(CALLER, log, seconds, form, arguments);
	}

	/**
	 * Attack with a certificate for some time, and write down what must hold.
	 * @param keyStore the certificate, if there are some
	 * @param log takes what must hold
	 * @param seconds how long, at most, unless the attack is over before
	 * @param form the attack
	 * @param arguments what it needs
	 * @return what happened
	 */
	Siege attackAs(String keyStore, FaultLog log, double seconds, String form, String... arguments) {
		Siege siege = attack(seconds, () -> {
		}, () -> attacker(keyStore, form, arguments));
		siege.undisturbed(log, this.calm);
		return siege;
	}

	/**
	 * Attack for some time.
	 * @param seconds how long
	 * @param meanwhile what is done when the attack has gone on for half of the time
	 * @param form the attack
	 * @param arguments what it needs
	 * @return what happened
	 */
	Siege attack(double seconds, Runnable meanwhile, String form, String... arguments) {
		return attack(seconds, meanwhile, () -> attacker(CALLER, form, arguments));
	}

	private Siege attack(double seconds, Runnable meanwhile, Supplier<LoggedProcess> starter) {
		Map<String, Long> positions = new TreeMap<>();
		Map<String, Long> before = new TreeMap<>();
		NODES.forEach((node) -> positions.put(node, process(node).logPosition()));
		int clientPosition = this.load.logPosition();
		NODES.forEach((node) -> before.put(node, resident(node)));
		this.load.begin();
		Map<String, Long> peak = new TreeMap<>();
		LoggedProcess attacker = starter.get();
		Map<String, String> outcomes;
		Window calls;
		try {
			watch(attacker, seconds / 2, before, peak);
			meanwhile.run();
			watch(attacker, seconds / 2, before, peak);
			outcomes = Siege.outcomes(attacker);
			calls = this.load.window();
		}
		finally {
			attacker.kill();
		}
		Map<String, List<String>> logs = new TreeMap<>();
		positions.forEach((node, position) -> logs.put(node, process(node).logFrom(position).lines().toList()));
		logs.put(CLIENT, this.load.logFrom(clientPosition));
		return new Siege(calls, outcomes, logs, peak);
	}

	private LoggedProcess attacker(String keyStore, String form, String... arguments) {
		this.others++;
		LoggedProcess attacker = new LoggedProcess(form,
				this.directory.resolve("attacker-" + this.others + "-" + form + ".log"), STARTED);
		List<String> command = new ArrayList<>(List.of("-Xmx768m", "-XX:TieredStopAtLevel=1", "-jar",
				this.jar.toString(), "attacker", form, "--from=" + FOE, "--targets=" + seeds()));
		command.addAll(List.of(arguments));
		List<String> whole = new ArrayList<>(GIVING_WAY);
		whole.addAll(Jvm.command(command));
		attacker.start(environmentOfAttacker(keyStore), whole);
		attacker.awaitReady();
		return attacker;
	}

	private void watch(LoggedProcess attacker, double seconds, Map<String, Long> before, Map<String, Long> peak) {
		long end = Clock.now() + (long) (seconds * 1e9);
		while (Clock.now() < end && !Siege.outcomes(attacker).containsKey(Attacker.DONE)) {
			Clock.pause(LOOK);
			for (String node : NODES) {
				peak.merge(node, resident(node) - before.getOrDefault(node, 0L), Math::max);
			}
		}
	}

	private long resident(String node) {
		return process(node).running() ? ProcessStatus.of(process(node).pid()).residentKilobytes() : 0;
	}

	/**
	 * Wait until a provider answers calls.
	 * @param node its id
	 * @param limit bound of the wait
	 * @return seconds that it took, or infinity
	 */
	double awaitUsed(String node, Duration limit) {
		long from = Clock.now();
		boolean used = Clock.within(limit, () -> {
			Clock.pause(Duration.ofMillis(100));
			return this.load.newCalls().stream().anyMatch((call) -> node.equals(call.node()) && call.start() > from);
		});
		return used ? (Clock.now() - from) / 1e9 : Double.POSITIVE_INFINITY;
	}

	/** A provider comes down in order and up again, and must be used again. */
	void restart(FaultLog log, String node) {
		process(node).terminate();
		startProvider(node);
		process(node).awaitReady();
		double seconds = awaitUsed(node, PATIENCE);
		log.returns(node + ", which was restarted after the attack,", seconds, PATIENCE.toSeconds());
	}

	/** A provider that nobody knew before must be used, too. */
	void newProvider(FaultLog log) {
		startProvider(NEWCOMER);
		process(NEWCOMER).awaitReady();
		double seconds = awaitUsed(NEWCOMER, PATIENCE);
		log.must("a new provider is used within " + PATIENCE.toSeconds() + " s", "%.1f s".formatted(seconds),
				seconds < PATIENCE.toSeconds());
		process(NEWCOMER).terminate();
	}

	/** A client that nobody knew before must be served. */
	void newClient(FaultLog log) {
		this.others++;
		long start = Clock.now();
		String told;
		boolean served = false;
		try (LoadProcess fresh = startClient("fresh-" + this.others)) {
			served = Clock.within(PATIENCE, () -> {
				Clock.pause(Duration.ofMillis(100));
				return fresh.newCalls().stream().anyMatch((call) -> !call.failed());
			});
			told = "%.1f s with its start".formatted((Clock.now() - start) / 1e9);
		}
		catch (RuntimeException ex) {
			told = ex.toString();
		}
		log.must("a new client is served", told, served);
	}

	/**
	 * A process that must not start.
	 * @param name its name
	 * @param environment environment variables
	 * @param options options of the JVM
	 * @param address where it listens
	 * @param limit bound of the wait
	 * @return its output, after {@code still running} if it had to be killed
	 */
	String refusedToStart(String name, Map<String, String> environment, List<String> options, String address,
			Duration limit) {
		LoggedProcess process = new LoggedProcess(name, this.directory.resolve(name + ".log"), STARTED);
		List<String> command = new ArrayList<>(options);
		command.addAll(List.of("-Xmx128m", "-jar", this.jar.toString(), "seed", "--macula.node.id=" + name,
				"--macula.provider.port=0", "--macula.provider.address=" + address));
		process.start(environment, Jvm.command(command));
		boolean ended = Clock.within(limit, () -> !process.running() || process.logOfThisLife().contains(STARTED))
				&& !process.running();
		process.kill();
		return ended ? process.logOfThisLife() : "still running: " + process.logOfThisLife();
	}

	Path directory() {
		return this.directory;
	}

	/** What a provider holds, and its buffers, when it rests. */
	private Resources held(String node) {
		return Resources.withDirect(process(node).pid());
	}

	/** What an attack took must come back within seconds. */
	void compareMemory(FaultLog log) {
		Resources before = this.rested;
		if (before == null || !process(TARGET).running()) {
			return;
		}
		Resources[] now = { held(TARGET) };
		boolean back = Clock.within(PATIENCE, () -> {
			now[0] = held(TARGET);
			return back(now[0], before);
		});
		log.must(
				"%s gives back what it held, but %d MB, within %d s".formatted(TARGET, LEFT_KILOBYTES >> 10,
						PATIENCE.toSeconds()),
				"before %s; after %s".formatted(before.describe(), now[0].describe()), back);
	}

	private static boolean back(Resources now, Resources before) {
		return now.heapKilobytes() <= before.heapKilobytes() + LEFT_KILOBYTES
				&& now.directKilobytes() <= before.directKilobytes() + LEFT_KILOBYTES;
	}

	/** Whether all is as it was at the begin, so that the next attack finds it so. */
	boolean intact() {
		return NODES.stream().allMatch((node) -> process(node).running() && awaitUsed(node, Duration.ofSeconds(5)) < 5);
	}

	@Override
	public void close() {
		this.load.close();
		this.processes.values().forEach(LoggedProcess::kill);
	}

}
