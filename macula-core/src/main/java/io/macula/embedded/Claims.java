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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.macula.Endpoint;
import io.macula.directory.DirectoryLoop;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.jspecify.annotations.Nullable;

/**
 * Claims of another identity to a node id that is held: finds out of each whether the one
 * that holds the id lives. Owned by the loop.
 */
final class Claims {

	/*
	 * States of a claim: waiting -> asked -> refused, because the holder showed its key
	 * at its endpoint or answered over its own link, or because it has a successor at its
	 * endpoint that is not the one that claims, -> passed, because it is not there any
	 * more: nobody answers, or the one that claims, or a node of another id. A node that
	 * was restarted at its address is thus known within one handshake, one that came back
	 * elsewhere within the timeout of a dial. A holder with further addresses is looked
	 * for at all of them: who is at one may be a node of another network.
	 *
	 * Who takes an id while nobody is there has it only until the one before comes back
	 * to its place (Home): otherwise each restart would be an opportunity. Such a claim,
	 * and that of a successor at the same address, goes before all others.
	 *
	 * One claim of an id at a time, few dials at once, and not many in a second, least of
	 * all to one place: whoever claims makes work for others, and decides whom to dial.
	 * Those that claim for themselves go before those that others tell of.
	 */

	/** Bound of a dial of the holder. */
	static final Duration DIAL_TIMEOUT = Duration.ofSeconds(2);

	/** After a refusal the next claim of the id is refused unasked for this time. */
	static final Duration PAUSE = Duration.ofSeconds(1);

	/** A holder that is linked to this node has this time to answer over its link. */
	static final Duration LINK_TIMEOUT = Duration.ofMillis(500);

	/**
	 * Where the one that claims was found at an address of the holder, that one has this
	 * time to answer at another: most likely it was restarted.
	 */
	static final Duration FURTHER_TIMEOUT = Duration.ofSeconds(1);

	/** So long it counts who was found at a place. */
	private static final Duration SEEN = Duration.ofSeconds(5);

	private static final int MOST_ASKED = 100;

	private static final int MOST_WAITING = 2000;

	/** Of one peer that tells of others. */
	private static final int MOST_TOLD = 400;

	/** Time in which dials are counted together. */
	private static final Duration WINDOW = Duration.ofMillis(500);

	private static final int DIALS = 50;

	private static final int DIALS_OF_A_HOST = 25;

	private static final int DIALS_OF_AN_ENDPOINT = 2;

	private final DirectoryLoop loop;

	private final NodeTable table;

	private final SeedDialer dialer;

	private final ReplicaLinks links;

	private final Decision decision;

	/** By node id, in the order in which they came. */
	private final Map<String, Claim> claims = new LinkedHashMap<>();

	/** When the claim of an id was refused. */
	private final Map<String, Long> refused = new LinkedHashMap<>();

	/** By node id: whom a dial found in the place of the one that has it. */
	private final Map<String, Seen> seen = new HashMap<>();

	private int asked;

	private long windowNanos;

	private int dials;

	/** Those that wait are looked at when the window is over. */
	private boolean scheduled;

	/** By host and by endpoint, in the window. */
	private final Map<String, Integer> dialled = new HashMap<>();

	/**
	 * No claims yet.
	 * @param loop owns the state
	 * @param table holds the ids
	 * @param dialer asks who is at an endpoint
	 * @param links may lead to the holder
	 * @param decision told of each end
	 */
	Claims(DirectoryLoop loop, NodeTable table, SeedDialer dialer, ReplicaLinks links, Decision decision) {
		this.loop = loop;
		this.table = table;
		this.dialer = dialer;
		this.links = links;
		this.decision = decision;
		this.windowNanos = loop.nanoTime();
	}

