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

import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.io.IOContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.sym.ByteQuadsCanonicalizer;

/**
 * Makes parsers of payloads in UTF-8 whose cost is bounded by their bytes. Safe for all
 * threads.
 */
final class BoundedJsonFactory extends JsonFactory {

	private static final long serialVersionUID = 1L;

	private final transient DecodedBound bound;

	BoundedJsonFactory(JsonFactory settings, DecodedBound bound) {
		super(settings);
		this.bound = bound;
	}

	@Override
	public JsonFactory copy() {
		return new BoundedJsonFactory(this, this.bound);
	}

	@Override
	protected JsonParser _createParser(ObjectReadContext context, IOContext io, byte[] data, int offset, int length) {
		_checkRangeBoundsForByteArray(data, offset, length);
		this._streamReadConstraints.validateDocumentLength(length);
		io.setEncoding(JsonEncoding.UTF8);
		ByteQuadsCanonicalizer names = this._byteSymbolCanonicalizer.makeChild(this._factoryFeatures);
		return new BoundedJsonParser(context, io, context.getStreamReadFeatures(this._streamReadFeatures),
				context.getFormatReadFeatures(this._formatReadFeatures), names, data, offset, length, this.bound);
	}

}
