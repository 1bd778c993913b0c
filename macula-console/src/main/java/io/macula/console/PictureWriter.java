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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import io.macula.operations.NodeStatus;
import io.macula.operations.Rate;
import io.macula.operations.RealmPicture;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes pictures as the page reads them. Field by field, as each second all of a large
 * realm is written. Safe for all threads.
 */
final class PictureWriter {

	private final JsonMapper json;

	private final String realm;

	PictureWriter(JsonMapper json, String realm) {
		this.json = json;
		this.realm = realm;
	}

	byte[] write(RealmPicture picture, PictureParts parts) {
		ByteArrayOutputStream out = new ByteArrayOutputStream(64 * 1024);
		try (JsonGenerator to = this.json.createGenerator(out)) {
			to.writeStartObject();
			to.writeNumberProperty("at", picture.at().toEpochMilli());
			to.writeStringProperty("realm", this.realm);
			to.writeBooleanProperty("complete", picture.complete());
			text(to, "trouble", picture.trouble());
			to.writeArrayPropertyStart("nodes");
			picture.nodes().forEach((node) -> node(to, node));
			to.writeEndArray();
			to.writeArrayPropertyStart("services");
			picture.services().forEach((service) -> service(to, service));
			to.writeEndArray();
			to.writeArrayPropertyStart("edges");
			picture.edges().forEach((edge) -> edge(to, edge));
			to.writeEndArray();
			to.writeArrayPropertyStart("instances");
			if (parts.instances()) {
				picture.instances().forEach((instance) -> instance(to, instance));
			}
			to.writeEndArray();
			to.writeArrayPropertyStart("connections");
			if (parts.connections()) {
				picture.connections().forEach((connection) -> connection(to, connection));
			}
			to.writeEndArray();
			to.writeEndObject();
		}
		return out.toByteArray();
	}

	private static void node(JsonGenerator to, RealmPicture.Node node) {
		NodeStatus status = node.status();
		to.writeStartObject();
		to.writeStringProperty("id", node.nodeId());
		text(to, "application", (status != null) ? status.node().application() : null);
		text(to, "applicationVersion", (status != null) ? status.node().applicationVersion() : null);
		text(to, "maculaVersion", (status != null) ? status.node().maculaVersion() : null);
		String told = (status != null) ? status.node().endpoint() : null;
		text(to, "endpoint", (told != null || node.address() == null) ? told : node.address().endpoint());
		text(to, "zone", (status != null) ? status.node().zone() : null);
		to.writeStringProperty("state", node.state());
		to.writeBooleanProperty("reachable", node.reachable());
		to.writeNumberProperty("since", node.since().toEpochMilli());
		text(to, "reason", node.reason());
		to.writeBooleanProperty("listens", !node.state().equals("calls-only"));
		if (status != null) {
			life(to, status.life());
		}
		else {
			to.writeStringProperty("access", "none");
		}
		rate(to, node.rate());
		to.writeObjectPropertyStart("metadata");
		if (status != null && status.node().metadata() != null) {
			status.node().metadata().forEach(to::writeStringProperty);
		}
		to.writeEndObject();
		to.writeEndObject();
	}

	private static void life(JsonGenerator to, NodeStatus.Life life) {
		to.writeNumberProperty("ageMs", life.age().toMillis());
		to.writeNumberProperty("weight", life.weight());
		text(to, "lease", life.lease());
		to.writeNumberProperty("inFlight", life.inFlight());
		to.writeNumberProperty("accepted", life.connections());
		to.writeNumberProperty("refused", life.refused());
		text(to, "access", life.access());
		text(to, "trouble", life.trouble());
	}

