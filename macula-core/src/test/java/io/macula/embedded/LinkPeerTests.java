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

package io.macula.embedded;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LinkPeer}.
 */
class LinkPeerTests {

	private final LinkPeer peer = new LinkPeer("me", 0);

	@Test
	void whenItHasNotSpokenThenItIsNobody() {
		assertThat(this.peer.nodeId()).isNull();
		assertThat(this.peer.knowsSelf()).isFalse();
		assertThat(this.peer.refused()).isFalse();
		assertThat(this.peer.same(this.peer)).isTrue();
		assertThat(this.peer.same(new LinkPeer("me", 0))).isFalse();
	}

	@Test
	void whenItHasAppliedWhatToldItThenItKnowsThisNode() {
		this.peer.selfTold(3);
		hear(2, false);
		assertThat(this.peer.knowsSelf()).isFalse();
		hear(3, false);
		assertThat(this.peer.knowsSelf()).isTrue();
		assertThat(this.peer.received()).isEqualTo(2);
	}

	@Test
	void whenThisNodeChangesThenItHasToBeToldAgain() {
		this.peer.selfTold(1);
		hear(1, false);
		this.peer.selfChanged();
		assertThat(this.peer.knowsSelf()).isFalse();
		hear(9, false);
		assertThat(this.peer.knowsSelf()).as("it was not told yet").isFalse();
		this.peer.selfTold(10);
		hear(10, false);
		assertThat(this.peer.knowsSelf()).isTrue();
	}

	@Test
	void whenItHasNoRoomThenItDoesNotKnowThisNodeUntilItTakesALaterAttempt() {
		this.peer.selfTold(1);
		hear(1, true);
		assertThat(this.peer.knowsSelf()).isFalse();
		assertThat(this.peer.refused()).isTrue();
		this.peer.selfTold(5);
		assertThat(this.peer.refused()).isTrue();
		hear(5, false);
		assertThat(this.peer.knowsSelf()).isTrue();
		assertThat(this.peer.refused()).isFalse();
	}

	@Test
	void whenItDoesNotSpeakForLongerThanAHeartbeatThenItIsSilent() {
		long silence = DirectoryLink.SILENCE.toNanos();
		assertThat(this.peer.silent(silence)).isFalse();
		assertThat(this.peer.silent(silence + 1)).isTrue();
		this.peer.forgiveSilence(silence);
		assertThat(this.peer.silent(silence + 1)).isFalse();
		this.peer.heard(update("a", 1, 0, false), 2 * silence);
		assertThat(this.peer.silent(3 * silence)).isFalse();
		assertThat(Duration.ofNanos(silence)).as("room for a late heartbeat")
			.isGreaterThan(DirectoryLink.HEARTBEAT.plusSeconds(1));
	}

	@Test
	void whenTwoLinksLeadToOneProcessThenThePeersAreTheSame() {
		LinkPeer other = new LinkPeer("me", 0);
		this.peer.heard(update("a", 1, 0, false), 0);
		other.heard(update("a", 1, 0, false), 0);
		assertThat(this.peer.same(other)).isTrue();
		other.heard(update("a", 2, 0, false), 0);
		assertThat(this.peer.same(other)).as("a later life").isFalse();
	}

	@Test
	void whenThisProcessAnswersThenThePeerIsItself() {
		this.peer.heard(update("me", 5, 0, false), 0);
		assertThat(this.peer.is(TestLoop.self("me", 5))).isTrue();
		assertThat(this.peer.is(TestLoop.self("me", 6))).isFalse();
	}

	private void hear(long applied, boolean refused) {
		this.peer.heard(update("a", 1, applied, refused), 0);
	}

	private static DirectoryUpdate update(String sender, long incarnation, long applied, boolean refused) {
		return new DirectoryUpdate(sender, incarnation, true, false, false, 0, applied, null, List.of(), List.of(),
				List.of(), List.of(), refused ? List.of("me") : List.of(), true);
	}

}
