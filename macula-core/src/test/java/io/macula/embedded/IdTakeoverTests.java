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
import java.util.Map;
import java.util.Set;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.directory.Lease;
import io.macula.embedded.SimulatedRealm.Node;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of members that prepare, while a node is away, to keep its id when it comes back.
 */
class IdTakeoverTests {

	private static final List<Endpoint> SEEDS = SimulatedRealm.seeds("a", "b", "c");

	private static final Duration SECOND = Duration.ofSeconds(1);

	/** Nobody answers there, not even by an error. */
	private static final Endpoint SILENT = SimulatedRealm.endpoint("silent");

	private final SimulatedRealm realm = new SimulatedRealm(17);

	private final Node a = this.realm.provider("a", SEEDS);

	private final Node b = this.realm.provider("b", SEEDS);

	private final Node c = this.realm.provider("c", SEEDS);

	private Node victim = this.realm.provider("victim", SEEDS);

	private final Node client = this.realm.client("client", SEEDS);

	/** Both say in the handshake that they are the victim. */
	private final RogueMember first = new RogueMember(this.realm, "victim", SimulatedRealm.endpoint("first"));

	private final RogueMember second = new RogueMember(this.realm, "victim", SimulatedRealm.endpoint("second"));

	@ParameterizedTest
	@MethodSource("takings")
	void whenItsIdIsTakenWhileANodeIsAwayThenItHasItAgainWithinASecondAndKeepsIt(Taking taking, boolean withdraws) {
		this.realm.silence(SILENT);
		this.realm.pass(Duration.ofMinutes(1));
		this.first.link(SimulatedRealm.endpoint("a"));
		this.second.link(SimulatedRealm.endpoint("a"));
		this.realm.pass(SECOND);
		if (withdraws) {
			this.victim.directory.close().subscribe();
			this.realm.pass(Duration.ofMillis(50));
		}
		this.realm.kill(this.victim);
		for (int step = 0; step < 24; step++) {
			taking.prepare(this.first, this.second, step);
			this.first.tell(new UpdateDraft());
			this.second.tell(new UpdateDraft());
			this.realm.pass(Duration.ofMillis(500));
		}
		assertThat(identity(this.client)).as("otherwise this tests nothing")
			.isIn(this.first.owner.identity(), this.second.owner.identity());
		this.victim = this.realm.provider("victim", this.victim.endpoint, SEEDS, 2, Set.of(SimulatedRealm.SERVICE));
		String identity = this.victim.key.identity().text();
		long begin = this.realm.nanoTime();
		int millis = 0;
		while (!identity.equals(identity(this.client))) {
			assertThat(this.realm.nanoTime() - begin).as("waiting, ns").isLessThan(SECOND.toNanos());
			taking.keep(this.first, this.second, millis++);
			this.realm.pass(Duration.ofMillis(1));
		}
		for (int i = 0; i < 400; i++) {
			if (i % 10 == 0) {
				taking.keep(this.first, this.second, millis + i);
			}
			this.realm.pass(Duration.ofMillis(100));
			for (Node node : List.of(this.a, this.b, this.c, this.client, this.victim)) {
				assertThat(identity(node)).as("at " + node.nodeId + " after " + i * 100 + " ms").isEqualTo(identity);
			}
		}
		assertThat(this.victim.lease.state()).isEqualTo(Lease.State.GRANTED);
	}

	static List<Arguments> takings() {
		return List.of(Taking.values())
			.stream()
			.flatMap((taking) -> List.of(Arguments.of(taking, false), Arguments.of(taking, true)).stream())
			.toList();
	}

	private static String identity(Node node) {
		return node.seen.get(node.seen.size() - 1)
			.instances()
			.stream()
			.filter((instance) -> instance.nodeId().equals("victim"))
			.findFirst()
			.map(Instance::identity)
			.orElse(null);
	}