	/**
	 * A record of another identity was told, demonstrably by that one.
	 * @param link told it
	 */
	void examine(Upsert upsert, DirectoryLink link) {
		assert this.loop.inLoop();
		String nodeId = upsert.record().nodeId();
		NodeRecord bound = this.table.record(nodeId);
		boolean prior = bound != null
				&& (this.table.isHome(upsert.record()) || bound.address().equals(upsert.record().address()));
		Claim present = this.claims.get(nodeId);
		if (bound != null && wasSeen(upsert.record())) {
			pass(new Claim(upsert, bound, link, this.loop.nanoTime()), present);
		}
		else if (present != null && prior && !present.prior) {
			// Nobody can keep it from its place by claims of his own.
			end(present, "who had it before is back", "");
			examine(upsert, link);
		}
		else if (present != null && present.upsert.record().sameOwner(upsert.record())) {
			present.tell(upsert, link, this.loop.nanoTime());
		}
		else if (bound == null || present != null || !room(upsert, link) || (!prior && pausing(nodeId))) {
			link.refuse(nodeId, true);
			if (present != null) {
				present.rivals.add(link);
			}
		}
		else if (!prior && this.table.livesUnseen(nodeId)) {
			pause(nodeId);
			Claim claim = new Claim(upsert, bound, link, this.loop.nanoTime());
			this.decision.refused(claim, "it renews its lease");
			link.decided(nodeId, true);
		}
		else {
			Claim claim = new Claim(upsert, bound, link, this.loop.nanoTime());
			claim.first = first(upsert, link);
			claim.prior = prior;
			claim.home = this.table.isHome(upsert.record()) && !bound.address().equals(upsert.record().address());
			this.claims.put(nodeId, claim);
			askNext();
		}
	}

	/* What this node hears of by those that it dials, others found out. */
	private static boolean first(Upsert upsert, DirectoryLink link) {
		return link.leadsTo(upsert.record()) || !link.served();
	}

	private boolean room(Upsert upsert, DirectoryLink link) {
		int size = this.claims.size();
		if (first(upsert, link)) {
			return size < 2 * MOST_WAITING;
		}
		return size < MOST_TOLD || (size < MOST_WAITING
				&& this.claims.values().stream().filter((claim) -> claim.links.contains(link)).count() < MOST_TOLD);
	}

	/*
	 * It was found at the place of the one that has the id, when another one claimed it.
	 */
	private boolean wasSeen(NodeRecord record) {
		Seen last = this.seen.get(record.nodeId());
		return last != null && this.loop.nanoTime() - last.nanos() < SEEN.toNanos()
				&& last.identity().equals(record.identityText()) && last.address().equals(record.address());
	}

	private void pass(Claim claim, @Nullable Claim present) {
		this.seen.remove(claim.nodeId());
		claim.seen = true;
		if (present != null) {
			end(present, "another one was found there", "");
		}
		this.claims.put(claim.nodeId(), claim);
		end(claim, null, "restarted there");
	}

	private void askNext() {
		long now = this.loop.nanoTime();
		if (now - this.windowNanos >= WINDOW.toNanos()) {
			this.windowNanos = now;
			this.dials = 0;
			this.dialled.clear();
		}
		askNext(true, 1);
		askNext(false, 2);
		if (this.claims.size() > this.asked && !this.scheduled) {
			this.scheduled = true;
			this.loop.schedule(() -> {
				this.scheduled = false;
				askNext();
			}, WINDOW.minusNanos(now - this.windowNanos));
		}
	}

	private void askNext(boolean first, int share) {
		for (Claim claim : List.copyOf(this.claims.values())) {
			if (this.asked >= MOST_ASKED / share || this.dials >= DIALS / share) {
				return;
			}
			if (claim.first == first && !claim.asked && mayDial(claim.where().addresses())) {
				ask(claim);
			}
		}
	}

	private boolean mayDial(List<Endpoint> addresses) {
		return addresses.stream()
			.allMatch((address) -> this.dialled.getOrDefault(address.host(), 0) < DIALS_OF_A_HOST
					&& this.dialled.getOrDefault(address.toString(), 0) < DIALS_OF_AN_ENDPOINT);
	}

