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

package io.macula.benchmarks.start;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.AbstractBlockingStub;
import io.grpc.stub.ClientCalls;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.grpc.client.GrpcChannelFactory;

/**
 * A small application with Spring gRPC's starter, which makes one call.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class GrpcApplication {

	public static void main(String[] args) {
		try (ConfigurableApplicationContext context = SpringApplication.run(GrpcApplication.class, args)) {
			String answer = context.getBean(CalculatorStub.class).echo(StartBenchmark.QUESTION);
			System.out.println(StartBenchmark.ANSWER + answer);
		}
	}

	@Bean
	CalculatorStub calculator(GrpcChannelFactory channels) {
		return new CalculatorStub(channels.createChannel("bench"), CallOptions.DEFAULT);
	}

	/**
	 * As a generated one is.
	 */
	static final class CalculatorStub extends AbstractBlockingStub<CalculatorStub> {

		private static final MethodDescriptor<BytesValue, BytesValue> ECHO = MethodDescriptor
			.<BytesValue, BytesValue>newBuilder()
			.setType(MethodDescriptor.MethodType.UNARY)
			.setFullMethodName("bench.Calculator/echo")
			.setSampledToLocalTracing(true)
			.setRequestMarshaller(ProtoUtils.marshaller(BytesValue.getDefaultInstance()))
			.setResponseMarshaller(ProtoUtils.marshaller(BytesValue.getDefaultInstance()))
			.build();

		CalculatorStub(Channel channel, CallOptions options) {
			super(channel, options);
		}

		@Override
		protected CalculatorStub build(Channel channel, CallOptions options) {
			return new CalculatorStub(channel, options);
		}

		String echo(String text) {
			BytesValue request = BytesValue.of(ByteString.copyFromUtf8(text));
			return ClientCalls.blockingUnaryCall(getChannel(), ECHO, getCallOptions(), request)
				.getValue()
				.toStringUtf8();
		}

	}

}
