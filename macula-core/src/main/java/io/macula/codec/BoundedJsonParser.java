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

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.io.IOContext;
import tools.jackson.core.json.UTF8StreamJsonParser;
import tools.jackson.core.sym.ByteQuadsCanonicalizer;

/**
 * Jackson's parser, with a bound of what its values take, and without numbers that become
 * infinite. Owned by the thread that decodes.
 */
final class BoundedJsonParser extends UTF8StreamJsonParser implements PrimitiveArrays.Counter {

	/** What its values may still take, see {@link DecodedBound}. */
	private int left;

	BoundedJsonParser(ObjectReadContext context, IOContext io, int features, int formatFeatures,
			ByteQuadsCanonicalizer names, byte[] data, int offset, int length, DecodedBound bound) {
		super(context, io, features, formatFeatures, null, names, data, offset, offset + length, 0, false);
		this.left = bound.left(length);
	}

	@Override
	public JsonToken nextToken() {
		JsonToken token = super.nextToken();
		this.left = DecodedBound.count(this.left, token, this);
		return token;
	}

	/** Keys of maps; the names of properties are known. */
	@Override
	public @Nullable String nextName() {
		this.left = DecodedBound.countKey(this.left, this);
		return super.nextName();
	}

	@Override
	protected void createChildArrayContext(int line, int column) {
		this.left = DecodedBound.countContainer(this.left, this);
		super.createChildArrayContext(line, column);
	}

	@Override
	protected void createChildObjectContext(int line, int column) {
		this.left = DecodedBound.countContainer(this.left, this);
		super.createChildObjectContext(line, column);
	}

	@Override
	public void primitive(boolean elements) {
		this.left = DecodedBound.mark(this.left, elements);
	}

	@Override
	protected double _getNumberDouble() {
		double value = super._getNumberDouble();
		if (Double.isInfinite(value)) {
			throw new HostilePayloadException(this, "the number is too large for a double");
		}
		return value;
	}

	@Override
	protected float _getNumberFloat() {
		float value = super._getNumberFloat();
		if (Float.isInfinite(value)) {
			throw new HostilePayloadException(this, "the number is too large for a float");
		}
		return value;
	}

}
