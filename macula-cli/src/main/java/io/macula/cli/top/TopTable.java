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

package io.macula.cli.top;

import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.macula.log.Printable;
import io.macula.operations.RealmPicture;
import org.jspecify.annotations.Nullable;

/**
 * A realm as lines of text, no wider and no more than there is room for.
 */
public final class TopTable {

	/** With fewer columns there is no screen, but plain tables. */
	public static final int LEAST_WIDTH = 60;

	/** Rows of figures are this wide beside the name. */
	private static final int FIGURES = 8 + 9 + 9 + 8 + 9 + 6;

	private static final int LEAST_NAME = 14;

	private static final int STATE = 16;

	private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

	private TopTable() {
	}

	/**
	 * Draw.
	 * @param picture the realm
	 * @param view what is wanted of it
	 * @param width columns, at least {@value #LEAST_WIDTH}
	 * @param height most lines
	 * @return the lines
	 */
	public static List<Line> lines(RealmPicture picture, TopView view, int width, int height) {
		List<TopRow> rows = view.of(TopRow.of(picture));
		List<Line> lines = new ArrayList<>();
		lines.add(line(Look.TITLE, summary(picture, view), width));
		if (picture.trouble() != null) {
			lines.add(line(Look.TROUBLE, Printable.text(picture.trouble()), width));
		}
		int name = nameWidth(rows, width);
		lines.add(line(Look.HEAD, row("SERVICE / INSTANCE", "CALLS/S", "P50", "P99", "FAIL/S", "INFLIGHT", "CONN",
				"STATE", "ZONE", "APPLICATION", name), width));
		int room = height - lines.size();
		int all = rows.stream().mapToInt((row) -> 1 + row.instances().size()).sum();
		for (TopRow service : rows) {
			add(service, Look.SERVICE, "", name, width, lines);
			service.instances().forEach((each) -> add(each, look(each), "  ", name, width, lines));
		}
		if (all > room && height > 1) {
			List<Line> shown = new ArrayList<>(lines.subList(0, height - 1));
			shown.add(line(Look.PLAIN, "... " + (lines.size() - height + 1) + " further lines; filter with /", width));
			return shown;
		}
		if (rows.isEmpty()) {
			lines.add(line(Look.PLAIN, view.filter().isEmpty() ? "no service yet"
					: "nothing matches '" + Printable.text(view.filter()) + "'", width));
		}
		return lines;
	}

	private static String summary(RealmPicture picture, TopView view) {
		long gone = picture.nodes().stream().filter((node) -> !node.reachable()).count();
		return "realm " + ((picture.realm() != null) ? Printable.text(picture.realm()) : "-") + "  "
				+ (picture.nodes().size() - gone) + " nodes" + ((gone > 0) ? ", " + gone + " gone" : "") + "  "
				+ picture.services().size() + " services  "
				+ number(picture.services().stream().mapToDouble((each) -> each.rate().calls()).sum()) + " calls/s  by "
				+ view.order().text() + (view.reversed() ? " reversed" : "")
				+ (view.filter().isEmpty() ? "" : "  /" + Printable.text(view.filter())) + "  "
				+ TIME.format(LocalTime.ofInstant(picture.at(), ZoneId.systemDefault()));
	}

	private static int nameWidth(List<TopRow> rows, int width) {
		int longest = "SERVICE / INSTANCE".length();
		for (TopRow service : rows) {
			longest = Math.max(longest, service.name().length());
			for (TopRow instance : service.instances()) {
				longest = Math.max(longest, instance.name().length() + 2);
			}
		}
		return Math.max(LEAST_NAME, Math.min(longest, width - FIGURES));
	}

	private static Look look(TopRow instance) {
		return instance.gone() ? Look.GONE : instance.state().equals("serving") ? Look.PLAIN : Look.NOTABLE;
	}

	private static void add(TopRow row, Look look, String indent, int name, int width, List<Line> lines) {
		boolean calls = row.rate().calls() > 0;
		lines.add(line(look,
				row(indent + Printable.text(row.name()), row.gone() ? "-" : number(row.rate().calls()),
						calls ? latency(row.p50()) : "-", calls ? latency(row.p99()) : "-",
						row.gone() ? "-" : number(row.rate().failures()), row.gone() ? "-" : "" + row.inFlight(),
						row.gone() ? "-" : "" + row.connections(),
						(row.gone() ? "! " : "") + Printable.text(row.state()), row.zone(), row.application(), name),
				width));
	}

	private static String row(String first, String calls, String p50, String p99, String failures, String inFlight,
			String connections, String state, @Nullable String zone, @Nullable String application, int name) {
		String shown = (first.length() > name) ? first.substring(0, name - 1) + "~" : first;
		return String.format(Locale.ROOT, "%-" + name + "s %7s %8s %8s %7s %8s %5s  %-" + STATE + "s %-10s %s", shown,
				calls, p50, p99, failures, inFlight, connections, state, (zone != null) ? Printable.text(zone) : "",
				(application != null) ? Printable.text(application) : "");
	}

	private static Line line(Look look, String text, int width) {
		String stripped = text.stripTrailing();
		return new Line(look, (stripped.length() > width) ? stripped.substring(0, width) : stripped);
	}

	static String number(double value) {
		return (value >= 100_000) ? String.format(Locale.ROOT, "%.0fk", value / 1000) : (value >= 100 || value == 0)
				? String.format(Locale.ROOT, "%.0f", value) : String.format(Locale.ROOT, "%.1f", value);
	}

	static String latency(double millis) {
		return (millis >= 10_000) ? String.format(Locale.ROOT, "%.1fs", millis / 1000)
				: (millis >= 100) ? String.format(Locale.ROOT, "%.0fms", millis)
						: (millis >= 1) ? String.format(Locale.ROOT, "%.1fms", millis)
								: String.format(Locale.ROOT, "%.0fus", millis * 1000);
	}

	/**
	 * A line.
	 *
	 * @param look how it looks where there are colours
	 * @param text escaped
	 */
	public record Line(Look look, String text) {

	}

	/** How a line looks. */
	public enum Look {

		/** The realm. */
		TITLE,
		/** Something is wrong with the picture itself. */
		TROUBLE,
		/** Names of the columns. */
		HEAD,
		/** A service. */
		SERVICE,
		/** An instance. */
		PLAIN,
		/** One that serves not, or not yet. */
		NOTABLE,
		/** One that is gone. */
		GONE

	}

}
