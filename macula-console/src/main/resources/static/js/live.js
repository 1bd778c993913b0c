/*
 * What the page knows of the realm: the last picture, what happened, how it went the last ten minutes. One stream of
 * server-sent events brings it; while that is lost it is opened anew, and all that is shown is marked as old.
 */
import { ApiError, get } from './api.js';

/** With the server's steps of two seconds and ours of one: ten minutes. */
const KEPT = 660;
const KEPT_EVENTS = 5000;
/** Each has 13 kB, and names are told by nodes, which may make them up. */
const MOST_RINGS = 4000;
const SILENT_AFTER_MS = 4500;
const SILENT_AT_FIRST_MS = 12000;
const SPAN_MS = 600000;
/** The server counts the time of a session from the last question, and the stream is one that lasts. */
const PRESENT_MS = 600000;

/** Values of one thing over time; what is older falls out. Reads as arrays in the order of time. */
export class Ring {

	constructor(capacity, columns) {
		this.capacity = capacity;
		this.times = new Float64Array(capacity);
		this.columns = columns.map(() => new Float32Array(capacity));
		this.next = 0;
		this.size = 0;
	}

	add(time, values) {
		if (this.size > 0 && time <= this.times[(this.next - 1 + this.capacity) % this.capacity]) {
			return;
		}
		this.times[this.next] = time;
		values.forEach((value, i) => {
			this.columns[i][this.next] = value ?? Number.NaN;
		});
		this.next = (this.next + 1) % this.capacity;
		this.size = Math.min(this.size + 1, this.capacity);
	}

	get last() {
		return this.size === 0 ? 0 : this.times[(this.next - 1 + this.capacity) % this.capacity];
	}

	each(visit) {
		const start = (this.next - this.size + this.capacity) % this.capacity;
		for (let i = 0; i < this.size; i++) {
			visit((start + i) % this.capacity);
		}
	}

	/** The values of a column since a time. */
	values(column, since = 0) {
		const found = [];
		this.each((at) => {
			if (this.times[at] >= since) {
				found.push(this.columns[column][at]);
			}
		});
		return found;
	}

}

export const RATE_COLUMNS = ['calls', 'failures', 'p99Us'];

class Live extends EventTarget {

	constructor() {
		super();
		this.me = null;
		this.picture = null;
		this.status = 'connecting';
		this.trouble = null;
		this.receivedAt = 0;
		this.events = [];
		this.services = new Map();
		this.nodes = new Map();
		this.realm = new Ring(KEPT, RATE_COLUMNS);
		this.nodesById = new Map();
		this.parts = new Set();
		this.wanted = '';
		this.source = null;
		this.failures = 0;
		this.lastEventAt = 0;
		this.patience = SILENT_AT_FIRST_MS;
	}

	async start() {
		this.connect();
		setInterval(() => this.watch(), 500);
		addEventListener('online', () => this.again());
		document.addEventListener('visibilitychange', () => {
			if (!document.hidden) {
				this.watch();
			}
		});
		try {
			this.learn(await get('api/history'));
		}
		catch (ex) {
			// Without it the charts begin now.
			console.info('no history', ex.message);
		}
	}

	/** Says which of the long lists are needed by what is shown. */
	want(...parts) {
		this.parts = new Set(parts);
		const wanted = ['map', ...[...this.parts].sort()].join(',');
		if (wanted !== this.wanted) {
			this.wanted = wanted;
			if (this.source) {
				this.connect();
			}
		}
	}

	connect() {
		this.source?.close();
		clearTimeout(this.retry);
		const source = new EventSource(`api/live?parts=${this.wanted || 'map'}`);
		this.source = source;
		this.openedAt = Date.now();
		source.addEventListener('picture', (event) => this.accept(JSON.parse(event.data)));
		source.addEventListener('happened', (event) => this.happened(JSON.parse(event.data)));
		source.onerror = () => {
			if (this.source === source) {
				source.close();
				this.lost();
			}
		};
		this.catchUp();
	}

	/** What happened between two streams: nobody else tells it. */
	async catchUp() {
		try {
			const first = !this.caughtUp;
			const events = await get(`api/timeline?since=${this.lastEventAt}`);
			this.caughtUp = true;
			this.happened(events, first);
		}
		catch (ex) {
			console.info('no timeline', ex.message);
		}
	}

	lost() {
		this.failures++;
		const seconds = Math.min(5, this.failures);
		this.set('lost', `The console does not answer. Trying again each ${seconds} s.`);
		clearTimeout(this.retry);
		this.retry = setTimeout(() => this.again(), seconds * 1000);
	}

	async again() {
		if (this.status === 'signed-out') {
			return;
		}
		try {
			await get('api/me');
			this.connect();
		}
		catch (ex) {
			if (ex instanceof ApiError && ex.status === 401) {
				this.source?.close();
				this.set('signed-out', 'The session is over.');
			}
			else {
				this.lost();
			}
		}
	}

