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

import java.math.BigDecimal;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.SerializableString;
import tools.jackson.core.io.IOContext;
import tools.jackson.core.sym.ByteQuadsCanonicalizer;
import tools.jackson.core.sym.PropertyNameMatcher;
import tools.jackson.dataformat.cbor.CBORParser;

/**
 * Jackson's parser, without what costs more than the payload has bytes: long runs of
 * tags, references to earlier texts, numbers whose exponent stands for a million digits,
 * more values than this node has room for. Owned by the thread that decodes.
 * <p>
 * What is looked at before each token is one byte, so that ordinary payloads pay next to
 * nothing. See docs/decisions/cbor-tags.md.
 */
final class BoundedCborParser extends CBORParser implements PrimitiveArrays.Counter {

	/** Tags before one value, at most. */
	static final int MAX_TAGS = 16;

	private static final int TAG = 0xC0;

	private static final int MAJOR_TYPE = 0xE0;

	private static final int LOW_BITS = 0x1F;

	private static final int BYTES = 0x40;

	private static final int DECIMAL_FRACTION = 4;

	private static final int STRING_REFERENCE = 25;

	private static final int STRING_REFERENCE_NAMESPACE = 256;

	/** What its values may still take, see {@link DecodedBound}. */
	private int left;

	BoundedCborParser(ObjectReadContext context, IOContext io, int features, int formatFeatures,
			ByteQuadsCanonicalizer names, byte[] data, int offset, int length, DecodedBound bound) {
		super(context, io, features, formatFeatures, names, null, data, offset, offset + length, false);
		this.left = bound.left(length);
	}

	@Override
	public JsonToken nextToken() {
		beforeToken();
		JsonToken token = super.nextToken();
		this.left = DecodedBound.count(this.left, token, this);
		return token;
	}

	/** Keys of maps; the names of properties are known. */
	@Override
	public @Nullable String nextName() {
		beforeToken();
		this.left = DecodedBound.countKey(this.left, this);
		return super.nextName();
	}

	@Override
	public boolean nextName(SerializableString name) {
		beforeToken();
		return super.nextName(name);
	}

	@Override
	public int nextNameMatch(PropertyNameMatcher matcher) {
		beforeToken();
		return super.nextNameMatch(matcher);
	}

	@Override
	protected void createChildArrayContext(int length) {
		this.left = DecodedBound.countContainer(this.left, this);
		super.createChildArrayContext(length);
	}

	@Override
	protected void createChildObjectContext(int length) {
		this.left = DecodedBound.countContainer(this.left, this);
		super.createChildObjectContext(length);
	}

	@Override
	public void primitive(boolean elements) {
		this.left = DecodedBound.mark(this.left, elements);
	}

	/**
	 * The super-class takes all tags that stand before a token into a list that grows by
	 * eight.
	 */
	private void beforeToken() {
		if (this._tokenIncomplete) {
			_skipIncomplete();
		}
		if (this._inputPtr < this._inputEnd && (this._inputBuffer[this._inputPtr] & MAJOR_TYPE) == TAG) {
			behindTags(this._inputPtr);
		}
	}

	/**
	 * Look at the tags that begin here.
	 * @return where the tagged value begins; the end of the payload if it has none
	 */
	private int behindTags(int begin) {
		int at = begin;
		for (int tags = 0; at < this._inputEnd && (this._inputBuffer[at] & MAJOR_TYPE) == TAG; tags++) {
			if (tags == MAX_TAGS) {
				throw constraint("more than " + MAX_TAGS + " CBOR tags stand before one value; write no tags");
			}
			long tag = argument(at);
			if (tag == STRING_REFERENCE || tag == STRING_REFERENCE_NAMESPACE) {
				throw constraint("CBOR tag " + tag
						+ " makes a reference to an earlier text, which is not part of this codec; write the text itself");
			}
			at += headBytes(at);
		}
		return Math.min(at, this._inputEnd);
	}

	/** The number in the head of an item; -1 if it has none or is not whole. */
	private long argument(int at) {
		int low = this._inputBuffer[at] & LOW_BITS;
		if (low < 24) {
			return low;
		}
		int bytes = headBytes(at) - 1;
		if (bytes == 0 || this._inputEnd - at <= bytes) {
			return -1;
		}
		long value = 0;
		for (int i = 1; i <= bytes; i++) {
			value = (value << 8) | (this._inputBuffer[at + i] & 0xFF);
		}
		return value;
	}

	private int headBytes(int at) {
		int low = this._inputBuffer[at] & LOW_BITS;
		return (low < 24 || low > 27) ? 1 : 1 + (1 << (low - 24));
	}

	/**
	 * A decimal fraction is read at once, with the tags of its two numbers.
	 */
	@Override
	protected JsonToken _handleTaggedArray(TagList tags, int length) {
		if (!tags.contains(DECIMAL_FRACTION)) {
			return super._handleTaggedArray(tags, length);
		}
		int digits = behindItem(behindTags(this._inputPtr));
		if (digits < this._inputEnd) {
			behindTags(digits);
		}
		JsonToken token = super._handleTaggedArray(tags, length);
		BigDecimal number = this._numberBigDecimal;
		if (number != null && !ExactNumbers.plausible(number)) {
			throw constraint(ExactNumbers.refusal(number));
		}
		return token;
	}

	/** Behind the exponent; a number of any kind. */
	private int behindItem(int at) {
		if (at >= this._inputEnd) {
			return at;
		}
		long content = ((this._inputBuffer[at] & MAJOR_TYPE) == BYTES) ? Math.max(0, argument(at)) : 0;
		return (int) Math.min(this._inputEnd, at + headBytes(at) + content);
	}

	/** Nothing that is finite becomes infinite. */
	@Override
	protected void convertNumberToDouble() {
		super.convertNumberToDouble();
		if (Double.isInfinite(this._numberDouble) && (this._numTypesValid & NR_FLOAT) == 0) {
			throw constraint("the number is too large for a double");
		}
	}

	@Override
	protected void convertNumberToFloat() {
		super.convertNumberToFloat();
		boolean infinite = (this._numTypesValid & NR_DOUBLE) != 0 && Double.isInfinite(this._numberDouble);
		if (Float.isInfinite(this._numberFloat) && !infinite) {
			throw constraint("the number is too large for a float");
		}
	}

	private HostilePayloadException constraint(String message) {
		return new HostilePayloadException(this, message);
	}

}