	private static void claim(RogueMember member, String host, long term) {
		member.owner.sign(new NodeRecord("victim", term, 1, term, host, 9443, null, 0, 100, Map.of(),
				List.of(SimulatedRealm.SERVICE.value()), 15_000));
		member.tell(member.owner.upsert(0));
	}

	private static void renew(RogueMember member, int renewals) {
		member.tell(member.owner.renewal(renewals));
	}

	/** What they do. */
	enum Taking {

		/** The one who lost the id shows that it lives. */
		RENEWS {
			@Override
			void prepare(RogueMember first, RogueMember second, int step) {
				if (step == 1) {
					claim(first, "first", 1_000);
				}
			}

			@Override
			void keep(RogueMember first, RogueMember second, int round) {
				renew(first, round + 1);
			}
		},
		/** The one who lost the id said that it is at the same address. */
		RENEWS_AT_THE_SAME_ADDRESS {
			@Override
			void prepare(RogueMember first, RogueMember second, int step) {
				if (step == 1) {
					claim(first, "victim", 1_000);
				}
			}

			@Override
			void keep(RogueMember first, RogueMember second, int round) {
				renew(first, round + 1);
			}
		},
		/** It takes the id from one that was at the victim's address, as it said. */
		THROUGH_THE_SAME_ADDRESS {
			@Override
			void prepare(RogueMember first, RogueMember second, int step) {
				if (step == 1) {
					claim(first, "victim", 1_000);
				}
				if (step == 2) {
					first.unlink();
				}
				if (step == 4) {
					claim(second, "second", 2_000);
				}
			}

			@Override
			void keep(RogueMember first, RogueMember second, int round) {
				claim(second, "second", 3_000 + round);
			}
		},
		/** The one that had it for a moment withdraws. */
		THROUGH_A_WITHDRAWAL {
			@Override
			void prepare(RogueMember first, RogueMember second, int step) {
				if (step == 1) {
					claim(first, "first", 1_000);
				}
				if (step == 4) {
					first.tell(first.owner.withdrawal());
				}
				if (step == 6) {
					claim(second, "second", 2_000);
				}
			}

			@Override
			void keep(RogueMember first, RogueMember second, int round) {
				claim(second, "second", 3_000 + round);
			}
		},
		/** It is where nobody finds it, and gets the id back from its accomplice. */
		UNSEEN {
			@Override
			void prepare(RogueMember first, RogueMember second, int step) {
				if (step == 1) {
					claim(first, "nowhere", 1_000);
				}
				if (step == 3) {
					claim(second, "second", 2_000);
				}
				if (step > 3) {
					renew(first, step);
				}
			}

			@Override
			void keep(RogueMember first, RogueMember second, int round) {
				renew(first, 100 + round);
			}
		},
		/**
		 * There is always another claim under way, for which a dial hangs.
		 */
		CROWDS_WHILE_A_DIAL_HANGS {
			@Override
			void prepare(RogueMember first, RogueMember second, int step) {
				if (step == 1) {
					claim(first, SILENT.host(), 1_000);
				}
			}

			@Override
			void keep(RogueMember first, RogueMember second, int round) {
				claim(second, "second", 3_000 + round);
			}
		},
		/** The same, at the address of the one that comes back. */
		CROWDS_ITS_PLACE {
			@Override
			void prepare(RogueMember first, RogueMember second, int step) {
				if (step == 1) {
					claim(first, "victim", 1_000);
				}
			}

			@Override
			void keep(RogueMember first, RogueMember second, int round) {
				claim(second, "victim", 3_000 + round);
			}
		},
		/** There is always another claim under way. */
		CROWDS {
			@Override
			void prepare(RogueMember first, RogueMember second, int step) {
				if (step == 1) {
					claim(first, "first", 1_000);
				}
			}

			@Override
			void keep(RogueMember first, RogueMember second, int round) {
				claim(second, "victim", 3_000 + round);
			}
		};

		abstract void prepare(RogueMember first, RogueMember second, int step);

		abstract void keep(RogueMember first, RogueMember second, int round);

	}

}
