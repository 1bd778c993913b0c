/*
 * The nodes of the realm, and what can be done to them.
 */
import { SideCharts } from '../chart.js';
import { fill, h } from '../dom.js';
import { eventItem } from '../events.js';
import { age, count, latency, plural, rate, share } from '../format.js';
import { live } from '../live.js';
import { nodeActions } from '../steer.js';
import { callsColumn, facts, failuresColumn, latencyColumn, refresh, sparkColumn, stateColumn, stateText, TableView } from './parts.js';

const link = (id) => `#/nodes/${encodeURIComponent(id)}`;

export function open(root, place) {
	let charts = null;
	let head = null;
	let shown = null;
	const view = new TableView(root, place, {
		title: 'Nodes', path: 'nodes', placeholder: 'Filter nodes', parts: [],
		rows: (picture) => picture.nodes,
		table: {
			key: (row) => row.id, sort: { key: 'id', down: false }, empty: 'No node is known.',
			rowClass: (row) => (row.state === 'left' ? 'gone' : ''),
			columns: [
				{ key: 'id', title: 'Node', width: 190, search: true, value: (row) => row.id, text: (row) => row.id, link: (row) => link(row.id) },
				stateColumn(),
				{ key: 'application', title: 'Application', width: 130, search: true, value: (row) => row.application, text: (row) => row.application || '–' },
				{ key: 'zone', title: 'Zone', width: 84, search: true, value: (row) => row.zone, text: (row) => row.zone || '–' },
				callsColumn(), sparkColumn('One minute', (row) => live.nodes.get(row.id)),
				latencyColumn('p99', 'p99', (row) => row.rate?.p99Us), failuresColumn(),
				{ key: 'inFlight', title: 'In flight', width: 80, num: true, value: (row) => row.inFlight, text: (row) => count(row.inFlight) },
				{ key: 'weight', title: 'Weight', width: 76, num: true, value: (row) => row.weight, text: (row) => count(row.weight) },
				{ key: 'age', title: 'Age', width: 96, num: true, value: (row) => row.ageMs, text: (row) => age(row.ageMs) },
				{ key: 'version', title: 'Version', width: 92, search: true, value: (row) => row.applicationVersion, text: (row) => row.applicationVersion || '–' },
				{ key: 'lease', title: 'Lease', width: 86, search: true, value: (row) => row.lease, text: (row) => row.lease ?? '–' },
				{ key: 'access', title: 'Access', width: 76, value: (row) => row.access, text: (row) => row.access || '–' },
				{ key: 'endpoint', title: 'Endpoint', width: 150, search: true, value: (row) => row.endpoint, text: (row) => row.endpoint || '–' },
			],
		},
		details: (aside, id, self) => {
			if (shown !== id) {
				charts?.close();
				charts = new SideCharts();
				head = h('div', { class: 'stack' });
				shown = id;
				fill(aside, h('header', null, h('h2', null, id), h('button', { type: 'button', class: 'quiet', 'aria-label': 'Close',
					onclick: () => self.leave() }, '✕')), head, charts.element);
			}
			const node = live.nodesById.get(id);
			refresh(head, () => (node ? nodeDetails(node) : [h('p', { class: 'wrong' }, `No node ${id} is in the realm now; it left, or it never was.`)]));
			charts.show(live.nodes.get(id), live.picture.at);
		},
	});
	view.closed = () => charts?.close();
	return view;
}

function nodeDetails(node) {
	const served = live.picture.services.filter((service) => service.instances.some((each) => each.node === node.id));
	const metadata = Object.entries(node.metadata || {});
	const told = live.events.filter((event) => event.node === node.id || event.other === node.id).slice(-8).reverse();
	return [
		h('p', { class: 'outcome' }, stateText(node), node.reason ? h('span', { class: 'wrong' }, node.reason) : null,
			node.state !== 'serving' && node.since ? h('span', { class: 'hint' }, `for ${age(live.picture.at - node.since)}`) : null),
		node.trouble ? h('p', { class: 'is-warn' }, node.trouble) : null,
		nodeActions(node),
		facts([['Application', `${node.application || '–'} ${node.applicationVersion || ''}`], ['Endpoint', node.endpoint || '–'], ['Zone', node.zone || '–'],
			['Served', `${rate(node.rate?.calls)}/s, p99 ${latency(node.rate?.p99Us)}, ${share(node.rate?.failures, node.rate?.calls)} fail`],
			['In flight', count(node.inFlight)], ['Accepted', `${count(node.accepted)}, refused ${count(node.refused)}`], ['Weight', count(node.weight)],
			['Lease', node.lease ?? '–'], ['Age', age(node.ageMs)], ['Macula', node.maculaVersion || '–'], ['Others may', node.access || '–'],
			...metadata.slice(0, 20).map(([key, value]) => [key, String(value)])]),
		h('div', { class: 'actions' }, h('a', { class: 'button', href: `#/instances?q=${encodeURIComponent(node.id)}` }, 'Instances'),
			h('a', { class: 'button', href: `#/connections?q=${encodeURIComponent(node.id)}` }, 'Connections')),
		h('h3', null, plural(served.length, 'service', 'services')),
		h('ul', { class: 'plain-list' }, served.map((service) => h('li', null, h('a', { href: `#/services/${encodeURIComponent(service.name)}` }, service.name)))),
		told.length > 0 ? h('h3', null, 'Events') : null,
		told.length > 0 ? h('ol', { class: 'plain-list events' }, told.map((event) => eventItem(event))) : null,
	].filter(Boolean);
}

