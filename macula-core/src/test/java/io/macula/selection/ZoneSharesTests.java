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

package io.macula.selection;

import java.util.Arrays;
import java.util.List;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

class ZoneSharesTests {

	private static final double EXACT = 1e-9;

	@ParameterizedTest
	@CsvSource({ "'4 4 4', '1 0 0'", "'3 4 4', '1 0 0'", "'2 4 4', '0.84 0.08 0.08'", "'1 4 4', '0.4667 0.2667 0.2667'",
			"'0 4 4', '0 0.5 0.5'", "'2 2 2', '1 0 0'", "'1 1 7', '0.4667 0 0.5333'", "'4', '1'", "'2 0 0', '1 0 0'",
			"'8 1 1', '1 0 0'", "'0 1 7', '0 0 1'", "'10 50', '0.4667 0.5333'" })
	void theOwnZoneComesFirst(String usable, String expected) {
		double[] shares = ZoneShares.of(longs(usable), 0);
		double[] wanted = Arrays.stream(expected.split(" ")).mapToDouble(Double::parseDouble).toArray();
		assertThat(shares).containsExactly(wanted, offset(1e-4));
	}

	@Property
	void sharesAreOfOneWhole(@ForAll("zones") List<Integer> zones) {
		double[] shares = ZoneShares.of(longs(zones), 0);
		assertThat(Arrays.stream(shares).boxed()).allMatch((share) -> share >= 0 && share <= 1);
		assertThat(Arrays.stream(shares).sum()).isEqualTo(1, offset(EXACT));
	}

	@Property
	void nothingGoesWhereNothingIsUsable(@ForAll("zones") List<Integer> zones) {
		double[] shares = ZoneShares.of(longs(zones), 0);
		for (int i = 0; i < shares.length; i++) {
			assertThat(zones.get(i) > 0 || shares[i] == 0).isTrue();
		}
	}

	@Property
	void theMoreIsUsableTheMoreStays(@ForAll("zones") List<Integer> zones) {
		long[] usable = longs(zones);
		double before = ZoneShares.of(usable, 0)[0];
		usable[0]++;
		double after = ZoneShares.of(usable, 0)[0];
		assertThat(after).isGreaterThanOrEqualTo(before);
	}

	/** One instance of many more or less moves little. */
	@Property
	void theSpillIsSmooth(@ForAll("zones") List<Integer> zones) {
		long[] usable = longs(zones);
		for (int i = 0; i < usable.length; i++) {
			usable[i] = usable[i] * 1000 + 1000;
		}
		double[] before = ZoneShares.of(usable, 0);
		usable[usable.length - 1]++;
		double[] after = ZoneShares.of(usable, 0);
		assertThat(after).containsExactly(before, offset(0.01));
	}

	@Property
	void noInstanceGetsMoreThanItsEvenShareWithHeadroom(@ForAll("zones") List<Integer> zones) {
		long[] usable = longs(zones);
		double all = Arrays.stream(usable).sum();
		double[] loads = new double[usable.length];
		for (int caller = 0; caller < usable.length; caller++) {
			double[] shares = ZoneShares.of(usable, caller);
			for (int zone = 0; zone < usable.length; zone++) {
				loads[zone] += shares[zone] / usable.length;
			}
		}
		for (int zone = 0; zone < usable.length; zone++) {
			assertThat(loads[zone]).isLessThanOrEqualTo(ZoneShares.HEADROOM * usable[zone] / all + EXACT);
		}
	}

	@Provide
	Arbitrary<List<Integer>> zones() {
		return Arbitraries.integers()
			.between(0, 100)
			.list()
			.ofMinSize(1)
			.ofMaxSize(6)
			.filter((zones) -> zones.stream().anyMatch((usable) -> usable > 0));
	}

	private static long[] longs(List<Integer> values) {
		return values.stream().mapToLong(Integer::longValue).toArray();
	}

	private static long[] longs(String text) {
		return Arrays.stream(text.split(" ")).mapToLong(Long::parseLong).toArray();
	}

}
