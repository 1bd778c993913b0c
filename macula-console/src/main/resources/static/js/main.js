/*
 * The frame of the page: who is there, which realm, how it goes, and the view that the address names.
 */
import { csrfToken, get, useCsrf } from './api.js';
import { fill, h, setText } from './dom.js';
import { announce, note } from './notes.js';
import { age, clock, count, latency, rate, share, trouble } from './format.js';
import { live } from './live.js';
import { forgetColours } from './spark.js';
import { eventLine } from './events.js';
import * as map from './views/map.js';
import * as services from './views/services.js';
import * as nodes from './views/nodes.js';
import * as instances from './views/instances.js';
import * as connections from './views/connections.js';
import * as timeline from './views/timeline.js';
import * as contract from './views/contract.js';
import * as tryIt from './views/try.js';

const VIEWS = [
	{ path: 'map', title: 'Map', sign: '◎', view: map },
	{ path: 'services', title: 'Services', sign: '▤', view: services },
	{ path: 'nodes', title: 'Nodes', sign: '●', view: nodes },
	{ path: 'instances', title: 'Instances', sign: '⇉', view: instances },
	{ path: 'connections', title: 'Connections', sign: '⇄', view: connections },
	{ path: 'timeline', title: 'Timeline', sign: '◷', view: timeline },
	{ path: 'contract', title: 'Contract', sign: '§', view: contract },
	{ path: 'try', title: 'Try it', sign: '▷', view: tryIt },
];

const $ = (id) => document.getElementById(id);
let shown = null;

function route() {
	const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
	const [name, ...rest] = path.split('/');
	const found = VIEWS.find((each) => each.path === name) || VIEWS[0];
	const place = { args: rest.filter(Boolean).map(decode), query: new URLSearchParams(query || '') };
	for (const link of $('views').querySelectorAll('a')) {
		if (link.dataset.path === found.path) {
			link.setAttribute('aria-current', 'page');
			link.scrollIntoView({ inline: 'nearest', block: 'nearest' });
		}
		else {
			link.removeAttribute('aria-current');
		}
	}
	document.title = `${found.title} – ${live.me?.realm ?? ''} – Macula`;
	if (shown?.path === found.path && shown.view.move?.(place)) {
		return;
	}
	const before = shown?.path;
	shown?.view.close?.();
	const root = $('view');
	root.replaceChildren();
	root.className = `view view-${found.path}`;
	shown = { path: found.path, view: found.view.open(root, place) };
	marks();
	if (before) {
		$('content').focus({ preventScroll: true });
		announce(found.title);
	}
}

function decode(text) {
	try {
		return decodeURIComponent(text);
	}
	catch {
		return text;
	}
}

function frame() {
	fill($('views'), VIEWS.map((each) => h('a', { href: `#/${each.path}`, data: { path: each.path } },
		h('span', { class: 'sign', 'aria-hidden': 'true' }, each.sign), h('span', null, each.title),
		h('span', { class: 'badge', hidden: true }))));
	const totals = {};
	fill($('totals'), ['Calls/s', 'Failures', 'p99', 'Nodes', 'In flight'].map((title) => {
		totals[title] = h('dd', null, '–');
		return h('div', null, h('dt', null, title), totals[title]);
	}));
	return totals;
}

function badge(path, text, level) {
	const element = $('views').querySelector(`a[data-path="${path}"] .badge`);
	element.hidden = !text;
	element.className = `badge ${level}`;
	setText(element, text);
}

function pictured(totals) {
	const picture = live.picture;
	setText($('realm'), picture.realm);
	const all = live.total;
	const here = picture.nodes.filter((node) => node.state !== 'left');
	const dead = here.filter((node) => node.state === 'unreachable');
	setText(totals['Calls/s'], rate(all.calls));
	setText(totals.Failures, share(all.failures, all.calls));
	totals.Failures.className = ['', 'is-warn', 'is-bad'][trouble(all)];
	setText(totals.p99, latency(all.p99Us));
	setText(totals.Nodes, dead.length > 0 ? `${here.length - dead.length} / ${here.length}` : String(here.length));
	totals.Nodes.className = dead.length > 0 ? 'is-bad' : '';
	setText(totals['In flight'], count(here.reduce((sum, node) => sum + (node.inFlight || 0), 0)));
	const skews = picture.services.filter((service) => service.skew).length;
	badge('contract', skews > 0 ? `≠ ${skews}` : '', 'warn');
	badge('nodes', dead.length > 0 ? `✕ ${dead.length}` : '', 'bad');
}