	private static void service(JsonGenerator to, RealmPicture.Service service) {
		to.writeStartObject();
		to.writeStringProperty("name", service.name());
		text(to, "contract", service.contract());
		to.writeArrayPropertyStart("instances");
		Map<String, List<String>> versions = new TreeMap<>();
		service.instances().forEach((node, version) -> {
			versions.computeIfAbsent(version, (any) -> new ArrayList<>()).add(node);
			to.writeStartObject();
			to.writeStringProperty("node", node);
			text(to, "version", version.isEmpty() ? null : version);
			to.writeEndObject();
		});
		to.writeEndArray();
		to.writeObjectPropertyStart("versions");
		versions.forEach((version, nodes) -> {
			to.writeArrayPropertyStart(version);
			nodes.forEach(to::writeString);
			to.writeEndArray();
		});
		to.writeEndObject();
		to.writeBooleanProperty("skew", service.skew());
		rate(to, service.rate());
		to.writeArrayPropertyStart("methods");
		service.methods().forEach((name, rate) -> {
			to.writeStartObject();
			to.writeStringProperty("name", name);
			rate(to, rate);
			to.writeEndObject();
		});
		to.writeEndArray();
		to.writeEndObject();
	}

	private static void edge(JsonGenerator to, RealmPicture.Edge edge) {
		to.writeStartObject();
		to.writeStringProperty("from", edge.from());
		to.writeStringProperty("to", edge.to());
		to.writeStringProperty("service", edge.service());
		rate(to, edge.rate());
		to.writeEndObject();
	}

	private static void instance(JsonGenerator to, RealmPicture.Instance instance) {
		NodeStatus.InstanceStatus status = instance.status();
		to.writeStartObject();
		to.writeStringProperty("caller", instance.caller());
		text(to, "client", status.client());
		text(to, "service", status.service());
		text(to, "node", status.nodeId());
		text(to, "endpoint", status.endpoint());
		text(to, "zone", status.zone());
		to.writeNumberProperty("weight", status.weight());
		text(to, "state", status.state());
		number(to, "attempts", instance.attempts());
		number(to, "failures", instance.failures());
		to.writeNumberProperty("inFlight", status.inFlight());
		micros(to, "p50Us", status.p50());
		micros(to, "p99Us", status.p99());
		text(to, "version", status.version());
		text(to, "detail", status.detail());
		to.writeEndObject();
	}

	private static void connection(JsonGenerator to, RealmPicture.Connection connection) {
		NodeStatus.ConnectionStatus status = connection.status();
		to.writeStartObject();
		to.writeStringProperty("from", connection.from());
		text(to, "endpoint", status.endpoint());
		text(to, "node", status.nodeId());
		to.writeNumberProperty("number", status.number());
		text(to, "state", status.state());
		micros(to, "rttUs", status.roundTrip());
		to.writeNumberProperty("inFlight", status.inFlight());
		number(to, "calls", connection.calls());
		number(to, "sent", connection.sent());
		number(to, "received", connection.received());
		number(to, "lost", connection.lost());
		to.writeEndObject();
	}

	private static void rate(JsonGenerator to, Rate rate) {
		to.writeObjectPropertyStart("rate");
		number(to, "calls", rate.calls());
		number(to, "failures", rate.failures());
		micros(to, "p50Us", rate.p50());
		micros(to, "p99Us", rate.p99());
		to.writeEndObject();
	}

	/** Three digits behind the point are enough for people. */
	private static void number(JsonGenerator to, String name, double value) {
		long whole = Math.round(value);
		if (Math.abs(value - whole) < 0.0005) {
			to.writeNumberProperty(name, whole);
		}
		else {
			to.writeNumberProperty(name, Math.round(value * 1000) / 1000.0);
		}
	}

	/** Nothing was measured: null. */
	private static void micros(JsonGenerator to, String name, @Nullable Duration value) {
		if (value == null || value.isZero()) {
			to.writeNullProperty(name);
		}
		else {
			to.writeNumberProperty(name, TimeUnit.NANOSECONDS.toMicros(value.toNanos()));
		}
	}

	private static void text(JsonGenerator to, String name, @Nullable String value) {
		if (value == null) {
			to.writeNullProperty(name);
		}
		else {
			to.writeStringProperty(name, value);
		}
	}

}
