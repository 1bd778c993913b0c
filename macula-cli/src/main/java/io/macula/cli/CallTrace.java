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
package io.macula.cli;

import java.util.Objects;
import java.util.function.Consumer;

import io.macula.log.Printable;
import io.macula.observation.AttemptTrace;

/**
 * A line for each attempt of a call when it is over.
 */
final class CallTrace implements Consumer<AttemptTrace.Step> {

	private final Output output;

	CallTrace(Output output) {
		this.output = output;
	}

	@Override
	public void accept(AttemptTrace.Step step) {
		String outcome = Objects.toString(step.code(), "ended")
				+ ((step.message() != null) ? ": " + step.message() : "");
		this.output.note("attempt " + step.number() + "  " + Printable.text(step.nodeId()) + " at " + step.endpoint()
				+ "  " + ((step.elapsed() != null) ? Output.number(step.elapsed().toNanos() / 1e6) + " ms" : "not sent")
				+ "  " + Printable.text(outcome));
	}

}
