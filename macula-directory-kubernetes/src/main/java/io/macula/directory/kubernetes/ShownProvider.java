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

package io.macula.directory.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.Directory;
import io.macula.directory.DirectoryLease;
import io.macula.directory.Lease;
import io.macula.directory.Registry;
import io.macula.directory.kubernetes.SliceReader.Pod;
import io.macula.directory.kubernetes.SliceReader.ReadSlice;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * What Kubernetes shows of this node, compared with what it serves: the write side of a
 * directory that is written by Kubernetes alone. A lease is GRANTED while each service of
 * its advertisement is carried by a Service that lists this node, whether ready or not:
 * readiness may wait for this very lease. Safe for all threads.
 */
final class ShownProvider implements Registry {

	private static final Logger logger = PrintableLogger.of(ShownProvider.class);

	private final SliceClient client;

	private final Directory directory;

	private final LogLimit limit = LogLimit.ofPeers(System::nanoTime);

	/** The present one. Guarded by this. */
	private @Nullable Held held;

	/** Guarded by this. */
	private boolean closed;

	/** Why it is not granted, or what is wrong though it is. */
	private volatile @Nullable String mismatch;

	ShownProvider(SliceClient client, Directory directory) {
		this.client = client;
		this.directory = directory;
		client.onChange(this::compare);
	}

	@Override
	public Lease advertise(Advertisement advertisement) {
		tellWhatIsNotShown(advertisement.instance());
		DirectoryLease lease = new DirectoryLease(advertisement, this::withdraw);
		// Open watches of its services are what shows it.
		Disposable.Composite watches = Disposables.composite();
		for (ServiceName service : own(advertisement)) {
			watches.add(this.directory.watch(service).subscribe());
		}
		Held before;
		synchronized (this) {
			before = this.held;
			this.held = new Held(lease, watches);
			if (this.closed) {
				before = this.held;
				this.held = null;
			}
		}
		if (before != null) {
			release(before);
		}
		compare();
		return lease;
	}

	private static Set<ServiceName> own(Advertisement advertisement) {
		Set<ServiceName> services = new TreeSet<>(advertisement.services());
		services.removeIf(ServiceName::reserved);
		return services;
	}

	private void tellWhatIsNotShown(Instance self) {
		if (!self.further().isEmpty()) {
			this.limit.log("further", (suppressed) -> logger.warn(
					"Clients that find this node by the EndpointSlices of namespace '{}' do not know its further addresses"
							+ " {} (macula.provider.further-addresses): they know the pod's own, and that of its machine"
							+ " where its Service has the label {}{}",
					this.client.namespace(), self.further(), ServiceLabels.HOST_PORT, suppressed));
		}
	}

	private void withdraw(DirectoryLease lease) {
		Held ended = null;
		synchronized (this) {
			if (this.held != null && this.held.lease() == lease) {
				ended = this.held;
				this.held = null;
				this.mismatch = null;
			}
		}
		if (ended != null) {
			release(ended);
		}
		lease.endWithdrawal();
	}

	private static void release(Held held) {
		held.watches().dispose();
		held.lease().become(Lease.State.RELEASED);
		held.lease().endWithdrawal();
	}

	private synchronized void compare() {
		Held present = this.held;
		if (present == null) {
			return;
		}
		Advertisement advertisement = present.lease().advertisement();
		List<String> missing = new ArrayList<>();
		Set<String> foreign = new TreeSet<>();
		boolean known = true;
		for (ServiceName service : own(advertisement)) {
			List<ReadSlice> slices = this.client.slices(service);
			if (slices == null) {
				// The engine itself says what it waits for.
				known = false;
				continue;
			}
			boolean shown = false;
			for (ReadSlice slice : slices) {
				if (lists(slice, advertisement.instance())) {
					shown = true;
					foreign(slice, advertisement, foreign);
				}
			}
			if (!shown) {
				missing.add("service " + service + " (expected " + this.client.labels().remedy(service) + ")");
			}
		}
		String found = text(advertisement.instance(), missing, foreign);
		if (found != null && known && !found.equals(this.mismatch)) {
			this.limit.log(found, (suppressed) -> logger.warn("{}{}", found, suppressed));
		}
		this.mismatch = found;
		present.lease().become((known && missing.isEmpty()) ? Lease.State.GRANTED : Lease.State.PENDING);
	}

	private @Nullable String text(Instance self, List<String> missing, Set<String> foreign) {
		List<String> clauses = new ArrayList<>();
		if (!missing.isEmpty()) {
			clauses.add("no Service of namespace '" + this.client.namespace() + "' lists this node (pod '"
					+ self.nodeId() + "' or address " + self.endpoint().host() + ") for " + String.join(", ", missing));
		}
		clauses.addAll(foreign);
		return clauses.isEmpty() ? null : String.join("; ", clauses);
	}

	/* A Service of the own name says nothing of others. */
	private static void foreign(ReadSlice slice, Advertisement advertisement, Set<String> foreign) {
		for (String said : ServiceLabels.services(slice.labels())) {
			boolean labelled = slice.labels().containsKey(ServiceLabels.SERVICE + said);
			if (labelled && advertisement.services().stream().noneMatch((own) -> own.value().equals(said))) {
				foreign.add("Service '" + slice.labels().get(ServiceLabels.OWNER) + "' says by its label "
						+ ServiceLabels.SERVICE + said + " that this node serves " + said
						+ ", which it does not: take the label away, or provide the service");
			}
		}
	}

	private static boolean lists(ReadSlice slice, Instance self) {
		for (Pod pod : slice.pods()) {
			if (pod.instance().nodeId().equals(self.nodeId())
					|| pod.instance().endpoint().host().equals(self.endpoint().host())) {
				return true;
			}
		}
		return false;
	}

	/**
	 * What does not match.
	 * @return a clause, or {@code null}
	 */
	@Nullable String mismatch() {
		return this.mismatch;
	}

	/** End what is left. */
	void close() {
		Held last;
		synchronized (this) {
			this.closed = true;
			last = this.held;
			this.held = null;
		}
		if (last != null) {
			release(last);
		}
	}

	/**
	 * The lease, and the watches that show it.
	 */
	private record Held(DirectoryLease lease, Disposable watches) {

	}

}
