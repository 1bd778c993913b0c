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

package io.macula.spring.test;

import io.macula.Realm;
import io.macula.node.RealmNode;
import io.macula.test.FakeProvider;
import io.macula.test.TestRealm;
import io.macula.tls.RealmSecret;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.env.Environment;

/**
 * The realm of an application under test, to which a test adds providers. Safe for all
 * threads; closes what it added with the application.
 */
public final class MaculaTestRealm implements DisposableBean {

	private final TestRealm realm;

	MaculaTestRealm(RealmNode application, Environment environment) {
		this.realm = TestRealm.around(application, new Realm(environment.getRequiredProperty("macula.realm.name")),
				RealmSecret.of(environment.getRequiredProperty("macula.realm.secret"), "the test"));
	}

	/**
	 * Add a provider with scripted answers, with a node and a port of its own, and wait
	 * until the application's clients of the service know it. It lives as one that is
	 * {@linkplain #provide provided}.
	 * @param <T> the contract
	 * @param nodeId id of the provider, unique in the realm
	 * @param service name of the service
	 * @param contract the interface
	 * @return the provider, to be given a script
	 */
	public <T> FakeProvider<T> fake(String nodeId, String service, Class<T> contract) {
		return this.realm.fake(nodeId, service, contract);
	}

	/**
	 * Add a provider in this virtual machine, with a node and a port of its own, and wait
	 * until the application's clients of the service know it. It lives until it is
	 * closed, or the application context is, which several test classes may share; one of
	 * the same id that was added before leaves first.
	 * @param <T> the contract
	 * @param nodeId id of the provider, unique in the realm
	 * @param service name of the service
	 * @param contract the interface
	 * @param handler implements the interface
	 * @return the provider; close it to make it leave with a drain
	 */
	public <T> RealmNode provide(String nodeId, String service, Class<T> contract, T handler) {
		return this.realm.provide(nodeId, service, contract, handler);
	}

	/**
	 * A client of the test's own, which the application does not have.
	 * @param <T> the contract
	 * @param service name of the service
	 * @param contract the interface
	 * @return calls the service, with the application's settings of clients
	 */
	public <T> T client(String service, Class<T> contract) {
		return this.realm.client(service, contract);
	}

	/**
	 * Wait, for at most 10 seconds, until the application's clients of a service know so
	 * many instances.
	 * @param service name of the service
	 * @param count number of instances
	 * @throws IllegalArgumentException if no client calls a service of that name
	 * @throws IllegalStateException if they do not by then
	 */
	public void awaitInstances(String service, int count) {
		this.realm.awaitInstances(service, count);
	}

	/**
	 * Close the providers that were added, for test classes that share an application and
	 * each want their own.
	 */
	public void reset() {
		this.realm.reset();
	}

	@Override
	public void destroy() {
		this.realm.close();
	}

}
