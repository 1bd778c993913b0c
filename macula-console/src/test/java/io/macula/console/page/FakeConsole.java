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

package io.macula.console.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Serves the page with a {@link FakeRealm} behind it, as the console's backend does: the
 * same addresses, headers and answers. For the tests of the page, and to work on it.
 */
final class FakeConsole implements AutoCloseable {

	static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
			+ "connect-src 'self'; font-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

	private static final String SESSION = "SESSION=signed-in";

	private static final Map<String, String> TYPES = Map.of("html", "text/html;charset=utf-8", "js", "text/javascript",
			"css", "text/css", "svg", "image/svg+xml");

	private final FakeRealm realm;

	private final JsonMapper json = JsonMapper.shared();

	private final ExecutorService threads = Executors.newCachedThreadPool((task) -> {
		Thread thread = new Thread(task, "fake-console");
		thread.setDaemon(true);
		return thread;
	});

	private final HttpServer server;

	private final List<Map<?, ?>> steered = new CopyOnWriteArrayList<>();

	private volatile boolean maySteer = true;

	private volatile boolean open = true;

	FakeConsole(FakeRealm realm, int port) throws IOException {
		this.realm = realm;
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
		this.server.setExecutor(this.threads);
		this.server.createContext("/", this::handle);
		this.server.start();
	}

	/**
	 * To work on the page: port, nodes and calls per second.
	 * @param args port, number of nodes, calls per second; all may be left out
	 */
	public static void main(String[] args) throws Exception {
		int port = (args.length > 0) ? Integer.parseInt(args[0]) : 8090;
		FakeRealm realm = new FakeRealm((args.length > 1) ? Integer.parseInt(args[1]) : 200,
				(args.length > 2) ? Double.parseDouble(args[2]) : 5000);
		FakeConsole console = new FakeConsole(realm, port);
		System.out.println("http://localhost:" + console.port() + "/ (user, secret)");
		Thread.currentThread().join();
	}

	int port() {
		return this.server.getAddress().getPort();
	}

	String url() {
		return "http://localhost:" + port() + "/";
	}

	void maySteer(boolean allowed) {
		this.maySteer = allowed;
	}

	List<Map<?, ?>> steered() {
		return this.steered;
	}

	private void handle(HttpExchange exchange) throws IOException {
		try (exchange) {
			answer(exchange);
		}
	}

	private void answer(HttpExchange exchange) throws IOException {
		try {
			exchange.getResponseHeaders().set("Content-Security-Policy", POLICY);
			exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
			exchange.getResponseHeaders().set("Cache-Control", "no-cache");
			String path = exchange.getRequestURI().getPath().substring(1);
			if (path.equals("login")) {
				login(exchange);
			}
			else if (path.equals("logout")) {
				exchange.getResponseHeaders().add("Set-Cookie", "SESSION=; Path=/; Max-Age=0");
				redirect(exchange, "login?logout");
			}
			else if (path.matches("(css|js|img|webjars)/.*")) {
				resource(exchange, path);
			}
			else if (!signedIn(exchange)) {
				if (path.startsWith("api/")) {
					problem(exchange, 401, "Unauthorized", "Sign in first.");
				}
				else {
					redirect(exchange, "login");
				}
			}
			else if (path.startsWith("api/")) {
				api(exchange, path.substring(4));
			}
			else {
				resource(exchange, path.isEmpty() ? "index.html" : path);
			}
		}
		catch (IllegalArgumentException ex) {
			problem(exchange, 404, "Not Found", String.valueOf(ex.getMessage()));
		}
	}

	private static boolean signedIn(HttpExchange exchange) {
		return exchange.getRequestHeaders().getOrDefault("Cookie", List.of()).toString().contains(SESSION);
	}

	private void login(HttpExchange exchange) throws IOException {
		if (exchange.getRequestMethod().equals("POST")) {
			String form = URLDecoder.decode(text(exchange.getRequestBody()), StandardCharsets.UTF_8);
			boolean right = form.contains("username=user") && form.contains("password=secret")
					&& form.contains("_csrf=token-1");
			if (right) {
				exchange.getResponseHeaders().add("Set-Cookie", SESSION + "; Path=/; HttpOnly");
			}
			redirect(exchange, right ? "./" : "login?error");
			return;
		}
		exchange.getResponseHeaders().add("Set-Cookie", "XSRF-TOKEN=token-1; Path=/");
		resource(exchange, "login.html");
	}

	private void resource(HttpExchange exchange, String path) throws IOException {
		try (InputStream in = find(path)) {
			if (in == null) {
				send(exchange, 404, "text/plain", "No " + path);
				return;
			}
			exchange.getResponseHeaders()
				.set("Content-Type", TYPES.getOrDefault(path.substring(path.lastIndexOf('.') + 1), "text/plain"));
			byte[] bytes = in.readAllBytes();
			exchange.sendResponseHeaders(200, bytes.length);
			exchange.getResponseBody().write(bytes);
		}
	}

