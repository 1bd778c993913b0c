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

import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;

import io.macula.benchmarks.stack.Payloads.CalculatorMethod;

/**
 * Client of a peer that carries bytes: adds the codec work that the product's client does
 * by itself.
 */
abstract class BytesClient implements CalculatorClient {

	private final PayloadForm form;

	BytesClient(PayloadForm form) {
		this.form = form;
	}

	@Override
	public final void multiply(Question question, Completion<Answer> completion) {
		call(CalculatorMethod.MULTIPLY, this.form.question(question), new Decoding<>(this.form::answer, completion));
	}

	@Override
	public final Answer multiply(Question question) throws Exception {
		return this.form.answer(callAndWait(CalculatorMethod.MULTIPLY, this.form.question(question)));
	}

	@Override
	public final void echo(byte[] body, Completion<byte[]> completion) {
		call(CalculatorMethod.ECHO, this.form.body(body), new Decoding<>(this.form::bodyOf, completion));
	}

	@Override
	public final byte[] echo(byte[] body) throws Exception {
		return this.form.bodyOf(callAndWait(CalculatorMethod.ECHO, this.form.body(body)));
	}

	@Override
	public final void count(int count, IntConsumer received) throws Exception {
		stream(Payloads.COUNT.encode(count), (bytes) -> received.accept(this.form.elementOf(bytes).index()));
	}

	void call(CalculatorMethod method, byte[] request, Completion<byte[]> completion) {
		throw new UnsupportedOperationException();
	}

	byte[] callAndWait(CalculatorMethod method, byte[] request) throws Exception {
		throw new UnsupportedOperationException();
	}

	void stream(byte[] request, Consumer<byte[]> received) throws Exception {
		throw new UnsupportedOperationException();
	}

	private record Decoding<T>(Function<byte[], T> decoder, Completion<T> completion) implements Completion<byte[]> {

		@Override
		public void done(byte[] result) {
			T decoded;
			try {
				decoded = this.decoder.apply(result);
			}
			catch (RuntimeException ex) {
				this.completion.failed(ex);
				return;
			}
			this.completion.done(decoded);
		}

		@Override
		public void failed(Throwable cause) {
			this.completion.failed(cause);
		}

	}

}