	private void ask(Claim claim) {
		claim.asked = true;
		claim.askedNanos = this.loop.nanoTime();
		this.asked++;
		List<Endpoint> addresses = claim.where().addresses();
		for (Endpoint address : addresses) {
			this.dials++;
			this.dialled.merge(address.host(), 1, Integer::sum);
			this.dialled.merge(address.toString(), 1, Integer::sum);
		}
		claim.linked = !claim.home && this.links.challenge(claim.bound);
		NodeRecord where = claim.where();
		this.dialer.peersAt(addresses, (shown) -> shown.owns(where))
			.subscribe((shown) -> this.loop.execute(() -> found(claim, shown)),
					(error) -> this.loop.execute(() -> looked(claim)), () -> this.loop.execute(() -> looked(claim)));
		this.loop.schedule(() -> looked(claim), DIAL_TIMEOUT);
	}

	/* Of those that are not looked for, one that has the id says more than a stranger. */
	private void found(Claim claim, ProvenPeer shown) {
		if (isOver(claim)) {
			return;
		}
		ProvenPeer before = claim.found;
		if (shown.owns(claim.where())) {
			answered(claim, shown);
		}
		else if (before == null || (!claim.nodeId().equals(before.nodeId()) && claim.nodeId().equals(shown.nodeId()))) {
			claim.found = shown;
			if (shown.owns(claim.upsert.record())) {
				this.loop.schedule(() -> looked(claim), FURTHER_TIMEOUT);
			}
		}
	}

	/* All addresses were tried, or the time is over. */
	private void looked(Claim claim) {
		ProvenPeer found = claim.found;
		if (found == null) {
			nobody(claim);
		}
		else if (!isOver(claim)) {
			answered(claim, found);
		}
	}

	private boolean isOver(Claim claim) {
		return this.claims.get(claim.nodeId()) != claim;
	}

	private void answered(Claim claim, ProvenPeer shown) {
		boolean claimant = shown.owns(claim.upsert.record());
		claim.seen = claimant;
		if (claim.home) {
			end(claim, claimant ? null : "the other one is not where it says", "who had the id before is back");
		}
		else if (shown.owns(claim.bound)) {
			end(claim, "it answers there", "");
		}
		else if (!claimant && claim.nodeId().equals(shown.nodeId())) {
			this.seen.put(claim.nodeId(),
					new Seen(String.valueOf(shown.identity()), claim.bound.address(), this.loop.nanoTime()));
			end(claim, "it was restarted there, with the identity " + shown.identity(), "");
		}
		else {
			gone(claim, claimant ? "restarted there" : "node '" + shown.nodeId() + "' answers there now");
		}
	}

	/* One that was not found before either lives as long as it renews its lease. */
	private void gone(Claim claim, String why) {
		end(claim, (!claim.seen && this.table.livesUnseen(claim.nodeId())) ? "it renews its lease" : null, why);
	}

	private void nobody(Claim claim) {
		if (claim.home) {
			end(claim, "the other one is not where it says", "");
		}
		else if (claim.linked && this.loop.nanoTime() - claim.askedNanos < LINK_TIMEOUT.toNanos()) {
			claim.linked = false;
			this.loop.schedule(() -> gone(claim, "nobody answers there nor over its link"), LINK_TIMEOUT);
		}
		else {
			gone(claim, "nobody answers there");
		}
	}

	/**
	 * A link brought something: if it leads to one whose id is claimed, that one lives.
	 */
	void heard(DirectoryLink link) {
		if (this.asked > 0) {
			for (Claim claim : List.copyOf(this.claims.values())) {
				if (claim.asked && !claim.home && link.leadsTo(claim.bound)) {
					end(claim, "it answers over its link", "");
				}
			}
		}
	}