function marks() {
	const stale = live.status === 'lost' || live.status === 'signed-out';
	$('view').classList.toggle('stale', stale && live.picture !== null);
	$('live').dataset.status = live.status;
	const words = { live: 'live', lost: 'stale', 'signed-out': 'signed out', connecting: 'connecting' };
	setText($('live'), words[live.status]);
}

function banner() {
	const element = $('banner');
	const picture = live.picture;
	if (live.status === 'lost') {
		element.className = 'banner';
		const since = h('span', { class: 'age', 'aria-live': 'off' });
		fill(element, h('strong', null, 'Connection lost.'), h('span', null, live.trouble), since,
			h('button', { type: 'button', onclick: () => live.again() }, 'Try now'));
		element.hidden = false;
		return since;
	}
	if (live.status === 'signed-out') {
		element.className = 'banner';
		fill(element, h('strong', null, 'Signed out.'), h('span', null, live.trouble), h('a', { href: 'login' }, 'Sign in'));
		element.hidden = false;
	}
	else if (picture && (picture.trouble || !picture.complete)) {
		element.className = 'banner warn';
		fill(element, h('strong', null, picture.trouble ? 'The realm is not whole.' : 'Not all of the realm is known.'),
			h('span', null, picture.trouble || 'Some nodes have not answered yet.'));
		element.hidden = false;
	}
	else {
		element.hidden = true;
	}
	return null;
}

function themes() {
	const names = { '': 'System', light: 'Light', dark: 'Dark' };
	const tell = () => setText($('theme-name'), names[document.documentElement.dataset.theme || '']);
	const changed = () => {
		forgetColours();
		dispatchEvent(new CustomEvent('themed'));
	};
	$('theme').addEventListener('click', () => {
		const now = document.documentElement.dataset.theme || '';
		const next = { '': 'light', light: 'dark', dark: '' }[now];
		if (next) {
			document.documentElement.dataset.theme = next;
		}
		else {
			delete document.documentElement.dataset.theme;
		}
		try {
			localStorage.setItem('macula.theme', next);
		}
		catch {
			// Then it holds until the page is left.
		}
		tell();
		changed();
		announce(`Colours: ${names[next]}`);
	});
	matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
	tell();
}

/** As a form does it, so that the browser follows to the page that comes after. */
function logout() {
	const form = h('form', { method: 'post', action: 'logout' },
		h('input', { type: 'hidden', name: '_csrf', value: csrfToken() ?? '' }));
	document.body.append(form);
	form.submit();
}

async function start() {
	const totals = frame();
	themes();
	$('logout').addEventListener('click', logout);
	document.addEventListener('keydown', (event) => {
		const field = event.target instanceof HTMLElement && event.target.closest('input, textarea, select, dialog');
		if (event.key === '/' && !field && !event.ctrlKey && !event.metaKey && !event.altKey) {
			const search = document.querySelector('input[type="search"]');
			if (search) {
				event.preventDefault();
				search.focus();
			}
		}
	});
	try {
		live.me = await get('api/me');
	}
	catch (ex) {
		if (ex.status === 401) {
			location.assign('login');
			return;
		}
		live.me = { user: '', maySteer: false, realm: '' };
		note(ex.message, true);
	}
	useCsrf(live.me.csrf);
	setText($('realm'), live.me.realm);
	fill($('user'), live.me.user, live.me.maySteer ? '' : ' · read only');
	let since = null;
	live.on('picture', () => pictured(totals));
	live.on('status', () => {
		marks();
		since = banner();
	});
	live.on('picture', () => {
		if (live.picture.trouble || !live.picture.complete || !$('banner').hidden) {
			since = banner();
		}
	});
	live.on('clock', () => {
		if (since && live.receivedAt) {
			setText(since, `Shown is what was ${age(Date.now() - live.receivedAt)} ago, at ${clock(live.receivedAt)}.`);
		}
	});
	live.on('events', ({ detail }) => {
		if (!detail.first) {
			const told = detail.fresh.slice(-3).map((event) => eventLine(event));
			announce(detail.fresh.length > 3 ? `${detail.fresh.length} events, the last: ${told[2]}` : told.join('. '));
		}
	});
	addEventListener('hashchange', route);
	route();
	live.start();
}

start();

