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

package io.macula.benchmarks.stack;

import java.io.IOException;
import java.io.UncheckedIOException;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;

/**
 * The records as messages of Protocol Buffers: the calls of the library that generated
 * classes make, without the classes.
 */
final class Protobuf {

	private Protobuf() {
	}

	static byte[] bytes(Question question) {
		byte[] bytes = new byte[CodedOutputStream.computeInt64Size(1, question.id())
				+ CodedOutputStream.computeInt32Size(2, question.x())
				+ CodedOutputStream.computeInt32Size(3, question.y())
				+ CodedOutputStream.computeStringSize(4, question.note())];
		CodedOutputStream out = CodedOutputStream.newInstance(bytes);
		try {
			out.writeInt64(1, question.id());
			out.writeInt32(2, question.x());
			out.writeInt32(3, question.y());
			out.writeString(4, question.note());
			out.checkNoSpaceLeft();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return bytes;
	}

	static Question question(byte[] bytes) {
		CodedInputStream in = CodedInputStream.newInstance(bytes);
		try {
			long id = 0;
			int x = 0;
			int y = 0;
			String note = "";
			for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
				switch (WireFormat.getTagFieldNumber(tag)) {
					case 1 -> id = in.readInt64();
					case 2 -> x = in.readInt32();
					case 3 -> y = in.readInt32();
					case 4 -> note = in.readStringRequireUtf8();
					default -> in.skipField(tag);
				}
			}
			return new Question(id, x, y, note);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static byte[] bytes(Answer answer) {
		byte[] bytes = new byte[CodedOutputStream.computeInt64Size(1, answer.id())
				+ CodedOutputStream.computeInt64Size(2, answer.result())
				+ CodedOutputStream.computeStringSize(3, answer.node())];
		CodedOutputStream out = CodedOutputStream.newInstance(bytes);
		try {
			out.writeInt64(1, answer.id());
			out.writeInt64(2, answer.result());
			out.writeString(3, answer.node());
			out.checkNoSpaceLeft();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return bytes;
	}

	static Answer answer(byte[] bytes) {
		CodedInputStream in = CodedInputStream.newInstance(bytes);
		try {
			long id = 0;
			long result = 0;
			String node = "";
			for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
				switch (WireFormat.getTagFieldNumber(tag)) {
					case 1 -> id = in.readInt64();
					case 2 -> result = in.readInt64();
					case 3 -> node = in.readStringRequireUtf8();
					default -> in.skipField(tag);
				}
			}
			return new Answer(id, result, node);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static byte[] bytes(Element element) {
		byte[] bytes = new byte[CodedOutputStream.computeInt32Size(1, element.index())
				+ CodedOutputStream.computeStringSize(2, element.text())];
		CodedOutputStream out = CodedOutputStream.newInstance(bytes);
		try {
			out.writeInt32(1, element.index());
			out.writeString(2, element.text());
			out.checkNoSpaceLeft();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return bytes;
	}

	static Element element(byte[] bytes) {
		CodedInputStream in = CodedInputStream.newInstance(bytes);
		try {
			int index = 0;
			String text = "";
			for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
				switch (WireFormat.getTagFieldNumber(tag)) {
					case 1 -> index = in.readInt32();
					case 2 -> text = in.readStringRequireUtf8();
					default -> in.skipField(tag);
				}
			}
			return new Element(index, text);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
