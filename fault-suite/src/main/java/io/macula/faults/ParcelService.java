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

package io.macula.faults;

import java.io.IOException;

import io.macula.spring.MaculaService;

import org.springframework.beans.factory.annotation.Value;

/**
 * Sends bytes back, and writes each execution into the journal of its provider.
 */
@MaculaService(Parcels.SERVICE)
final class ParcelService implements Parcels, AutoCloseable {

	private final Journal journal;

	ParcelService(@Value("${calculator.journal:}") String journal) throws IOException {
		this.journal = new Journal(journal);
	}

	@Override
	public byte[] echo(long id, byte[] bytes) {
		this.journal.write(id, "echo");
		return bytes;
	}

	@Override
	public void close() throws IOException {
		this.journal.close();
	}

}
