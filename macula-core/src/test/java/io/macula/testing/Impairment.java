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

package io.macula.testing;

import java.time.Duration;

/**
 * What a link does to the datagrams of one direction. Immutable.
 *
 * @param delay added to each datagram
 * @param jitter further delay, evenly spread between zero and this; keeps the order
 * @param loss share of the datagrams that are dropped, 0 to 1
 * @param reorder share of the datagrams that later ones overtake, 0 to 1
 * @param duplication share of the datagrams that arrive twice, 0 to 1
 * @param maxBytes larger datagrams are dropped
 */
public record Impairment(Duration delay, Duration jitter, double loss, double reorder, double duplication,
		int maxBytes) {

	/** A perfect direction. */
	public static final Impairment NONE = new Impairment(Duration.ZERO, Duration.ZERO, 0, 0, 0, Integer.MAX_VALUE);

	/** A direction in which nothing arrives. */
	public static final Impairment BLACK_HOLE = NONE.withLoss(1);

	public Impairment {
		requireShare("loss", loss);
		requireShare("reorder", reorder);
		requireShare("duplication", duplication);
		if (delay.isNegative() || jitter.isNegative()) {
			throw new IllegalArgumentException("delay " + delay + " and jitter " + jitter + " must not be negative");
		}
	}

	/**
	 * This with another delay.
	 * @param delay the delay
	 * @return the impairment
	 */
	public Impairment withDelay(Duration delay) {
		return new Impairment(delay, this.jitter, this.loss, this.reorder, this.duplication, this.maxBytes);
	}

	/**
	 * This with another jitter.
	 * @param jitter the jitter
	 * @return the impairment
	 */
	public Impairment withJitter(Duration jitter) {
		return new Impairment(this.delay, jitter, this.loss, this.reorder, this.duplication, this.maxBytes);
	}

	/**
	 * This with another loss.
	 * @param loss the share
	 * @return the impairment
	 */
	public Impairment withLoss(double loss) {
		return new Impairment(this.delay, this.jitter, loss, this.reorder, this.duplication, this.maxBytes);
	}

	/**
	 * This with another share of reordered datagrams.
	 * @param reorder the share
	 * @return the impairment
	 */
	public Impairment withReorder(double reorder) {
		return new Impairment(this.delay, this.jitter, this.loss, reorder, this.duplication, this.maxBytes);
	}

	/**
	 * This with another share of duplicated datagrams.
	 * @param duplication the share
	 * @return the impairment
	 */
	public Impairment withDuplication(double duplication) {
		return new Impairment(this.delay, this.jitter, this.loss, this.reorder, duplication, this.maxBytes);
	}

	/**
	 * This with another size of datagrams.
	 * @param maxBytes size of the largest that arrives
	 * @return the impairment
	 */
	public Impairment withMaxBytes(int maxBytes) {
		return new Impairment(this.delay, this.jitter, this.loss, this.reorder, this.duplication, maxBytes);
	}

	private static void requireShare(String name, double share) {
		if (!(share >= 0 && share <= 1)) {
			throw new IllegalArgumentException(name + " " + share + " is not valid: expected 0 to 1");
		}
	}

}
