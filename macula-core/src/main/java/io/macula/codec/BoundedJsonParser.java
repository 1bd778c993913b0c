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

	/**
	 * Twice what the values may still take, and 1 where they are primitive: a further
	 * field would make each parser larger.
	 */
	private int left;

	BoundedJsonParser(ObjectReadContext context, IOContext io, int features, int formatFeatures,
			ByteQuadsCanonicalizer names, byte[] data, int offset, int length, DecodedBound bound) {
		super(context, io, features, formatFeatures, null, names, data, offset, offset + length, 0, false);
		int units = bound.units(length);
		this.left = (units != DecodedBound.UNCOUNTED) ? 2 * units : units;
	}

	@Override
	public JsonToken nextToken() {
		JsonToken token = super.nextToken();
		if (this.left != DecodedBound.UNCOUNTED) {
			count(token);
		}
		return token;
	}

	/** Keys of maps; the names of properties are known. */
	@Override
	public @Nullable String nextName() {
		if (this.left != DecodedBound.UNCOUNTED) {
			take(DecodedBound.TEXT);
		}
		return super.nextName();
	}

	@Override
	protected void createChildArrayContext(int line, int column) {
		if (this.left != DecodedBound.UNCOUNTED) {
			take(DecodedBound.CONTAINER);
		}
		super.createChildArrayContext(line, column);
	}

	@Override
	protected void createChildObjectContext(int line, int column) {
		if (this.left != DecodedBound.UNCOUNTED) {
			take(DecodedBound.CONTAINER);
		}
		super.createChildObjectContext(line, column);
	}

	private void count(@Nullable JsonToken token) {
		if (token == JsonToken.VALUE_STRING || token == JsonToken.PROPERTY_NAME) {
			take(DecodedBound.TEXT);
		}
		else if (token != null && token.isScalarValue()) {
			take(((this.left & 1) != 0) ? DecodedBound.PRIMITIVE : DecodedBound.VALUE);
		}
	}

	@Override
	public void primitive(boolean elements) {
		if (this.left != DecodedBound.UNCOUNTED) {
			this.left = (this.left & ~1) | (elements ? 1 : 0);
		}
	}

	private void take(int units) {
		this.left -= 2 * units;
		if (this.left < 0) {
			throw DecodedBound.exceeded(this);
		}
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