	watch() {
		const since = Math.max(this.receivedAt, this.openedAt || 0);
		if (this.status !== 'lost' && this.status !== 'signed-out' && Date.now() - since > this.patience) {
			this.source?.close();
			this.lost();
		}
		if (this.status === 'live' && Date.now() - (this.presentAt ?? this.openedAt) > PRESENT_MS) {
			this.presentAt = Date.now();
			get('api/me').catch((ex) => console.info('the session is over, or the console is gone', ex.message));
		}
		this.tell('clock');
	}

	accept(picture) {
		// Pictures may be told to come less often.
		if (this.picture && picture.at > this.picture.at && this.status === 'live') {
			this.patience = Math.max(SILENT_AFTER_MS, 3.5 * (picture.at - this.picture.at));
		}
		this.receivedAt = Date.now();
		this.failures = 0;
		this.picture = picture;
		this.nodesById = new Map(picture.nodes.map((node) => [node.id, node]));
		let calls = 0;
		let failures = 0;
		let p99Us = null;
		for (const service of picture.services) {
			ring(this.services, service.name)?.add(picture.at, rateValues(service.rate));
			calls += service.rate?.calls ?? 0;
			failures += service.rate?.failures ?? 0;
			if (service.rate?.p99Us != null) {
				p99Us = Math.max(p99Us ?? 0, service.rate.p99Us);
			}
		}
		this.total = { calls, failures, p50Us: null, p99Us };
		this.realm.add(picture.at, [calls, failures, p99Us]);
		for (const node of picture.nodes) {
			ring(this.nodes, node.id)?.add(picture.at, rateValues(node.rate));
		}
		forget(this.services, picture.at);
		forget(this.nodes, picture.at);
		this.set('live', null);
		this.tell('picture');
	}

	learn(history) {
		for (const [name, values] of Object.entries(history.services || {})) {
			this.before(this.services, name, history, values);
		}
		for (const [id, values] of Object.entries(history.nodes || {})) {
			this.before(this.nodes, id, history, values);
		}
		this.realm = this.merged(history, this.realm);
		this.tell('history');
	}

	before(rings, name, history, values) {
		const newer = rings.get(name);
		const older = new Ring(KEPT, RATE_COLUMNS);
		const until = newer && newer.size > 0 ? newer.times[0] : Infinity;
		values.calls.forEach((calls, i) => {
			const at = history.from + i * history.stepMs;
			if (at < until) {
				older.add(at, [calls, values.failures[i], values.p99Us[i]]);
			}
		});
		newer?.each((at) => older.add(newer.times[at], newer.columns.map((column) => column[at])));
		rings.set(name, older);
	}

	merged(history, newer) {
		const all = new Ring(KEPT, RATE_COLUMNS);
		const services = Object.values(history.services || {});
		const steps = Math.max(0, ...services.map((each) => each.calls.length));
		const until = newer.size > 0 ? newer.times[0] : Infinity;
		for (let i = 0; i < steps; i++) {
			const at = history.from + i * history.stepMs;
			const known = services.filter((each) => each.calls[i] !== null && each.calls[i] !== undefined);
			if (known.length > 0 && at < until) {
				const p99 = known.map((each) => each.p99Us[i]).filter((each) => each !== null && each !== undefined);
				all.add(at, [total(known, 'calls', i), total(known, 'failures', i),
					p99.length > 0 ? Math.max(...p99) : null]);
			}
		}
		newer.each((at) => all.add(newer.times[at], newer.columns.map((column) => column[at])));
		return all;
	}

	happened(events, first = false) {
		const known = new Set(this.events.slice(-500).map((event) => event.seq));
		const fresh = events.filter((event) => !known.has(event.seq));
		if (fresh.length === 0) {
			return;
		}
		this.events.push(...fresh);
		this.events.sort((a, b) => a.seq - b.seq);
		if (this.events.length > KEPT_EVENTS) {
			this.events.splice(0, this.events.length - KEPT_EVENTS);
		}
		this.lastEventAt = Math.max(this.lastEventAt, ...fresh.map((event) => event.at));
		this.dispatchEvent(new CustomEvent('events', { detail: { fresh, first } }));
	}

	set(status, trouble) {
		if (status !== this.status || trouble !== this.trouble) {
			this.status = status;
			this.trouble = trouble;
			this.tell('status');
		}
	}

	tell(what) {
		this.dispatchEvent(new CustomEvent(what));
	}

	/** Listens until what it returns is called. */
	on(what, listener) {
		this.addEventListener(what, listener);
		return () => this.removeEventListener(what, listener);
	}

	/** Application of a node, or its id where nothing else is known. */
	application(id) {
		return this.nodesById.get(id)?.application || id;
	}

}

function total(all, column, i) {
	return all.reduce((sum, each) => sum + (each[column][i] ?? 0), 0);
}

function ring(rings, name) {
	let found = rings.get(name);
	if (!found && rings.size < MOST_RINGS) {
		found = new Ring(KEPT, RATE_COLUMNS);
		rings.set(name, found);
	}
	return found;
}

function forget(rings, now) {
	for (const [name, values] of rings) {
		if (now - values.last > SPAN_MS) {
			rings.delete(name);
		}
	}
}

function rateValues(rate) {
	return rate ? [rate.calls, rate.failures, rate.p99Us] : [null, null, null];
}

export const live = new Live();
