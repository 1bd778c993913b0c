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

package io.macula.directory.etcd;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import io.macula.Realm;
import io.macula.Status;
import io.macula.directory.AdvertisementRecord;
import io.macula.directory.EngineClient;
import io.macula.directory.RecordStore;
import io.macula.directory.WatchedService;
import io.macula.directory.WatchedServices;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/**
 * What a node asks of etcd: one connection, a watch for each service, one lease. Safe for
 * all threads; all state is owned by the connection's thread.
 */
final class EtcdClient implements EngineClient, EtcdConnection.Listener {

	private final EtcdSettings settings;

	private final EtcdKeys keys;

	private final EtcdConnection connection;

	private final EtcdStore store;

	private final TrustChanges trust;

	private final Disposable.Swap listening = Disposables.swap();

	private final Set<EtcdWatch> watches = new LinkedHashSet<>();

	private @Nullable WatchedServices services;

	EtcdClient(EtcdSettings settings, Realm realm) {
		this(settings, realm, new TrustChanges());
	}

	/**
	 * A client.
	 * @param trust tells when {@link EtcdSettings#tls()} gives something else
	 */
	EtcdClient(EtcdSettings settings, Realm realm, TrustChanges trust) {
		this(settings, realm, trust, (server) -> EtcdNames.lookup(server, settings.timeout()));
	}

	/**
	 * A client that looks names up in another way.
	 * @param names gives the addresses of a server of the settings
	 */
	EtcdClient(EtcdSettings settings, Realm realm, TrustChanges trust,
			Function<String, CompletableFuture<List<String>>> names) {
		this.trust = trust;
		this.settings = settings;
		this.keys = EtcdKeys.of(settings.prefix(), realm);
		this.connection = new EtcdConnection(settings, this.keys, names);
		this.store = new EtcdStore(this.connection, this.keys);
	}

	@Override
	public void start(WatchedServices told) {
		this.connection.execute(() -> this.services = told);
		this.connection.start(this);
		this.listening.update(this.trust.listen(this.connection::renew));
	}

	@Override
	public Disposable watch(WatchedService watched) {
		EtcdWatch watch = new EtcdWatch(this.connection, this.keys, watched);
		this.connection.execute(() -> {
			this.watches.add(watch);
			watch.begin();
		});
		return () -> this.connection.execute(() -> {
			this.watches.remove(watch);
			watch.end();
		});
	}

	@Override
	public boolean readsAll() {
		return true;
	}

	@Override
	public Mono<List<AdvertisementRecord>> all() {
		return EtcdList.read(this.connection, this.keys);
	}

	@Override
	public RecordStore store() {
		return this.store;
	}

	@Override
	public void up() {
		this.watches.forEach(EtcdWatch::resume);
	}

	@Override
	public void heard() {
		WatchedServices told = this.services;
		if (told != null && this.watches.stream().allMatch(EtcdWatch::open)) {
			told.heard();
		}
	}

	@Override
	public void left() {
		this.watches.forEach(EtcdWatch::pause);
	}

	@Override
	public void down(String reason) {
		WatchedServices told = this.services;
		if (told != null) {
			told.lost(reason);
		}
	}

	@Override
	public Mono<Void> close() {
		this.listening.dispose();
		return this.connection.close();
	}

	@Override
	public String hint() {
		return this.settings + " (providers must name the same servers, prefix and realm: keys under '"
				+ this.keys.realm() + "')";
	}

	@Override
	public Map<String, String> servers() {
		return this.connection.servers();
	}

	@Override
	public @Nullable Status obstacle() {
		return this.connection.obstacle();
	}

}
