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

package io.macula.console;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

import io.macula.operations.Rate;
import io.macula.operations.RealmPicture;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Component;

/**
 * Rates of services and nodes of the last ten minutes, one value for two seconds. Safe
 * for all threads.
 */
@Component
final class History implements RealmListener {

	static final long STEP_MILLIS = 2000;

	static final int STEPS = (int) (Duration.ofMinutes(10).toMillis() / STEP_MILLIS);

	/**
	 * Most services, and most nodes: their names are told by nodes, which may make them
	 * up.
	 */
	static final int MOST = 4000;

	private final JsonMapper json;

	private final Map<String, Series> services = new TreeMap<>();

	private final Map<String, Series> nodes = new TreeMap<>();

	/** Number of the step that is written, since 1970. */
	private long step = -1;

	private byte @Nullable [] written;

	History(JsonMapper json) {
		this.json = json;
	}

	@Override
	public void painted(RealmPicture picture) {
		add(picture, picture.at());
	}

	synchronized void add(RealmPicture picture, Instant at) {
		long now = Math.max(this.step, at.toEpochMilli() / STEP_MILLIS);
		if (now != this.step) {
			this.step = now;
			this.written = null;
			this.services.values().removeIf((series) -> series.old(now));
			this.nodes.values().removeIf((series) -> series.old(now));
		}
		picture.services().forEach((service) -> add(this.services, service.name(), now, service.rate()));
		picture.nodes().forEach((node) -> {
			if (node.status() != null && node.reachable()) {
				add(this.nodes, node.nodeId(), now, node.rate());
			}
		});
	}

	private static void add(Map<String, Series> all, String name, long step, Rate rate) {
		Series series = all.get(name);
		if (series == null && all.size() < MOST) {
			series = new Series();
			all.put(name, series);
		}
		if (series != null) {
			series.add(step, rate);
		}
	}

	/** As the page reads it: all steps that are over. */
	synchronized byte[] write() {
		byte[] present = this.written;
		if (present == null) {
			present = text();
			this.written = present;
		}
		return present;
	}

	private byte[] text() {
		ByteArrayOutputStream out = new ByteArrayOutputStream(64 * 1024);
		long first = this.step - STEPS;
		try (JsonGenerator to = this.json.createGenerator(out)) {
			to.writeStartObject();
			to.writeNumberProperty("stepMs", STEP_MILLIS);
			to.writeNumberProperty("from", first * STEP_MILLIS);
			all(to, "services", this.services, first);
			all(to, "nodes", this.nodes, first);
			to.writeEndObject();
		}
		return out.toByteArray();
	}

	private static void all(JsonGenerator to, String name, Map<String, Series> all, long first) {
		to.writeObjectPropertyStart(name);
		all.forEach((key, series) -> {
			to.writeObjectPropertyStart(key);
			series.write(to, "calls", first, (sample) -> sample.calls / sample.count);
			series.write(to, "failures", first, (sample) -> sample.failures / sample.count);
			series.write(to, "p99Us", first, (sample) -> (sample.p99 > 0) ? sample.p99 : Double.NaN);
			to.writeEndObject();
		});
		to.writeEndObject();
	}

	/** A ring of samples. */
	private static final class Series {

		private final @Nullable Sample[] samples = new @Nullable Sample[STEPS + 1];

		private long latest;

		void add(long step, Rate rate) {
			this.latest = step;
			int place = (int) (step % this.samples.length);
			Sample sample = this.samples[place];
			if (sample == null || sample.step != step) {
				sample = new Sample(step);
				this.samples[place] = sample;
			}
			Duration p99 = rate.p99();
			sample.count++;
			sample.calls += rate.calls();
			sample.failures += rate.failures();
			sample.p99 = Math.max(sample.p99, (p99 != null) ? p99.toNanos() / 1000 : 0);
		}

		boolean old(long step) {
			return step - this.latest > STEPS;
		}

		/** Those of a ring that is full are written over by the step that is not over. */
		void write(JsonGenerator to, String name, long first, ToDoubleFunction<Sample> value) {
			to.writeArrayPropertyStart(name);
			for (long step = first; step < first + STEPS; step++) {
				Sample sample = (step >= 0) ? this.samples[(int) (step % this.samples.length)] : null;
				double found = (sample != null && sample.step == step) ? value.applyAsDouble(sample) : Double.NaN;
				if (Double.isNaN(found)) {
					to.writeNull();
				}
				else {
					to.writeNumber(Math.round(found * 1000) / 1000.0);
				}
			}
			to.writeEndArray();
		}

	}

	/** What was seen within a step. */
	private static final class Sample {

		private final long step;

		private int count;

		private double calls;

		private double failures;

		private double p99;

		Sample(long step) {
			this.step = step;
		}

	}

}
