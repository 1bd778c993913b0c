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

package io.macula.docs;

import java.time.LocalDate;
import java.util.List;

import io.macula.Endpoint;
import io.macula.MaculaMethod;
import io.macula.RoutingKey;
import io.macula.directory.Directory;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryState;
import io.macula.directory.Registry;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.module.SimpleModule;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What the snippets of the pages speak of without saying what it is.
 */
public final class ShopTypes {

	private ShopTypes() {
	}

	public interface Calculator {

		@MaculaMethod(idempotent = true)
		Answer multiply(Question question);

	}

	public record Question(long id, long x) {

	}

	public record Answer(String node, long result) {

	}

	public static class CalculatorBean implements Calculator {

		@Override
		public Answer multiply(Question question) {
			return new Answer("node1", question.x() * 2);
		}

	}

	public interface Rates {

	}

	public interface Shop {

		Answer twice(long x);

		String order(String sku);

	}

	public interface Orders {

		Order find(String id);

		Mono<Order> later(String id);

		Receipt place(Order order);

		Flux<Order> since(LocalDate day);

	}

	public record Order(String id, String customer) {

	}

	public record Receipt(String order) {

	}

	public interface OrderStore {

		Order find(String user, String id);

		void close(LocalDate day);

	}

	public interface Baskets {

		Basket basket(@RoutingKey String customer);

		Basket current();

	}

	public record Basket(List<String> articles) {

	}

	public interface StockClient {

		Stock current();

	}

	public record Stock(int count) {

	}

	public interface Recommendations {

		List<Product> of(String customer);

	}

	public record Product(String name) {

	}

	public interface Reports {

		Report yearly(int year);

	}

	public record Report(int year) {

	}

	public interface Prices {

		Price price(String article, int count);

	}

	public record Price(long cents) {

	}

	public static class MoneyModule extends SimpleModule {

	}

	public interface Quotas {

		boolean take(String tenant);

		int left(String tenant);

	}

	public static final class Tenants {

		private Tenants() {
		}

		public static String current() {
			return "a";
		}

	}

	public interface Pager {

		void tell(String text);

	}

	public static class SoldOutException extends RuntimeException {

		public String getSku() {
			return "";
		}

	}

	public static class OrderNotFoundException extends RuntimeException {

		public OrderNotFoundException(@Nullable String order, Throwable cause) {
			super(order, cause);
		}

	}

	public static class ShopDownException extends RuntimeException {

		public ShopDownException(@Nullable String service, Throwable cause) {
			super(service, cause);
		}

	}

	public interface Safe {

		String open();

	}

	public static class SafeBean implements Safe {

		@Override
		public String open() {
			return "";
		}

	}

	public static class SecurityConfiguration {

	}

	public static class Vault {

	}

	public static class VaultClient {

		public VaultClient(String address) {
		}

	}

	@ConfigurationProperties("macula.directory.vault")
	public record VaultProperties(String address) {

	}

	public static class VaultEngine implements DirectoryEngine {

		public VaultEngine(Object context, VaultClient client) {
		}

		@Override
		public Directory directory() {
			throw new UnsupportedOperationException();
		}

		@Override
		public @Nullable Registry registry() {
			throw new UnsupportedOperationException();
		}

		@Override
		public void start(@Nullable Endpoint self) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Mono<Void> close() {
			throw new UnsupportedOperationException();
		}

		@Override
		public DirectoryState state() {
			throw new UnsupportedOperationException();
		}

		@Override
		public String hint() {
			throw new UnsupportedOperationException();
		}

	}

}
