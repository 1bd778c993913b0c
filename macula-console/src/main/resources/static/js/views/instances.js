/*
 * Instances as their callers see them: one row for each caller, client service and instance.
 */
import { h } from '../dom.js';
import { count, shortVersion } from '../format.js';
import { live, Ring } from '../live.js';
import { eject, refusal, restore } from '../steer.js';
import { callsColumn, failuresColumn, latencyColumn, sparkColumn, TableView } from './parts.js';

const LEVELS = { usable: ['●', 0], serving: ['●', 0], ready: ['●', 0], ejected: ['■', 2], draining: ['◑', 1], drained: ['◐', 1], connecting: ['△', 1],
	probing: ['◐', 1], unreachable: ['✕', 2] };

function keyOf(row) {
	return `${row.caller}\n${row.client}\n${row.service}\n${row.node}`;
}

export function open(root, place) {
	const rings = new Map();
	const level = (row) => (Object.hasOwn(LEVELS, row.state) ? LEVELS[row.state] : ['·', 4]);
	const rated = (row) => ({ calls: row.attempts, failures: row.failures });
	let at = 0;
	const view = new TableView(root, place, {
		title: 'Instances', path: 'instances', placeholder: 'Filter instances', parts: ['instances'],
		rows: (picture) => {
			const rows = picture.instances || [];
			if (picture.at !== at) {
				at = picture.at;
				keep(rings, rows, keyOf, (row) => [row.attempts, row.failures], at);
			}
			return rows;
		},
		table: {
			key: keyOf, sort: { key: 'caller', down: false },
			empty: 'No client of the realm has an instance, or the list is still to come.',
			columns: [
				{ key: 'caller', title: 'Caller', width: 180, search: true, value: (row) => row.caller, text: (row) => row.caller, link: (row) => `#/nodes/${encodeURIComponent(row.caller)}` },
				{ key: 'service', title: 'Service', width: 150, search: true, value: (row) => row.service, text: (row) => row.service, link: (row) => `#/services/${encodeURIComponent(row.service)}` },
				{ key: 'node', title: 'Instance', width: 180, search: true, value: (row) => row.node, text: (row) => row.node, link: (row) => `#/nodes/${encodeURIComponent(row.node)}` },
				{ key: 'state', title: 'State', width: 106, search: true, value: (row) => row.state, text: (row) => row.state || '–', sign: (row) => level(row)[0],
					className: (row) => `state level-${level(row)[1]}` },
				{ key: 'steer', title: 'Steer', width: 104, text: () => '', draw: (cell, row) => steer(cell, row) },
				{ key: 'zone', title: 'Zone', width: 76, search: true, value: (row) => row.zone, text: (row) => row.zone || '–' },
				callsColumn((row) => row.attempts, 'Attempts/s'), sparkColumn('One minute', (row) => rings.get(keyOf(row))),
				failuresColumn(rated), latencyColumn('p50', 'p50', (row) => row.p50Us), latencyColumn('p99', 'p99', (row) => row.p99Us),
				{ key: 'inFlight', title: 'In flight', width: 80, num: true, value: (row) => row.inFlight, text: (row) => count(row.inFlight) },
				{ key: 'weight', title: 'Weight', width: 76, num: true, value: (row) => row.weight, text: (row) => count(row.weight) },
				{ key: 'version', title: 'Contract', width: 92, search: true, value: (row) => row.version, text: (row) => shortVersion(row.version), className: () => 'mono' },
				{ key: 'detail', title: 'Detail', width: 240, search: true, value: (row) => row.detail, text: (row) => row.detail || '' },
			],
		},
		side: live.me?.maySteer ? null : h('span', { class: 'badge' }, 'read only'),
	});
	return view;
}

/** The same button for whatever row the line shows now. */
function steer(cell, row) {
	cell.row = row;
	let button = cell.firstChild;
	if (!button) {
		button = h('button', { type: 'button', onclick: () => (cell.row.state === 'ejected' ? restore(cell.row) : eject(cell.row)) });
		button.classList.add('small');
		cell.append(button);
	}
	const why = refusal(live.nodesById.get(row.caller));
	const text = row.state === 'ejected' ? 'Restore…' : 'Eject…';
	if (button.textContent !== text) {
		button.textContent = text;
	}
	button.hidden = !live.me?.maySteer;
	button.disabled = why !== null;
	const says = why || `${text.replace('…', '')} ${row.node} at ${row.caller}`;
	if (button.title !== says) {
		button.title = says;
		button.setAttribute('aria-label', says);
	}
}

/** One minute of each row that is there; of others nothing. */
export function keep(rings, rows, key, values, at) {
	const here = new Set();
	for (const row of rows) {
		const name = key(row);
		here.add(name);
		let ring = rings.get(name);
		if (!ring) {
			ring = new Ring(60, ['a', 'b']);
			rings.set(name, ring);
		}
		ring.add(at, values(row));
	}
	if (rings.size > here.size) {
		for (const name of rings.keys()) {
			if (!here.has(name)) {
				rings.delete(name);
			}
		}
	}
}

