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

package io.macula.multinode.plot;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

import javax.xml.parsers.DocumentBuilderFactory;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

import static org.assertj.core.api.Assertions.assertThat;

class PlotTests {

	private final Plot plot = new Plot("Latency & time", "It grows <slowly>", Axis.linear("seconds", 0, 10),
			Axis.logarithmic("milliseconds", 0.2, 30));

	@Test
	void whatIsWrittenIsWellFormedAndSaysInWordsWhatItShows() throws Exception {
		Document svg = parsed(this.plot.line("median", 1, List.of(new Point(0, 1), new Point(10, 10)))
			.dots("failed", 2, List.of(new Point(5, 3)))
			.boxes("calls", 3, List.of(new Box(1, 2, 1, 10)))
			.mark(9.9, "node1 is killed"));
		assertThat(svg.getDocumentElement().getAttribute("aria-labelledby")).isEqualTo("a-title a-text");
		assertThat(svg.getElementsByTagName("title").item(0).getTextContent()).isEqualTo("Latency & time");
		assertThat(svg.getElementsByTagName("desc").item(0).getTextContent()).isEqualTo("It grows <slowly>");
		assertThat(svg.getElementsByTagName("circle").getLength()).isEqualTo(1);
	}

	@Test
	void aLineGoesFromCornerToCorner() {
		String svg = this.plot.line("median", 1, List.of(new Point(0, 0.1), new Point(10, 100))).svg("a");
		assertThat(svg).contains("d=\"M70 254L690 44\"");
	}

	@Test
	void whatIsBeyondAnAxisIsAtItsEnd() {
		String svg = this.plot.line("median", 1, List.of(new Point(-5, 0.0001), new Point(99, 1e9))).svg("a");
		assertThat(svg).contains("d=\"M70 254L690 44\"");
	}

	@Test
	void aStepKeepsItsValueUntilTheNextOne() {
		String svg = this.plot
			.steps("connections", 1, List.of(new Point(0, 0.1), new Point(5, 100), new Point(10, 100)))
			.svg("a");
		assertThat(svg).contains("d=\"M70 254L380 254L380 44L690 44L690 44\"");
	}

	@Test
	void ticksAreNumbersThatPeopleLike() {
		assertThat(Axis.linear("seconds", 0, 13).ticks()).containsExactly(0.0, 5.0, 10.0);
		assertThat(Axis.linear("connections", 0, 4).ticks()).containsExactly(0.0, 1.0, 2.0, 3.0, 4.0);
		assertThat(Axis.logarithmic("milliseconds", 0.2, 30).ticks().stream().map(Axis::text)).containsExactly("0.1",
				"1", "10", "100");
		assertThat(Axis.text(100)).isEqualTo("100");
		assertThat(Axis.text(64_000)).isEqualTo("64,000");
	}

	private static Document parsed(Plot plot) throws Exception {
		return DocumentBuilderFactory.newInstance()
			.newDocumentBuilder()
			.parse(new ByteArrayInputStream(plot.svg("a").getBytes(StandardCharsets.UTF_8)));
	}

}
