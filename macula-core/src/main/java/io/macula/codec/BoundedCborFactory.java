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

package io.macula.codec;

import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.io.IOContext;
import tools.jackson.core.sym.ByteQuadsCanonicalizer;
import tools.jackson.dataformat.cbor.CBORFactory;
import tools.jackson.dataformat.cbor.CBORParser;

/**
 * Makes parsers of payloads whose cost is bounded by their bytes. Safe for all threads.
 */
final class BoundedCborFactory extends CBORFactory {

	private static final long serialVersionUID = 1L;

	private final transient DecodedBound bound;

	BoundedCborFactory(CBORFactory settings, DecodedBound bound) {
		super(settings);
		this.bound = bound;
	}

	@Override
	public CBORFactory copy() {
		return new BoundedCborFactory(this, this.bound);
	}

	@Override
	protected CBORParser _createParser(ObjectReadContext context, IOContext io, byte[] data, int offset, int length) {
		this._streamReadConstraints.validateDocumentLength(length);
		ByteQuadsCanonicalizer names = this._byteSymbolCanonicalizer.makeChildOrPlaceholder(this._factoryFeatures);
		return new BoundedCborParser(context, io, context.getStreamReadFeatures(this._streamReadFeatures),
				context.getFormatReadFeatures(this._formatReadFeatures), names, data, offset, length, this.bound);
	}

}
