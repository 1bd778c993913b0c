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

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.OptionsUtil;
import io.macula.directory.AdvertisementRecord;
import reactor.core.publisher.Mono;

/**
 * The records of all services of a realm, read once. Immutable.
 */
final class EtcdList {

	/** Records in one answer. */
	private static final int PAGE = 500;

	/** Whoever writes more than these is not read to the end. */
	private static final int MOST = 100_000;

	private EtcdList() {
	}

	/**
	 * Read them.
	 * @return those that are valid and do not depart
	 */
	static Mono<List<AdvertisementRecord>> read(EtcdConnection connection, EtcdKeys keys) {
		ByteSequence begin = EtcdKeys.bytes(keys.realm());
		ByteSequence end = OptionsUtil.prefixEndOf(begin);
		return page(connection, begin, end).expand(
				(page) -> page.isMore() && !page.getKvs().isEmpty() ? page(connection, after(page), end) : Mono.empty())
			.take(MOST / PAGE)
			.reduce(new ArrayList<>(), (all, page) -> {
				page.getKvs().forEach((read) -> add(all, read, keys));
				return all;
			});
	}

	private static Mono<GetResponse> page(EtcdConnection connection, ByteSequence from, ByteSequence end) {
		GetOption option = GetOption.builder().withRange(end).withLimit(PAGE).build();
		return connection.call((client) -> client.getKVClient().get(from, option));
	}

	private static ByteSequence after(GetResponse page) {
		return page.getKvs().get(page.getKvs().size() - 1).getKey().concat(ByteSequence.from(new byte[1]));
	}

	/** A record that is no record is told where its service is watched. */
	private static void add(List<AdvertisementRecord> all, KeyValue read, EtcdKeys keys) {
		String key = read.getKey().toString(StandardCharsets.UTF_8).substring(keys.realm().length());
		int slash = key.indexOf('/');
		if (slash > 0) {
			AdvertisementRecord record = AdvertisementRecord.present(read.getValue().getBytes(),
					key.substring(0, slash), key.substring(slash + 1));
			if (record != null) {
				all.add(record);
			}
		}
	}

}
