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

package io.macula.compatibility;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Two versions of a contract side by side: the rules of docs/contracts.md, "What may
 * change". Used by one thread, once.
 */
public final class Comparison {

	/*
	 * Old and new always meet both ways while a realm is upgraded, and each value has one
	 * writer and one reader. So each difference is looked at twice: as the new side reads
	 * it from the old one, and as the old side reads it from the new one. Whose calls
	 * that are follows from the way that the value travels.
	 */

	private static final String BESIDE = "add a method beside it";

	private final PublishedContract older;

	private final PublishedContract newer;

	private final String name;

	private final Changes changes = new Changes();

	private final TypeComparison types;

	private Comparison(PublishedContract older, PublishedContract newer) {
		this.older = older;
		this.newer = newer;
		this.name = newer.name().substring(Math.max(newer.name().lastIndexOf('.'), newer.name().lastIndexOf('$')) + 1);
		this.types = new TypeComparison(older.types(), newer.types(), this.changes);
	}

	/**
	 * What changed.
	 * @param older the version that peers have
	 * @param newer the version that is to come
	 * @return the changes, those of methods and their types first; none if peers see no
	 * difference
	 */
	public static List<Change> of(PublishedContract older, PublishedContract newer) {
		return new Comparison(older, newer).compare();
	}

	private List<Change> compare() {
		Map<String, PublishedMethod> before = byName(this.older);
		Map<String, PublishedMethod> now = byName(this.newer);
		for (PublishedMethod method : this.older.methods()) {
			PublishedMethod same = now.get(method.name());
			if (same != null) {
				compare(method, same);
			}
			else {
				removed(method, now, before);
			}
		}
		for (PublishedMethod method : this.newer.methods()) {
			if (!before.containsKey(method.name())) {
				this.changes.add(place(method), "the method was added", BESIDE)
					.note("upgrade a provider first: only those that have it can be called");
			}
		}
		if (!this.newer.name().equals(this.older.name())) {
			this.changes.add(this.name, "the interface was " + this.older.name(), "keep its name")
				.note("where @MaculaService and @MaculaClient give no name, the service was called so: give it that name,"
						+ " or old clients and new providers do not find each other, nor the other way round");
		}
		return this.changes.all();
	}

	private static Map<String, PublishedMethod> byName(PublishedContract contract) {
		Map<String, PublishedMethod> methods = new TreeMap<>();
		contract.methods().forEach((method) -> methods.put(method.name(), method));
		return methods;
	}

	private String place(PublishedMethod method) {
		return this.name + '.' + method.name();
	}

	private void removed(PublishedMethod method, Map<String, PublishedMethod> now,
			Map<String, PublishedMethod> before) {
		String renamed = "if it was renamed, give it its old name with @MaculaMethod(name = \"" + method.name() + "\")";
		for (PublishedMethod other : now.values()) {
			boolean alike = other.values().equals(method.values()) && other.result().equals(method.result());
			if (alike && !before.containsKey(other.name())) {
				renamed = "if it is '" + other.name() + "' now, annotate that with @MaculaMethod(name = \""
						+ method.name() + "\")";
			}
		}
		this.changes
			.add(place(method), "the method was removed",
					"keep it beside the others, @Deprecated, until no client calls it; " + renamed)
			.breaks(Peers.OLD_CLIENTS, "a new provider answers UNIMPLEMENTED");
	}

	private void compare(PublishedMethod before, PublishedMethod now) {
		if (shapes(before, now)) {
			arguments(before, now);
			result(before, now);
		}
		idempotence(before, now);
		exceptions(before, now);
	}

	/** A call is one exchange or a stream, and which one both sides must know. */
	private boolean shapes(PublishedMethod before, PublishedMethod now) {
		boolean same = true;
		if (before.stream() != now.stream()) {
			refused(now, now.stream() ? "its result became a stream" : "its result is no stream any more",
					BESIDE + " and keep this one");
			same = false;
		}
		if (before.streams().size() != now.streams().size()) {
			refused(now, now.streams().isEmpty() ? "it takes no stream any more" : "it takes a stream now",
					BESIDE + " and keep this one");
			same = false;
		}
		return same;
	}

	private void refused(PublishedMethod method, String what, String remedy) {
		Change change = this.changes.add(place(method), what, remedy);
		for (Peers peers : Peers.values()) {
			change.breaks(peers, "the provider refuses the call with INVALID_ARGUMENT");
		}
	}

