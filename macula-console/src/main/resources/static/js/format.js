/*
 * Numbers and times as people read them.
 */

export const NONE = '–';

/** Per second. */
export function rate(value) {
	if (value === null || value === undefined || Number.isNaN(value)) {
		return NONE;
	}
	if (value === 0) {
		return '0';
	}
	return value < 0.1 ? '<0.1' : value < 10 ? value.toFixed(1) : count(value);
}

export function count(value) {
	if (value === null || value === undefined) {
		return NONE;
	}
	if (value < 10000) {
		return String(Math.round(value));
	}
	return value < 1e6 ? `${trim(value / 1e3)} k` : value < 1e9 ? `${trim(value / 1e6)} M` : `${trim(value / 1e9)} G`;
}

function trim(value) {
	return value < 100 ? value.toFixed(1) : value.toFixed(0);
}

export function bytes(value) {
	if (value === null || value === undefined) {
		return NONE;
	}
	if (value < 1000) {
		return `${Math.round(value)} B`;
	}
	return value < 1e6 ? `${trim(value / 1e3)} kB` : value < 1e9 ? `${trim(value / 1e6)} MB` : `${trim(value / 1e9)} GB`;
}

/** Of microseconds. */
export function latency(us) {
	if (us === null || us === undefined || Number.isNaN(us)) {
		return NONE;
	}
	if (us < 1000) {
		return `${Math.round(us)} µs`;
	}
	const ms = us / 1000;
	if (ms < 1000) {
		return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
	}
	const seconds = ms / 1000;
	return seconds < 60 ? `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s` : age(ms);
}

/** Of milliseconds. */
export function age(ms) {
	if (ms === null || ms === undefined) {
		return NONE;
	}
	const seconds = Math.max(0, Math.floor(ms / 1000));
	if (seconds < 60) {
		return `${seconds} s`;
	}
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) {
		return `${minutes} min`;
	}
	const hours = Math.floor(minutes / 60);
	return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

export function clock(ms) {
	return CLOCK.format(ms);
}

/** Failures of all, as a part. */
export function share(failures, calls) {
	if (!calls || !failures) {
		return '0 %';
	}
	const percent = (100 * failures) / calls;
	return percent < 0.1 ? '<0.1 %' : `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** Whether so many fail that someone should look: 0 fine, 1 some, 2 many. */
export function trouble(rateOf) {
	if (!rateOf || !rateOf.calls || !rateOf.failures) {
		return 0;
	}
	const part = rateOf.failures / rateOf.calls;
	return part >= 0.05 ? 2 : part >= 0.001 ? 1 : 0;
}

export function sum(rates) {
	const all = { calls: 0, failures: 0, p50Us: null, p99Us: null };
	for (const each of rates) {
		all.calls += each.calls;
		all.failures += each.failures;
		if (each.p50Us !== null && each.p50Us !== undefined) {
			all.p50Us = Math.max(all.p50Us ?? 0, each.p50Us);
		}
		if (each.p99Us !== null && each.p99Us !== undefined) {
			all.p99Us = Math.max(all.p99Us ?? 0, each.p99Us);
		}
	}
	return all;
}

/** A version of a contract: its beginning is enough to tell it from others. */
export function shortVersion(version) {
	return version ? String(version).substring(0, 8) : NONE;
}

export function plural(number, one, many) {
	return `${number} ${number === 1 ? one : many}`;
}

export const STATES = {
	serving: { sign: '●', level: 0, text: 'serving' },
	drained: { sign: '◐', level: 1, text: 'drained' },
	draining: { sign: '◑', level: 1, text: 'draining' },
	withdrawn: { sign: '◌', level: 1, text: 'withdrawn by its application' },
	started: { sign: '◇', level: 4, text: 'listens, serves nothing' },
	unknown: { sign: '?', level: 1, text: 'lets nobody look' },
	starting: { sign: '△', level: 1, text: 'starting' },
	stopping: { sign: '▽', level: 1, text: 'stopping' },
	unreachable: { sign: '✕', level: 2, text: 'unreachable' },
	left: { sign: '○', level: 3, text: 'left' },
	'calls-only': { sign: '◇', level: 4, text: 'only calls' },
};

export function state(name) {
	// Nodes tell their states: "constructor" is none.
	return Object.hasOwn(STATES, name) ? STATES[name] : { sign: '?', level: 1, text: String(name) };
}
