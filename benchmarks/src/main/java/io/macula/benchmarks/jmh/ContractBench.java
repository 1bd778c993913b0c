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

package io.macula.benchmarks.jmh;

import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.macula.benchmarks.stack.Answer;
import io.macula.benchmarks.stack.BlockingCalculator;
import io.macula.benchmarks.stack.Question;
import io.macula.codec.ArgumentsCodec;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.codec.PayloadCodec;
import io.macula.codec.ValueCodec;
import io.macula.contract.MethodContract;
import io.macula.contract.ServiceContract;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Arguments and results of a contract's method, by its default codec.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ContractBench {

	private final MethodContract method = Objects
		.requireNonNull(ServiceContract.of(BlockingCalculator.class).method("multiply"));

	private final PayloadCodec codec = JacksonPayloadCodec.cbor();

	private final ArgumentsCodec arguments = ArgumentsCodec.of(this.codec, "multiply", this.method.parameterTypes(),
			this.method.parameterNames());

	private final ValueCodec result = this.codec.forType(this.method.resultType());

	private final @Nullable Object[] values = { new Question(1L << 40, 100_000, 21, "twelve chars") };

	private final Answer answer = new Answer(1L << 40, 2_100_000, "node1");

	private final byte[] encodedArguments = this.arguments.encode(this.values);

	private final byte[] encodedResult = this.result.encode(this.answer);

	@Benchmark
	public byte[] encodeArguments() {
		return this.arguments.encode(this.values);
	}

	@Benchmark
	public @Nullable Object[] decodeArguments() {
		return this.arguments.decode(this.encodedArguments);
	}

	@Benchmark
	public byte[] encodeResult() {
		return this.result.encode(this.answer);
	}

	@Benchmark
	public @Nullable Object decodeResult() {
		return this.result.decode(this.encodedResult);
	}

}