	private static @Nullable InputStream find(String path) throws IOException {
		ClassLoader loader = FakeConsole.class.getClassLoader();
		if (!path.startsWith("webjars/")) {
			return loader.getResourceAsStream("static/" + path);
		}
		String name = path.split("/")[1];
		Properties about = new Properties();
		try (InputStream in = loader
			.getResourceAsStream("META-INF/maven/org.webjars.npm/" + name + "/pom.properties")) {
			if (in == null) {
				return null;
			}
			about.load(in);
		}
		return loader.getResourceAsStream("META-INF/resources/webjars/" + name + "/" + about.getProperty("version")
				+ path.substring(("webjars/" + name).length()));
	}

	private void api(HttpExchange exchange, String path) throws IOException {
		String query = (exchange.getRequestURI().getQuery() != null) ? exchange.getRequestURI().getQuery() : "";
		if (exchange.getRequestMethod().equals("POST")
				&& !"token-1".equals(exchange.getRequestHeaders().getFirst("X-XSRF-TOKEN"))) {
			problem(exchange, 403, "Forbidden", "The token against forged requests is missing.");
		}
		else if (path.equals("me")) {
			exchange.getResponseHeaders().add("Set-Cookie", "XSRF-TOKEN=token-1; Path=/");
			json(exchange, Map.of("user", "user", "maySteer", this.maySteer, "mayCall", this.maySteer, "csrf",
					Map.of("header", "X-XSRF-TOKEN", "cookie", "XSRF-TOKEN"), "realm", "shop", "version", "0.1.0"));
		}
		else if (path.equals("live")) {
			live(exchange, query);
		}
		else if (path.equals("timeline")) {
			json(exchange, this.realm.events(0));
		}
		else if (path.equals("history")) {
			json(exchange, this.realm.history());
		}
		else if (path.equals("steering")) {
			steering(exchange);
		}
		else if (path.equals("calls")) {
			call(exchange);
		}
		else if (path.matches("services/.*/contract")) {
			json(exchange, contract(path.split("/")[1]));
		}
		else {
			problem(exchange, 404, "Not Found", "No " + path);
		}
	}

	private void live(HttpExchange exchange, String query) throws IOException {
		exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
		exchange.sendResponseHeaders(200, 0);
		OutputStream out = exchange.getResponseBody();
		int told = this.realm.events(0).size();
		long next = 0;
		while (this.open) {
			List<Map<String, Object>> fresh = this.realm.events(told);
			told += fresh.size();
			if (!fresh.isEmpty()) {
				out.write(event("happened", this.json.writeValueAsString(fresh)));
			}
			if (System.currentTimeMillis() >= next) {
				next = System.currentTimeMillis() + 1000;
				out.write(event("picture", this.json.writeValueAsString(this.realm.picture(query))));
			}
			out.flush();
			LockSupport.parkNanos(50_000_000);
		}
	}

	private static byte[] event(String name, String data) {
		return ("event: " + name + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8);
	}

	private void steering(HttpExchange exchange) throws IOException {
		Map<?, ?> request = this.json.readValue(text(exchange.getRequestBody()), Map.class);
		String refused = this.maySteer ? this.realm.steer(request) : "User user may only look.";
		if (refused != null) {
			problem(exchange, 403, "Forbidden", refused);
			return;
		}
		this.steered.add(request);
		exchange.sendResponseHeaders(204, -1);
	}

	private void call(HttpExchange exchange) throws IOException {
		String body = text(exchange.getRequestBody());
		Map<?, ?> request = this.json.readValue(body, Map.class);
		List<?> arguments = (List<?>) request.get("arguments");
		if (request.get("method").equals("reserve")
				&& !(((Map<?, ?>) arguments.get(0)).get("quantity") instanceof Number)) {
			problem(exchange, 400, "Bad Request", "Argument order does not fit: $[0].quantity is \""
					+ ((Map<?, ?>) arguments.get(0)).get("quantity") + "\", a whole number is expected");
			return;
		}
		Map<String, Object> answer = new LinkedHashMap<>();
		answer.put("outcome", "OK");
		answer.put("message", null);
		answer.put("elapsedUs", 4312);
		if (request.get("method").equals("watch")) {
			answer.put("elements", List.of(Map.of("sku", "a", "price", 1.5), Map.of("sku", "b", "price", 2)));
			answer.put("more", false);
		}
		else {
			answer.put("result", Map.of("echo", arguments, "id", 9007199254740993L));
		}
		List<String> ids = this.realm.ids("pricing");
		answer.put("attempts",
				List.of(attempt(ids.get(0), 2900, "UNAVAILABLE", "connection refused: no answer in the handshake"),
						attempt(ids.get(1), 1200, "OK", null)));
		json(exchange, answer);
	}

	private static Map<String, Object> attempt(String node, int elapsedUs, String outcome, @Nullable String message) {
		Map<String, Object> attempt = new LinkedHashMap<>();
		attempt.put("node", node);
		attempt.put("endpoint", "10.0.3.4:7400");
		attempt.put("elapsedUs", elapsedUs);
		attempt.put("outcome", outcome);
		attempt.put("message", message);
		return attempt;
	}

