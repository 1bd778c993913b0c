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

package io.macula.cli.top;

import java.util.List;
import java.util.stream.Collectors;

import io.macula.operations.RealmPicture;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TopTableTests {

	private static final RealmPicture PICTURE = new Pictures().node("orders-1", "shop.orders", "serving", 100, 0)
		.node("orders-2", "shop.orders", "serving", 300, 2)
		.node("stock-1", "shop.stock", "drained", 0, 0)
		.node("stock-2", "shop.stock", "unreachable", 0, 0)
		.node("prices-1", "shop.prices", "serving", 1000, 0)
		.picture();

	private static String text(TopView view, int width, int height) {
		return lines(view, width, height).stream().map(TopTable.Line::text).collect(Collectors.joining("\n"));
	}

	private static List<TopTable.Line> lines(TopView view, int width, int height) {
		return TopTable.lines(PICTURE, view, width, height);
	}

	@Test
	void theServiceWithMostCallsComesFirstAndItsInstancesBelow() {
		String text = text(TopView.initial(), 160, 100);
		assertThat(text).containsSubsequence("realm shop  4 nodes, 1 gone  3 services  1400 calls/s  by calls",
				"CALLS/S", "shop.prices", "  prices-1", "shop.orders", "  orders-2", "  orders-1", "shop.stock",
				"  stock-1", "  stock-2");
		assertThat(text).containsPattern("  orders-2 +300 +\\S+ +\\S+ +2.0 +3 +2  serving +zone-a +orders 1.4.2");
		assertThat(text).containsPattern("shop.orders +400 ").containsPattern("shop.stock .*0 of 2");
	}

	@Test
	void whoIsGoneIsMarkedAndHasNoFigures() {
		assertThat(lines(TopView.initial(), 160, 100)).filteredOn((line) -> line.text().startsWith("  stock-2"))
			.singleElement()
			.satisfies((line) -> assertThat(line.look()).isEqualTo(TopTable.Look.GONE))
			.satisfies((line) -> assertThat(line.text()).containsPattern("stock-2 +- +- +- +- +- +-  ! unreachable"));
	}

	@Test
	void columnsSortBothWaysAndTextsFilter() {
		TopView byName = TopView.initial().by(TopView.Order.NAME);
		assertThat(text(byName, 160, 100)).containsSubsequence("shop.orders", "orders-1", "orders-2", "shop.prices",
				"shop.stock");
		assertThat(text(byName.by(TopView.Order.NAME), 160, 100)).containsSubsequence("shop.stock", "shop.prices",
				"shop.orders", "orders-2", "orders-1");
		assertThat(text(TopView.initial().filtered("orders-1"), 160, 100)).contains("shop.orders", "orders-1")
			.doesNotContain("orders-2", "shop.stock");
		assertThat(text(TopView.initial().filtered("nothing"), 160, 100)).contains("nothing matches 'nothing'");
		assertThat(text(TopView.initial().toggled(), 160, 100)).doesNotContain("orders-1");
	}

	@Test
	void noLineIsWiderAndThereAreNoMoreThanThereIsRoomFor() {
		for (int width = TopTable.LEAST_WIDTH; width < 130; width += 7) {
			for (int height = 2; height < 14; height++) {
				List<TopTable.Line> lines = lines(TopView.initial(), width, height);
				assertThat(lines).hasSizeLessThanOrEqualTo(height);
				int most = width;
				assertThat(lines).allSatisfy((line) -> assertThat(line.text().length()).isLessThanOrEqualTo(most));
			}
		}
		assertThat(text(TopView.initial(), 100, 5)).contains("... ", "further lines");
	}

	@Test
	void whatANodeCallsItsStateSteersNoTerminal() {
		RealmPicture picture = new Pictures().node("orders-1", "shop.orders", "\u001b[2J\u0007", 1, 0).picture();
		assertThat(TopTable.lines(picture, TopView.initial(), 160, 100)).allSatisfy(
				(line) -> assertThat(line.text().chars().noneMatch(Character::isISOControl)).as(line.text()).isTrue());
	}

	@Test
	void numbersAndTimesAreShort() {
		assertThat(TopTable.number(0)).isEqualTo("0");
		assertThat(TopTable.number(2.25)).isEqualTo("2.3");
		assertThat(TopTable.number(1_234_567)).isEqualTo("1235k");
		assertThat(TopTable.latency(0.25)).isEqualTo("250us");
		assertThat(TopTable.latency(12.34)).isEqualTo("12.3ms");
		assertThat(TopTable.latency(12_340)).isEqualTo("12.3s");
	}

}
