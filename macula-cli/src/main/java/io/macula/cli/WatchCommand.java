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

package io.macula.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.macula.log.Printable;
import io.macula.operations.NodeStatus;
import io.macula.operations.RealmEvent;
import io.macula.operations.RealmMonitor;
import io.macula.operations.RealmPicture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import reactor.core.Disposable;

/**
 * What happens in the realm, as it happens.
 */
@Command(name = "watch",
		description = { "Tells what happens in the realm, one line for each.",
				"Nodes: joined, left, unreachable, ejected, drained, lease-lost, connection-lost, contracts-differ",
				"and their opposites; JSON lines with -o json." })
final class WatchCommand extends RealmCommand {

	private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

	private static final Duration LONGEST = Duration.ofDays(365);

	private static final Duration USUAL_INTERVAL = Duration.ofMillis(500);

	private static final Duration SEARCH = Duration.ofSeconds(5);

	private static final int NODES = 10_000;

	@Parameters(index = "0", arity = "0..1", paramLabel = "SERVICE",
			description = "Only what concerns this service, and the nodes that serve or call it.")
	private @Nullable String service;

	@Option(names = "--for", paramLabel = "DURATION", description = "End after this time; not at all by default.")
	private @Nullable String length;

	@Override
	ExitCode run(RealmConnection realm, Output output) throws InterruptedException {
		Duration bound = (this.length != null)
				? Settings.duration(new Given(this.length, "--for", Path.of(""), Given.OPTION), "duration", LONGEST)
				: LONGEST;
		realm.crawl();
		CountDownLatch over = new CountDownLatch(1);
		try (RealmMonitor monitor = new RealmMonitor(realm.operations(), realm.seeds(),
				new RealmPicture.Settings(USUAL_INTERVAL, SEARCH, NODES))) {
			Disposable told = monitor.events()
				.filter((event) -> concerns(event, monitor.state()))
				.subscribe((event) -> {
					tell(event, output);
					if (output.gone()) {
						over.countDown();
					}
				}, (error) -> over.countDown(), over::countDown);
			Disposable begun = monitor.pictures()
				.filter((picture) -> picture.complete() || picture.trouble() != null)
				.next()
				.subscribe((picture) -> output.note("Watching " + picture.nodes().size() + " nodes of realm '"
						+ realm.settings().realm() + "'; Ctrl-C ends it"));
			monitor.start();
			over.await(bound.toMillis(), TimeUnit.MILLISECONDS);
			begun.dispose();
			told.dispose();
		}
		return ExitCode.OK;
	}

	private boolean concerns(RealmEvent event, RealmPicture picture) {
		String wanted = this.service;
		if (wanted == null || wanted.equals(event.service())) {
			return true;
		}
		if (event.service() != null) {
			return false;
		}
		RealmPicture.Node node = picture.node(event.nodeId());
		NodeStatus status = (node != null) ? node.status() : null;
		return status == null || status.services().stream().anyMatch((each) -> each.name().equals(wanted))
				|| status.clients().stream().anyMatch((each) -> each.service().equals(wanted));
	}

	private static void tell(RealmEvent event, Output output) {
		if (output.json()) {
			output.line(json(event));
			return;
		}
		StringBuilder line = new StringBuilder();
		line.append(TIME.format(LocalTime.ofInstant(event.at(), ZoneId.systemDefault()))).append("  ");
		line.append(output.styled(style(event.kind()), String.format("%-18s", Printable.text(event.kind()))))
			.append("  ");
		if (event.other() != null) {
			line.append(Printable.text(event.other())).append("  as seen by ");
		}
		line.append(Printable.text(event.nodeId()));
		if (event.service() != null) {
			line.append("  ").append(Printable.text(event.service()));
		}
		if (event.detail() != null) {
			line.append("  ").append(Printable.text(event.detail()));
		}
		output.text(line.toString());
	}

	/** Red is what takes capacity away, green what gives it back. */
	private static String style(String kind) {
		return switch (kind) {
			case "unreachable", "lease-lost", "instance-ejected", "connection-lost" -> "31";
			case "joined", "reachable", "resumed", "serving", "instance-joined", "instance-restored", "lease-granted" ->
				"32";
			default -> "33";
		};
	}

	private static Map<String, Object> json(RealmEvent event) {
		Map<String, Object> all = new LinkedHashMap<>();
		all.put("number", event.number());
		all.put("at", event.at().toString());
		all.put("kind", event.kind());
		all.put("node", event.nodeId());
		all.put("other", event.other());
		all.put("service", event.service());
		all.put("client", event.client());
		all.put("detail", event.detail());
		return all;
	}

}