	/* Whatever comes first counts; what comes later finds nothing. */
	private void end(Claim claim, @Nullable String alive, String gone) {
		if (!this.claims.remove(claim.nodeId(), claim)) {
			return;
		}
		this.asked -= claim.asked ? 1 : 0;
		if (alive != null) {
			pause(claim.nodeId());
			this.decision.refused(claim, alive);
		}
		else {
			this.decision.passed(claim, gone);
		}
		claim.links.forEach((link) -> link.decided(claim.nodeId(), alive != null));
		claim.rivals.stream().filter((link) -> !link.closed()).forEach((link) -> link.tell(claim.nodeId()));
		this.decision.over(claim);
		askNext();
	}

	private boolean pausing(String nodeId) {
		Long at = this.refused.get(nodeId);
		return at != null && this.loop.nanoTime() - at < PAUSE.toNanos();
	}

	private void pause(String nodeId) {
		this.refused.remove(nodeId);
		this.refused.put(nodeId, this.loop.nanoTime());
	}

	/**
	 * Go on with those that wait for the next second, and forget refusals.
	 */
	void tick() {
		assert this.loop.inLoop();
		for (Iterator<Long> times = this.refused.values().iterator(); times.hasNext();) {
			if (this.loop.nanoTime() - times.next() < PAUSE.toNanos()) {
				break;
			}
			times.remove();
		}
		this.seen.values().removeIf((last) -> this.loop.nanoTime() - last.nanos() >= SEEN.toNanos());
		askNext();
	}

	/**
	 * Told of the end of each claim, in the loop.
	 */
	interface Decision {

		/**
		 * The id stays with the one that holds it.
		 * @param why what proves that it lives
		 */
		void refused(Claim claim, String why);

		/**
		 * The id passes to the one that claims it.
		 * @param why what says that the other one is gone
		 */
		void passed(Claim claim, String why);

		/**
		 * Either is done, and those who told of the claim have something to hear.
		 */
		void over(Claim claim);

	}

	/**
	 * One claim.
	 */
	static final class Claim {

		private Upsert upsert;

		private final NodeRecord bound;

		private final Set<DirectoryLink> links = new LinkedHashSet<>();

		/** Who told of other claims meanwhile. */
		private final Set<DirectoryLink> rivals = new LinkedHashSet<>();

		private long toldNanos;

		private boolean asked;

		private long askedNanos;

		/** Whether it goes before others. */
		private boolean first;

		/** Whether it comes from the place or the owner that the id was taken from. */
		private boolean home;

		/** Whether it does, or comes from the place where the id is. */
		private boolean prior;

		/** Whether the claimant was found at its place. */
		private boolean seen;

		/** Whom a dial found, if that is not the one that is looked for. */
		private @Nullable ProvenPeer found;

		/** Whether the holder may answer over its link. */
		private boolean linked;

		Claim(Upsert upsert, NodeRecord bound, DirectoryLink link, long now) {
			this.upsert = upsert;
			this.bound = bound;
			tell(upsert, link, now);
		}

		private void tell(Upsert upsert, DirectoryLink link, long now) {
			this.upsert = upsert;
			this.toldNanos = now;
			if (this.links.add(link)) {
				link.undecided(nodeId());
			}
		}

		String nodeId() {
			return this.bound.nodeId();
		}

		/** Where to look who is there. */
		private NodeRecord where() {
			return this.home ? this.upsert.record() : this.bound;
		}

		/** What claims the id, with its age of now. */
		Upsert upsert(long now) {
			return new Upsert(this.upsert.record(), this.upsert.renewals(),
					this.upsert.ageMillis() + Duration.ofNanos(now - this.toldNanos).toMillis(), this.upsert.proof());
		}

		/** What holds the id. */
		NodeRecord bound() {
			return this.bound;
		}

		/** Who told of the claim. */
		List<DirectoryLink> links() {
			return new ArrayList<>(this.links);
		}

		/** Who told of another claim meanwhile. */
		Set<DirectoryLink> rivals() {
			return this.rivals;
		}

		/** Whether the claimant was found at its place, to which it came back. */
		boolean seen() {
			return this.seen;
		}

	}

	/**
	 * Who was found at a place.
	 */
	private record Seen(String identity, String address, long nanos) {

	}

}