	private Map<String, Object> contract(String service) {
		List<String> nodes = this.realm.ids(service.replaceFirst("shop\\.", ""));
		if (nodes.isEmpty()) {
			throw new IllegalArgumentException("No service " + service + " is in the realm; near: shop.pricing");
		}
		Map<String, List<String>> versions = new LinkedHashMap<>();
		for (int i = 0; i < nodes.size(); i++) {
			versions
				.computeIfAbsent(FakeRealm.version(service.replaceFirst("shop\\.", ""), i), (key) -> new ArrayList<>())
				.add(nodes.get(i));
		}
		List<Map<String, Object>> all = new ArrayList<>();
		versions.forEach((version, served) -> {
			boolean newer = version.startsWith("9");
			List<Map<String, Object>> methods = new ArrayList<>();
			methods.add(method("find", "find(String sku, boolean history): Price", "unary", List
				.of(parameter("sku", Map.of("type", "string")), parameter("history", Map.of("type", "boolean"))),
					price(newer)));
			methods.add(method("reserve", "reserve(Order order): Reservation", "unary",
					List.of(parameter("order", order(newer))), price(newer)));
			methods.add(method("watch", "watch(Set<String> skus): Flux<Price>", "stream-in",
					List.of(parameter("skus",
							Map.of("type", "array", "items", Map.of("type", "string"), "uniqueItems", true))),
					price(newer)));
			if (newer) {
				methods.add(method("quote", "quote(long id): Price", "unary",
						List.of(parameter("id", Map.of("type", "integer"))), price(true)));
			}
			all.add(Map.of("version", version, "nodes", served, "fingerprint", version + "0011", "contract",
					"com.example.shop.Pricing", "methods", methods));
		});
		return Map.of("name", service, "skew", all.size() > 1, "versions", all);
	}

	private static Map<String, Object> order(boolean newer) {
		Map<String, Object> properties = new LinkedHashMap<>();
		properties.put("sku", Map.of("type", "string"));
		properties.put("quantity", Map.of("type", "integer"));
		properties.put("size", Map.of("$ref", "#/$defs/com.example.shop.Size"));
		properties.put("until",
				Map.of("anyOf", List.of(Map.of("type", "string", "format", "date-time"), Map.of("type", "null"))));
		if (newer) {
			properties.put("gift", Map.of("type", "boolean"));
		}
		Map<String, Object> type = Map.of("type", "object", "properties", properties, "required",
				List.of("sku", "quantity", "size"));
		return Map.of("$ref", "#/$defs/com.example.shop.Order", "$defs",
				Map.of("com.example.shop.Order", type, "com.example.shop.Size",
						Map.of("enum", newer ? List.of("S", "M", "L", "XL") : List.of("S", "M", "L"))));
	}

	private static Map<String, Object> price(boolean newer) {
		Map<String, Object> properties = new LinkedHashMap<>();
		properties.put("sku", Map.of("type", "string"));
		properties.put("amount", Map.of("type", "number"));
		properties.put("currency", Map.of("type", "string"));
		if (newer) {
			properties.put("taxed", Map.of("type", "boolean"));
		}
		return Map.of("$ref", "#/$defs/com.example.shop.Price", "$defs", Map.of("com.example.shop.Price",
				Map.of("type", "object", "properties", properties, "required", List.of("sku", "amount", "currency"))));
	}

	private static Map<String, Object> parameter(String name, Map<String, Object> schema) {
		return Map.of("name", name, "type", "Type", "schema", schema);
	}

	private static Map<String, Object> method(String name, String signature, String shape,
			List<Map<String, Object>> parameters, Map<String, Object> result) {
		Map<String, Object> method = new LinkedHashMap<>();
		method.put("name", name);
		method.put("signature", signature);
		method.put("shape", shape);
		method.put("idempotent", !name.equals("reserve"));
		method.put("nonBlocking", false);
		method.put("deadlineMs", name.equals("find") ? 2000 : null);
		method.put("hedge", name.equals("find") ? "p95" : null);
		method.put("parameters", parameters);
		method.put("streamed", null);
		method.put("result", result);
		method.put("exceptions", name.equals("reserve") ? List.of("com.example.shop.OutOfStock") : List.of());
		method.put("example", null);
		return method;
	}

	private static String text(InputStream in) throws IOException {
		return new String(in.readAllBytes(), StandardCharsets.UTF_8);
	}

	private void json(HttpExchange exchange, Object value) throws IOException {
		send(exchange, 200, "application/json", this.json.writeValueAsString(value));
	}

	private void problem(HttpExchange exchange, int status, String title, String detail) throws IOException {
		send(exchange, status, "application/problem+json",
				this.json.writeValueAsString(Map.of("title", title, "detail", detail, "status", status)));
	}

	private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().set("Content-Type", type);
		exchange.sendResponseHeaders(status, bytes.length);
		exchange.getResponseBody().write(bytes);
	}

	private static void redirect(HttpExchange exchange, String to) throws IOException {
		exchange.getResponseHeaders().set("Location", to);
		exchange.sendResponseHeaders(302, -1);
	}

	@Override
	public void close() {
		this.open = false;
		this.server.stop(0);
		this.threads.shutdownNow();
	}

}
