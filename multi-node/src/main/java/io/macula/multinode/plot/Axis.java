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
 * An axis of a plot. Immutable.
 */
public final class Axis {

	private static final double[] NICE = { 1, 2, 5, 10 };

	private static final int TICKS = 6;

	private final String label;

	private final double from;

	private final double to;

	private final boolean logarithmic;

	private Axis(String label, double from, double to, boolean logarithmic) {
		this.label = label;
		this.from = from;
		this.to = to;
		this.logarithmic = logarithmic;
	}

	/**
	 * An axis on which equal distances are equal differences.
	 * @param label what it shows, and its unit
	 * @param from its first value
	 * @param to its last value; raised if it is not above the first
	 * @return the axis
	 */
	public static Axis linear(String label, double from, double to) {
		return new Axis(label, from, (to > from) ? to : from + 1, false);
	}

	/**
	 * An axis on which equal distances are equal ratios. It begins and ends at a power of
	 * ten.
	 * @param label what it shows, and its unit
	 * @param from a value above 0 that must be on it
	 * @param to a value that must be on it
	 * @return the axis
	 */
	public static Axis logarithmic(String label, double from, double to) {
		double first = Math.pow(10, Math.floor(Math.log10(from)));
		double last = Math.pow(10, Math.ceil(Math.log10(Math.max(from, to))));
		return new Axis(label, first, (last > first) ? last : first * 10, true);
	}

	String label() {
		return this.label;
	}

	/** From 0 to 1; what is beyond an end is at the end. */
	double position(double value) {
		double position = this.logarithmic
				? Math.log(Math.max(value, this.from) / this.from) / Math.log(this.to / this.from)
				: (value - this.from) / (this.to - this.from);
		return Math.min(1, Math.max(0, position));
	}

	List<Double> ticks() {
		List<Double> ticks = new ArrayList<>();
		if (this.logarithmic) {
			for (double tick = this.from; tick <= this.to * 1.001; tick *= 10) {
				ticks.add(tick);
			}
			return ticks;
		}
		double step = step((this.to - this.from) / TICKS);
		for (double tick = Math.ceil(this.from / step) * step; tick <= this.to + step / 1000; tick += step) {
			ticks.add(tick);
		}
		return ticks;
	}

	private static double step(double least) {
		double power = Math.pow(10, Math.floor(Math.log10(least)));
		for (double nice : NICE) {
			if (nice * power >= least * 0.999) {
				return nice * power;
			}
		}
		return 10 * power;
	}

	/** As short as it can be told. */
	static String text(double value) {
		double magnitude = Math.abs(value);
		if (magnitude < 1e-9) {
			return "0";
		}
		if (magnitude >= 10_000) {
			return String.format(Locale.ROOT, "%,.0f", value);
		}
		String text = String.format(Locale.ROOT, "%.3f", value);
		return text.replaceAll("\\.?0+$", "");
	}

}
