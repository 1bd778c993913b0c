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

import java.util.concurrent.TimeUnit;

import io.macula.Metadata;
import io.macula.wire.Frame;
import io.macula.wire.FrameCodec;
import io.macula.wire.FrameDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Frames of a small call and its answer.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameBench {

	private static final String PROCEDURE = "bench.calculator/multiply";

	private final byte[] payload = new byte[50];

	private final ByteBuf out = Unpooled.directBuffer(4096);

	private final ByteBuf call = Unpooled.directBuffer(4096);

	private final ByteBuf result = Unpooled.directBuffer(4096);

	private final FrameDecoder decoder = new FrameDecoder(FrameCodec.maxFrameBytes(1 << 20));

	/** Encodes the frames that are decoded. */
	public FrameBench() {
		FrameCodec.writeCall(this.call, 1_000_000, 1, PROCEDURE, "cbor", 30_000_000, 0, Metadata.EMPTY, this.payload);
		FrameCodec.writeResult(this.result, 1_000_000, this.payload);
	}

	@Benchmark
	public ByteBuf encodeCall() {
		this.out.clear();
		FrameCodec.writeCall(this.out, 1_000_000, 1, PROCEDURE, "cbor", 30_000_000, 0, Metadata.EMPTY, this.payload);
		return this.out;
	}

	@Benchmark
	public ByteBuf encodeResult() {
		this.out.clear();
		FrameCodec.writeResult(this.out, 1_000_000, this.payload);
		return this.out;
	}

	@Benchmark
	public @Nullable Frame decodeCall() {
		return this.decoder.decode(this.call.readerIndex(0));
	}

	@Benchmark
	public @Nullable Frame decodeResult() {
		return this.decoder.decode(this.result.readerIndex(0));
	}

}
