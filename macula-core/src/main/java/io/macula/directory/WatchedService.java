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

package io.macula.directory;

import java.util.Collection;
import java.util.List;
import java.util.Map;

import io.macula.ServiceName;

/**
 * One watch of one service, as an {@link EngineClient} tells what it hears. Either in
 * texts that nodes wrote ({@link #listed}, {@link #put}, {@link #deleted}), or in lists
 * of what the system itself knows ({@link #told}). All methods are for any thread, return
 * at once and take effect in the order of their calls. What is told after the watch was
 * ended has no effect.
 */
public final class WatchedService {

	private final WatchedServices services;

	private final ServiceWatch watch;

	private final DirectoryLoop loop;

	WatchedService(WatchedServices services, ServiceWatch watch, DirectoryLoop loop) {
		this.services = services;
		this.watch = watch;
		this.loop = loop;
	}

	/**
	 * What is watched.
	 * @return its name
	 */
	public ServiceName service() {
		return this.watch.service();
	}

	/**
	 * The system was asked, and these are all records of the service; the watch is in
	 * touch from now on. To be called also when there is none, and again after a gap in
	 * what was heard.
	 * @param records texts, by the node id in their keys
	 */
	public void listed(Map<String, byte[]> records) {
		Map<String, byte[]> copy = Map.copyOf(records);
		tell(() -> this.services.listed(this.watch, copy));
	}

	/**
	 * A record was written.
	 * @param nodeId in its key
	 * @param record its text
	 */
	public void put(String nodeId, byte[] record) {
		tell(() -> this.services.put(this.watch, nodeId, record));
	}

	/**
	 * A record is there no more.
	 * @param nodeId in its key
	 */
	public void deleted(String nodeId) {
		tell(() -> this.services.deleted(this.watch, nodeId));
	}

	/**
	 * The system was asked, and these are all instances of the service; the watch is in
	 * touch from now on.
	 * @param instances in any order, those that are about to leave as
	 * {@linkplain AdvertisementRecord#departed() departed}: they are left out at once,
	 * and not taken for a silent loss when they are told no more. Of several with one
	 * node id the one of the highest incarnation counts
	 */
	public void told(Collection<AdvertisementRecord> instances) {
		Collection<AdvertisementRecord> copy = List.copyOf(instances);
		tell(() -> this.services.told(this.watch, copy));
	}

	/**
	 * The system cannot be reached, and the client goes on by itself until it can tell
	 * more. What is known stays the last known good, until something is told again.
	 * @param reason a clause for messages
	 */
	public void lost(String reason) {
		tell(() -> this.services.lost(this.watch, reason));
	}

	/**
	 * This watch is over, for a reason that may pass; another one is opened after a
	 * pause. What is known stays the last known good.
	 * @param reason a clause for messages, for example {@code not allowed to list
	 * endpointslices in namespace shop}
	 */
	public void failed(String reason) {
		tell(() -> this.services.failed(this.watch, reason));
	}

	private void tell(Runnable told) {
		this.loop.execute(() -> {
			if (this.watch.opened() == this) {
				told.run();
			}
		});
	}

}