	private void arguments(PublishedMethod before, PublishedMethod now) {
		for (int i = 0; i < now.streams().size(); i++) {
			this.types.compare(argument(now, now.streams().get(i)), Flow.TO_PROVIDER, before.streams().get(i).type(),
					now.streams().get(i).type());
		}
		List<PublishedParameter> older = before.values();
		List<PublishedParameter> newer = now.values();
		List<String> olderNames = older.stream().map(PublishedParameter::name).toList();
		List<String> newerNames = newer.stream().map(PublishedParameter::name).toList();
		if (older.size() != newer.size()) {
			Set<String> names = new HashSet<>((older.size() < newer.size()) ? newerNames : olderNames);
			names.removeAll((older.size() < newer.size()) ? olderNames : newerNames);
			List<String> sorted = names.stream().sorted().map((name) -> "'" + name + "'").toList();
			refused(now,
					((older.size() < newer.size()) ? "parameters were added: " : "parameters were removed: ")
							+ (sorted.isEmpty() ? "there are " + newer.size() + " now" : String.join(", ", sorted)),
					BESIDE + " and keep this one, or let a method take one record, to which components may be added");
			return;
		}
		if (!olderNames.equals(newerNames) && new HashSet<>(olderNames).equals(new HashSet<>(newerNames))) {
			Change change = this.changes.add(place(now), "its parameters changed places: "
					+ String.join(", ", newerNames) + ", before " + String.join(", ", olderNames),
					"put them back: arguments are told by their order");
			for (Peers peers : Peers.values()) {
				change.breaks(peers, "arguments are taken for each other or refused");
			}
			return;
		}
		for (int i = 0; i < newer.size(); i++) {
			if (!olderNames.get(i).equals(newerNames.get(i))) {
				this.changes
					.add(place(now),
							"the parameter '" + olderNames.get(i) + "' is called '" + newerNames.get(i) + "' now", "")
					.note("names of parameters do not travel; its meaning must be the same");
			}
			this.types.compare(argument(now, newer.get(i)), Flow.TO_PROVIDER, older.get(i).type(), newer.get(i).type());
		}
	}

	private String argument(PublishedMethod method, PublishedParameter parameter) {
		return place(method) + '(' + parameter.name() + ')';
	}

	private void result(PublishedMethod before, PublishedMethod now) {
		boolean nothingBefore = before.result().equals("void");
		boolean nothingNow = now.result().equals("void");
		if (!nothingBefore && !nothingNow) {
			this.types.compare("result of " + place(now), Flow.TO_CLIENT, before.result(), now.result());
		}
		else if (nothingBefore && !nothingNow) {
			this.changes.add(place(now), "it returns " + now.result() + " now", BESIDE + " that returns it")
				.breaks(Peers.NEW_CLIENTS, "an old provider answers nothing, which is no " + now.result());
		}
		else if (nothingNow && !nothingBefore) {
			this.changes
				.add(place(now), "it does not return " + before.result() + " any more",
						"go on returning it, or " + BESIDE)
				.breaks(Peers.OLD_CLIENTS, "a new provider answers nothing, which is no " + before.result());
		}
	}

	private void idempotence(PublishedMethod before, PublishedMethod now) {
		if (before.idempotent() && !now.idempotent()) {
			this.changes
				.add(place(now), "it is not idempotent any more",
						BESIDE + " that is not, and keep this one so that it may run twice")
				.breaks(Peers.OLD_CLIENTS, "an old client repeats a call whose answer was lost, which then runs twice");
		}
		else if (now.idempotent() && !before.idempotent()) {
			this.changes.add(place(now), "it is idempotent now", "")
				.note("a new client repeats it at old providers, too: there as well it must be harmless to run twice");
		}
	}

	private void exceptions(PublishedMethod before, PublishedMethod now) {
		Set<String> added = new HashSet<>(now.exceptions());
		before.exceptions().forEach(added::remove);
		for (String exception : before.exceptions()) {
			if (now.exceptions().contains(exception)) {
				this.types.compare(exception, Flow.TO_CLIENT, exception, exception);
			}
			else {
				removed(now, exception, added);
			}
		}
		for (String exception : now.exceptions()) {
			if (added.contains(exception)) {
				this.changes.add(place(now), "it throws " + exception + ", too", "")
					.note("an old client gets an RpcException that names it as its remoteType");
			}
		}
	}

	private void removed(PublishedMethod method, String exception, Set<String> added) {
		String simple = simple(exception);
		List<String> moved = new ArrayList<>(added.stream().filter((other) -> simple(other).equals(simple)).toList());
		Change change = this.changes.add(place(method),
				"it does not declare " + exception + " any more"
						+ (moved.isEmpty() ? "" : ", which is " + moved.get(0) + " now"),
				moved.isEmpty() ? "keep it in the throws clause until no old provider is left that throws it"
						: "leave its class and package as they are: their name is what travels");
		change.breaks(Peers.NEW_CLIENTS, "what an old provider throws arrives as an RpcException");
		if (!moved.isEmpty()) {
			change.breaks(Peers.OLD_CLIENTS, "what a new provider throws arrives as an RpcException");
		}
	}

	private static String simple(String className) {
		return className.substring(Math.max(className.lastIndexOf('.'), className.lastIndexOf('$')) + 1);
	}

}
