/*
 * What lives in the realm: services, their instances and methods.
 */
import { SideCharts } from '../chart.js';
import { fill, h } from '../dom.js';
import { latency, plural, rate, share, shortVersion, trouble } from '../format.js';
import { live } from '../live.js';
import { callsColumn, facts, failuresColumn, latencyColumn, refresh, sparkColumn, stateText, TableView } from './parts.js';

const link = (name) => `#/services/${encodeURIComponent(name)}`;

export function open(root, place) {
	let charts = null;
	let head = null;
	let shown = null;
	const view = new TableView(root, place, {
		title: 'Services', path: 'services', placeholder: 'Filter services', parts: [],
		rows: (picture) => picture.services,
		table: {
			key: (row) => row.name, sort: { key: 'calls', down: true }, empty: 'No node of the realm serves anything.',
			columns: [
				{ key: 'name', title: 'Service', width: 220, search: true, value: (row) => row.name, text: (row) => row.name, link: (row) => link(row.name) },
				{ key: 'instances', title: 'Instances', width: 90, num: true, value: (row) => row.instances.length, text: (row) => String(row.instances.length),
					className: (row) => (row.instances.length === 0 ? 'is-bad' : '') },
				callsColumn(), sparkColumn('One minute', (row) => live.services.get(row.name)),
				latencyColumn('p50', 'p50', (row) => row.rate?.p50Us), latencyColumn('p99', 'p99', (row) => row.rate?.p99Us),
				failuresColumn(),
				{ key: 'versions', title: 'Contract', width: 130, value: (row) => Object.keys(row.versions || {}).length, search: true,
					text: (row) => (row.skew ? `≠ ${Object.keys(row.versions).length} versions` : shortVersion(Object.keys(row.versions || {})[0])),
					className: (row) => (row.skew ? 'is-warn' : 'mono'), link: (row) => `#/contract/${encodeURIComponent(row.name)}` },
				{ key: 'contract', title: 'Interface', width: 260, search: true, value: (row) => row.contract, text: (row) => row.contract || '–' },
			],
		},
		details: (aside, name, self) => {
			if (shown !== name) {
				charts?.close();
				charts = new SideCharts();
				head = h('div', { class: 'stack' });
				shown = name;
				fill(aside, h('header', null, h('h2', null, name), h('button', { type: 'button', class: 'quiet', 'aria-label': 'Close',
					onclick: () => self.leave() }, '✕')), charts.element, head);
			}
			const service = live.picture.services.find((each) => each.name === name);
			refresh(head, () => (service ? serviceDetails(service) : [h('p', { class: 'wrong' }, `No service ${name} is in the realm now.`)]));
			charts.show(live.services.get(name), live.picture.at);
		},
	});
	view.closed = () => charts?.close();
	return view;
}

function serviceDetails(service) {
	const name = encodeURIComponent(service.name);
	return [
		facts([['Calls', `${rate(service.rate?.calls)}/s, ${share(service.rate?.failures, service.rate?.calls)} fail`],
			['Latency', `p50 ${latency(service.rate?.p50Us)}, p99 ${latency(service.rate?.p99Us)}`], ['Interface', service.contract || '–']]),
		h('div', { class: 'actions' }, h('a', { class: 'button', href: `#/contract/${name}` }, 'Contract'), h('a', { class: 'button', href: `#/try/${name}` }, 'Try it'),
			h('a', { class: 'button', href: `#/instances?q=${name}` }, 'Callers')),
		service.skew ? h('p', { class: 'is-warn' }, `≠ Instances serve ${Object.keys(service.versions).length} versions of the contract.`) : null,
		h('h3', null, 'Methods'),
		h('table', { class: 'plain' }, h('thead', null, h('tr', null, h('th', { scope: 'col' }, 'Method'), h('th', { scope: 'col', class: 'num' }, 'Calls/s'),
			h('th', { scope: 'col', class: 'num' }, 'p99'), h('th', { scope: 'col', class: 'num' }, 'Fail'))),
			h('tbody', null, (service.methods || []).map((method) => h('tr', null, h('td', null, h('a', { href: `#/try/${name}/${encodeURIComponent(method.name)}` }, method.name)),
				h('td', { class: 'num' }, rate(method.rate?.calls)), h('td', { class: 'num' }, latency(method.rate?.p99Us)),
				h('td', { class: `num ${['', 'is-warn', 'is-bad'][trouble(method.rate)]}` }, share(method.rate?.failures, method.rate?.calls)))))),
		h('h3', null, plural(service.instances.length, 'instance', 'instances')),
		h('table', { class: 'plain' }, h('tbody', null, service.instances.slice(0, 100).map((each) => {
			const node = live.nodesById.get(each.node);
			return h('tr', null, h('td', null, h('a', { href: `#/nodes/${encodeURIComponent(each.node)}` }, each.node)), h('td', null, stateText(node)),
				h('td', { class: 'mono' }, shortVersion(each.version)), h('td', { class: 'num' }, `${rate(node?.rate?.calls)}/s`));
		}))),
	].filter(Boolean);
}
