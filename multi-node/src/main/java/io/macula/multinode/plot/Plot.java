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

package io.macula.multinode.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A plot with two axes. Series are drawn in the order they were added, each in the colour
 * of its number: the page that contains the plot sets {@code --series-1} and so on, and
 * {@code --grid}. For one thread.
 */
public final class Plot {

	private static final double WIDTH = 720;

	private static final double HEIGHT = 300;

	private static final double LEFT = 70;

	private static final double RIGHT = 30;

	private static final double TOP = 44;

	private static final double BOTTOM = 46;

	/** Width of a letter, about. */
	private static final double LETTER = 6.6;

	private static final double LINE = 14;

	private final String title;

	private final String description;

	private final Axis x;

	private final Axis y;

	private final StringBuilder body = new StringBuilder();

	private final StringBuilder marks = new StringBuilder();

	private final List<String> legend = new ArrayList<>();

	private double legendEnd = LEFT;

	private double markEnd;

	/**
	 * An empty plot.
	 * @param title what it shows, in a few words
	 * @param description what a reader would see in it, in words
	 * @param x the horizontal axis
	 * @param y the vertical axis
	 */
	public Plot(String title, String description, Axis x, Axis y) {
		this.title = title;
		this.description = description;
		this.x = x;
		this.y = y;
	}

	/**
	 * A line through points.
	 * @param name for the legend
	 * @param series number of its colour, from 1
	 * @param points the points, in order
	 * @return this plot
	 */
	public Plot line(String name, int series, List<Point> points) {
		return line(name, series, points, "");
	}

	/**
	 * A dashed line through points.
	 * @param name for the legend
	 * @param series number of its colour, from 1
	 * @param points the points, in order
	 * @return this plot
	 */
	public Plot dashes(String name, int series, List<Point> points) {
		return line(name, series, points, " stroke-dasharray=\"6 4\"");
	}

	private Plot line(String name, int series, List<Point> points, String style) {
		legend(name, series);
		StringBuilder path = new StringBuilder();
		for (Point point : points) {
			path.append((path.length() == 0) ? 'M' : 'L').append(at(point.x(), point.y()));
		}
		this.body.append("<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.8\"%s/>%n".formatted(path,
				color(series), style));
		if (points.size() == 1) {
			// A line of one point would not be seen.
			circles(series, points);
		}
		return this;
	}

	/**
	 * A line that keeps each value until the next one.
	 * @param name for the legend
	 * @param series number of its colour, from 1
	 * @param points the values, in order
	 * @return this plot
	 */
	public Plot steps(String name, int series, List<Point> points) {
		List<Point> corners = new ArrayList<>();
		for (Point point : points) {
			if (!corners.isEmpty()) {
				corners.add(new Point(point.x(), corners.get(corners.size() - 1).y()));
			}
			corners.add(point);
		}
		return line(name, series, corners);
	}

	/**
	 * Dots.
	 * @param name for the legend
	 * @param series number of their colour, from 1
	 * @param points the points
	 * @return this plot
	 */
	public Plot dots(String name, int series, List<Point> points) {
		legend(name, series);
		circles(series, points);
		return this;
	}

	private void circles(int series, List<Point> points) {
		for (Point point : points) {
			this.body.append("<circle cx=\"%s\" cy=\"%s\" r=\"3.2\" fill=\"%s\"/>%n"
				.formatted(number(across(point.x())), number(up(point.y())), color(series)));
		}
	}

