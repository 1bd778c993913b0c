/*
 * QUIC connections between nodes.
 */
import { bytes, count, rate } from '../format.js';
import { callsColumn, latencyColumn, sparkColumn, TableView } from './parts.js';
import { keep } from './instances.js';

const LEVELS = { ready: ['●', 0], open: ['●', 0], active: ['●', 0], idle: ['○', 3], connecting: ['△', 1], draining: ['◑', 1], closing: ['▽', 1], closed: ['○', 3], lost: ['✕', 2], failed: ['✕', 2] };

function keyOf(row) {
	return `${row.from}\n${row.endpoint}\n${row.node}\n${row.number}`;
}

export function open(root, place) {
	const rings = new Map();
	const level = (row) => {
		const name = String(row.state).toLowerCase();
		return Object.hasOwn(LEVELS, name) ? LEVELS[name] : ['·', 4];
	};
	let at = 0;
	return new TableView(root, place, {
		title: 'Connections', path: 'connections', placeholder: 'Filter connections', parts: ['connections'],
		rows: (picture) => {
			const rows = picture.connections || [];
			if (picture.at !== at) {
				at = picture.at;
				keep(rings, rows, keyOf, (row) => [row.calls, row.lost], at);
			}
			return rows;
		},
		table: {
			key: keyOf, sort: { key: 'from', down: false }, empty: 'No connection is open, or the list is still to come.',
			columns: [
				{ key: 'from', title: 'From', width: 190, search: true, value: (row) => row.from, text: (row) => row.from, link: (row) => `#/nodes/${encodeURIComponent(row.from)}` },
				{ key: 'node', title: 'To', width: 190, search: true, value: (row) => row.node, text: (row) => row.node || '–', link: (row) => (row.node ? `#/nodes/${encodeURIComponent(row.node)}` : null) },
				{ key: 'endpoint', title: 'Endpoint', width: 150, search: true, value: (row) => row.endpoint, text: (row) => row.endpoint },
				{ key: 'number', title: 'No.', width: 56, num: true, value: (row) => row.number, text: (row) => String(row.number ?? '–') },
				{ key: 'state', title: 'State', width: 110, search: true, value: (row) => row.state, text: (row) => String(row.state).toLowerCase(), sign: (row) => level(row)[0],
					className: (row) => `state level-${level(row)[1]}` },
				latencyColumn('rtt', 'Round trip', (row) => row.rttUs),
				callsColumn((row) => row.calls), sparkColumn('One minute', (row) => rings.get(keyOf(row))),
				{ key: 'inFlight', title: 'In flight', width: 80, num: true, value: (row) => row.inFlight, text: (row) => count(row.inFlight) },
				{ key: 'sent', title: 'Sent/s', width: 92, num: true, value: (row) => row.sent, text: (row) => bytes(row.sent) },
				{ key: 'received', title: 'Received/s', width: 96, num: true, value: (row) => row.received, text: (row) => bytes(row.received) },
				{ key: 'lost', title: 'Lost/s', width: 76, num: true, value: (row) => row.lost, text: (row) => rate(row.lost), className: (row) => (row.lost > 1 ? 'is-warn' : '') },
			],
		},
	});
}