	/**
	 * Rectangles.
	 * @param name for the legend
	 * @param series number of their colour, from 1
	 * @param boxes the rectangles
	 * @return this plot
	 */
	public Plot boxes(String name, int series, List<Box> boxes) {
		legend(name, series);
		for (Box box : boxes) {
			double left = across(box.left());
			double bottom = up(box.bottom());
			// One that is flat is seen as well.
			double top = Math.min(up(box.top()), bottom - 2);
			this.body.append("<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"/>%n".formatted(
					number(left), number(top), number(Math.max(1, across(box.right()) - left)), number(bottom - top),
					color(series)));
		}
		return this;
	}

	/**
	 * A vertical line at which something happened.
	 * @param at where
	 * @param what what, in a few words
	 * @return this plot
	 */
	public Plot mark(double at, String what) {
		double position = across(at);
		double length = what.length() * LETTER;
		boolean leftward = position + length > WIDTH - RIGHT;
		double begin = leftward ? position - length : position;
		// One that would cover the last one goes a line down.
		double line = (begin < this.markEnd) ? TOP + 2 * LINE : TOP + LINE;
		this.markEnd = begin + length;
		this.marks.append("<path d=\"M%s %sV%s\" class=\"mark\"/>%n".formatted(number(position), number(TOP),
				number(HEIGHT - BOTTOM)));
		this.marks.append("<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>%n".formatted(
				number(leftward ? position - 4 : position + 4), number(line), leftward ? "end" : "start",
				escaped(what)));
		return this;
	}

	/**
	 * The plot.
	 * @param id begins the ids of its elements; unique on the page
	 * @return an SVG element
	 */
	public String svg(String id) {
		StringBuilder svg = new StringBuilder(
				"<svg viewBox=\"0 0 %s %s\" role=\"img\" aria-labelledby=\"%3$s-title %3$s-text\">%n"
					.formatted(number(WIDTH), number(HEIGHT), id));
		svg.append("<title id=\"%s-title\">%s</title>%n".formatted(id, escaped(this.title)));
		svg.append("<desc id=\"%s-text\">%s</desc>%n".formatted(id, escaped(this.description)));
		grid(svg);
		svg.append(this.body).append(this.marks);
		this.legend.forEach(svg::append);
		return svg.append("</svg>\n").toString();
	}

	private void grid(StringBuilder svg) {
		for (double tick : this.y.ticks()) {
			String height = number(up(tick));
			svg.append(
					"<path d=\"M%s %sH%s\" class=\"grid\"/>%n".formatted(number(LEFT), height, number(WIDTH - RIGHT)));
			svg.append("<text x=\"%s\" y=\"%s\" text-anchor=\"end\" dominant-baseline=\"middle\">%s</text>%n"
				.formatted(number(LEFT - 8), height, Axis.text(tick)));
		}
		for (double tick : this.x.ticks()) {
			String across = number(across(tick));
			svg.append("<path d=\"M%s %sv5\" class=\"grid\"/>%n".formatted(across, number(HEIGHT - BOTTOM)));
			svg.append("<text x=\"%s\" y=\"%s\" text-anchor=\"middle\">%s</text>%n".formatted(across,
					number(HEIGHT - BOTTOM + LINE + 4), Axis.text(tick)));
		}
		svg.append("<text x=\"%s\" y=\"%s\" text-anchor=\"middle\">%s</text>%n"
			.formatted(number((LEFT + WIDTH - RIGHT) / 2), number(HEIGHT - 8), escaped(this.x.label())));
		double middle = (TOP + HEIGHT - BOTTOM) / 2;
		svg.append("<text transform=\"translate(14 %s) rotate(-90)\" text-anchor=\"middle\">%s</text>%n"
			.formatted(number(middle), escaped(this.y.label())));
	}

	private void legend(String name, int series) {
		this.legend
			.add("<rect x=\"%s\" y=\"12\" width=\"12\" height=\"12\" fill=\"%s\"/>%n<text x=\"%s\" y=\"22\">%s</text>%n"
				.formatted(number(this.legendEnd), color(series), number(this.legendEnd + 17), escaped(name)));
		this.legendEnd += 17 + name.length() * LETTER + 18;
	}

	private double across(double value) {
		return LEFT + this.x.position(value) * (WIDTH - LEFT - RIGHT);
	}

	private double up(double value) {
		return HEIGHT - BOTTOM - this.y.position(value) * (HEIGHT - TOP - BOTTOM);
	}

	private String at(double pointX, double pointY) {
		return number(across(pointX)) + " " + number(up(pointY));
	}

	private static String color(int series) {
		return "var(--series-" + series + ")";
	}

	private static String number(double value) {
		return String.format(Locale.ROOT, "%.1f", value).replace(".0", "");
	}

	/**
	 * Text as HTML and SVG take it.
	 * @param text any text
	 * @return the text with its special characters escaped
	 */
	public static String escaped(String text) {
		return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
	}

}
