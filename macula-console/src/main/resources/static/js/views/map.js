/*
 * Who calls whom, now. The canvas is drawn when something changed, not all the time.
 */
import { eachFrame, fill, h, reducedMotion } from '../dom.js';
import { eventItem } from '../events.js';
import { latency, plural, rate, share, shortVersion, state, trouble } from '../format.js';
import { live } from '../live.js';
import { layout } from '../map-layout.js';
import { at, curve, inks, paint, tileAt } from '../map-draw.js';
import { model } from '../map-model.js';
import { announce } from '../notes.js';
import { nodeActions } from '../steer.js';
import { facts, refresh, stateText } from './parts.js';

const KEPT = { byZone: false, open: new Set(), all: false };

export function open(root, place) {
	return new MapView(root, place);
}

class MapView {

	constructor(root, place) {
		this.canvas = h('canvas', { tabIndex: 0, role: 'img', 'aria-label': 'Map of the realm',
			'aria-describedby': 'map-keys' });
		this.context = this.canvas.getContext('2d', { alpha: false });
		this.tip = h('div', { class: 'tip', hidden: true });
		this.aside = h('aside', { class: 'aside', 'aria-label': 'What is selected', hidden: true });
		this.looks = h('ul', { class: 'plain-list' });
		this.feed = h('ol', { 'aria-label': 'What happened last' });
		this.filter = h('input', { type: 'search', placeholder: 'Find an application or node  /', 'aria-label': 'Find an application or node',
			oninput: () => this.find() });
		this.zones = h('button', { type: 'button', 'aria-pressed': String(KEPT.byZone), onclick: () => {
			KEPT.byZone = !KEPT.byZone;
			this.anew(true);
		} }, 'By zone');
		this.detail = h('button', { type: 'button', 'aria-pressed': String(KEPT.all), onclick: () => {
			KEPT.all = !KEPT.all;
			KEPT.open.clear();
			this.anew(true);
		} }, 'All instances');
		const zoom = (text, label, run) => h('button', { type: 'button', 'aria-label': label, title: label, onclick: run }, text);
		this.box = h('div', { class: 'map-box' }, this.canvas, this.tip,
			h('div', { class: 'legend', 'aria-hidden': 'true' }, ['● serving', '◐ not serving', '✕ unreachable', '◇ only calls', '━ calls',
				'╍ across zones', '┅ ✕ failures'].map((text) => h('span', null, text))),
			h('div', { class: 'map-zoom' }, zoom('+', 'Nearer', () => this.zoom(1.25)), zoom('−', 'Farther', () => this.zoom(0.8)),
				zoom('All', 'All of it', () => this.fit(true))),
			h('p', { id: 'map-keys', class: 'unseen' }, 'Arrow keys move between applications, Enter shows their instances, Escape '
				+ 'clears the selection, plus and minus zoom, zero shows all. The same is in the tables of services and nodes.'));
		root.append(
			h('div', { class: 'bar' }, h('h1', null, 'Map'), this.filter,
				h('div', { class: 'group', role: 'group', 'aria-label': 'Shown' }, this.zones, this.detail),
				h('button', { type: 'button', class: 'hide-narrow', onclick: () => this.anew(true, true) }, 'Arrange anew')),
			h('div', { class: 'split' }, h('div', { class: 'wide' }, this.box, h('div', { class: 'below' },
				h('section', { class: 'feed', 'aria-label': 'What needs a look' }, h('h3', null, 'What needs a look'), this.looks),
				h('section', { class: 'feed', 'aria-label': 'Events' }, h('h3', null, 'Events'), this.feed))), this.aside));
		this.camera = { x: 0, y: 0, k: 1 };
		this.size = { width: 1, height: 1 };
		this.ink = inks();
		this.selected = null;
		this.selectedNode = null;
		this.signature = '';
		this.moved = false;
		this.movedAt = -1e6;
		this.layer = { canvas: null, camera: null };
		this.draw = eachFrame(() => this.paint());
		this.hooks = [live.on('picture', () => this.update()), live.on('events', () => this.tell())];
		const themed = () => {
			this.ink = inks();
			this.layer.camera = null;
			this.draw();
		};
		addEventListener('themed', themed);
		this.hooks.push(() => removeEventListener('themed', themed));
		this.observer = new ResizeObserver(() => this.resize());
		this.observer.observe(this.box);
		this.pointers();
		this.keys();
		live.want();
		this.move(place);
		this.tell();
		if (live.picture) {
			this.update();
		}
		else {
			fill(this.looks, h('li', { class: 'hint' }, 'Waiting for the first picture of the realm…'));
		}
	}

	move(place) {
		this.wanted = place.args[0] ?? null;
		if (this.wanted && live.picture) {
			this.selectByName(this.wanted);
		}
		return true;
	}

	selectByName(name) {
		for (const card of this.model?.cards.values() ?? []) {
			if (card.application === name) {
				this.select(card.id);
				this.wanted = null;
				return;
			}
		}
	}

	close() {
		this.hooks.forEach((unhook) => unhook());
		this.observer.disconnect();
		cancelAnimationFrame(this.animation);
		clearTimeout(this.resting);
	}

	isOpen(card) {
		return KEPT.all !== KEPT.open.has(card.id);
	}

	anew(fit, forget) {
		this.zones.setAttribute('aria-pressed', String(KEPT.byZone));
		this.detail.setAttribute('aria-pressed', String(KEPT.all));
		this.signature = '';
		this.boxes = null;
		if (forget) {
			this.known = null;
		}
		if (!this.model?.cards.has(this.selected) || fit) {
			this.selected = null;
			this.selectedNode = null;
		}
		this.moved = false;
		this.update();
		this.fit(true);
	}

	update() {
		if (!live.picture) {
			return;
		}
		this.model = model(live.picture, KEPT.byZone);
		// Only cards and their sizes decide where things lie.
		const signature = [...this.model.cards.values()].map((card) => `${card.id}:${this.isOpen(card) ? card.nodes.length : 0}`)
			.sort().join('\n');
		if (signature !== this.signature) {
			this.signature = signature;
			const placed = layout(this.model.cards, this.edgesSeen(), (card) => this.isOpen(card), this.boxes, this.room());
			this.laidFor = this.size;
			this.upright = placed.upright;
			this.boxes = placed.boxes;
			this.bands = placed.bands;
			this.extent = placed;
			if (!this.moved) {
				this.fit(false);
			}
		}
		this.curves = this.curvesOf();
		this.fine = KEPT.all || KEPT.open.size > 0 ? this.threads() : null;
		if (this.wanted) {
			this.selectByName(this.wanted);
		}
		this.layer.camera = null;
		this.describe();
		this.draw();
	}

	/** Edges that were there once count, so that an idle minute changes no columns. */
	edgesSeen() {
		this.known ??= new Map();
		for (const [id, edge] of this.known) {
			// Pods come and go all day: of cards that are no more nothing is kept.
			if (!this.model.cards.has(edge.from) || !this.model.cards.has(edge.to)) {
				this.known.delete(id);
			}
		}
		for (const [id, edge] of this.model.edges) {
			this.known.set(id, { from: edge.from, to: edge.to });
		}
		return this.known;
	}

	curvesOf() {
		const sides = new Map();
		const port = (id, side, edge, other) => {
			const key = `${id}\n${side}`;
			if (!sides.has(key)) {
				sides.set(key, []);
			}
			sides.get(key).push({ edge, y: this.upright ? other.x + other.w / 2 : other.y + other.h / 2 });
		};
		const all = [...this.model.edges.values()].filter((edge) => this.boxes.has(edge.from) && this.boxes.has(edge.to))
			.sort((a, b) => (a.id < b.id ? -1 : 1));
		for (const edge of all) {
			port(edge.from, 'out', edge, this.boxes.get(edge.to));
			port(edge.to, 'in', edge, this.boxes.get(edge.from));
		}
		const lanes = new Map(all.map((edge) => [edge.id, {}]));
		for (const [key, ports] of sides) {
			const [id, side] = [key.substring(0, key.lastIndexOf('\n')), key.substring(key.lastIndexOf('\n') + 1)];
			const box = this.boxes.get(id);
			ports.sort((a, b) => a.y - b.y);
			const [start, long] = this.upright ? [box.x, box.w] : [box.y, box.h];
			const span = Math.min(long - 20, ports.length * 12);
			ports.forEach(({ edge }, i) => {
				lanes.get(edge.id)[side === 'out' ? 'from' : 'to'] = start + long / 2 + (ports.length > 1 ? (i / (ports.length - 1) - 0.5) * span : 0);
			});
		}
		return all.map((edge) => curve(edge, this.boxes.get(edge.from), this.boxes.get(edge.to), lanes.get(edge.id), this.upright));
	}

	threads() {
		const places = new Map();
		for (const card of this.model.cards.values()) {
			const box = this.boxes.get(card.id);
			card.nodes.forEach((node, i) => places.set(node.id, box.columns ? tileAt(box, i) : box));
		}
		const levels = [[], [], []];
		for (const edge of live.picture.edges) {
			const from = places.get(edge.from);
			const to = places.get(edge.to);
			if (from && to && edge.rate?.calls > 0) {
				levels[trouble(edge.rate)].push(this.upright ? [from.x + from.w / 2, from.y + from.h, to.x + to.w / 2, to.y]
					: [from.x + from.w, from.y + from.h / 2, to.x, to.y + to.h / 2]);
			}
		}
		return levels;
	}

	paint() {
		if (!this.model || !this.boxes || !this.ratio) {
			// Nothing to draw, or nobody has said yet on how much room.
			return;
		}
		paint(this.context, { camera: this.camera, ink: this.ink, size: this.size, ratio: this.ratio, bands: this.bands,
			curves: this.curves, boxes: this.boxes, cards: this.model.cards, fine: this.fine, focus: this.focus(),
			selected: this.selected, selectedNode: this.selectedNode, byZone: KEPT.byZone,
			layer: this.layer, moving: performance.now() - this.movedAt < 140 });
	}

	/** Says that the camera moves, and draws all of it finely once it rests. */
	moves() {
		this.movedAt = performance.now();
		clearTimeout(this.resting);
		this.resting = setTimeout(() => this.draw(), 160);
	}

	focus() {
		if (this.found) {
			return { cards: this.found, edges: new Set() };
		}
		const one = this.selected ?? this.over;
		if (!one || !this.model.cards.has(one)) {
			return null;
		}
		const cards = new Set([one]);
		const edges = new Set();
		for (const edge of this.model.edges.values()) {
			if (edge.from === one || edge.to === one) {
				edges.add(edge.id);
				cards.add(edge.from).add(edge.to);
			}
		}
		return { cards, edges };
	}

	find() {
		const word = this.filter.value.trim().toLowerCase();
		this.found = null;
		if (word && this.model) {
			this.found = new Set([...this.model.cards.values()].filter((card) => card.application.toLowerCase().includes(word)
				|| card.nodes.some((node) => node.id.toLowerCase().includes(word))).map((card) => card.id));
			announce(plural(this.found.size, 'application found', 'applications found'));
		}
		this.draw();
	}

	/** What the map says, as a text. */
	describe() {
		const cards = [...this.model.cards.values()];
		const bad = cards.filter((card) => card.level === 2);
		const label = `Map of the realm: ${plural(cards.length, 'application', 'applications')}, ${plural(live.picture.nodes.length, 'node', 'nodes')}. `
			+ (bad.length === 0 ? 'Nothing fails.' : `In trouble: ${bad.map((card) => card.application).join(', ')}.`);
		if (this.canvas.getAttribute('aria-label') !== label) {
			this.canvas.setAttribute('aria-label', label);
		}
		this.canvas.dataset.unreachable = String(cards.reduce((all, card) => all + card.unreachable, 0));
		this.details();
	}

	details() {
		const card = this.model.cards.get(this.selected);
		const same = this.shownFor === `${this.selected}\n${this.selectedNode}`;
		this.aside.hidden = !card;
		if (card && same) {
			refresh(this.aside, () => this.cardDetails(card));
		}
		else if (card) {
			this.shownFor = `${this.selected}\n${this.selectedNode}`;
			fill(this.aside, this.cardDetails(card));
		}
		this.lookAt();
	}

	/** What an operator looks at first. */
	lookAt() {
		const picture = live.picture;
		const items = [];
		for (const node of picture.nodes) {
			if (node.state === 'unreachable') {
				items.push([2, h('a', { href: `#/nodes/${encodeURIComponent(node.id)}` }, node.id), ` is unreachable${node.reason ? `: ${node.reason}` : ''}`]);
			}
			else if (node.trouble) {
				items.push([1, h('a', { href: `#/nodes/${encodeURIComponent(node.id)}` }, node.id), `: ${node.trouble}`]);
			}
		}
		for (const edge of this.model.edges.values()) {
			if (edge.level > 0) {
				items.push([edge.level, `${this.model.cards.get(edge.from).application} → ${this.model.cards.get(edge.to).application}: `
					+ `${share(edge.rate.failures, edge.rate.calls)} of ${rate(edge.rate.calls)} calls/s fail`]);
			}
		}
		for (const service of picture.services) {
			if (service.skew) {
				items.push([1, h('a', { href: `#/contract/${encodeURIComponent(service.name)}` }, service.name), ': instances serve '
					+ `${Object.keys(service.versions).length} versions of the contract`]);
			}
		}
		items.sort((a, b) => b[0] - a[0]);
		const text = items.map((item) => item.map((each) => each.textContent ?? each).join('')).join('\n');
		if (this.looked !== text) {
			this.looked = text;
			fill(this.looks, items.length === 0 ? h('li', { class: 'level-0' }, '● Nothing: all nodes answer, nothing fails.')
				: items.slice(0, 30).map(([level, ...what]) => h('li', null, h('span', { class: `level-${level}`, 'aria-hidden': 'true' },
					level === 2 ? '✕ ' : '◐ '), what)), items.length > 30 ? h('li', null, `and ${items.length - 30} more`) : null);
		}
	}

	cardDetails(card) {
		const node = card.nodes.find((each) => each.id === this.selectedNode);
		const close = h('button', { type: 'button', class: 'quiet', 'aria-label': 'Close', onclick: () => this.select(null) }, '✕');
		const head = h('header', null, h('h2', null, node ? node.id : card.application), close);
		const lines = (title, wanted, other) => {
			const edges = [...this.model.edges.values()].filter(wanted).sort((a, b) => b.rate.calls - a.rate.calls);
			return edges.length === 0 ? [] : [h('h3', null, title), h('table', { class: 'plain' }, h('tbody', null, edges.map((edge) => {
				const to = this.model.cards.get(other(edge));
				return h('tr', null, h('td', null, h('button', { type: 'button', class: 'link', onclick: () => this.select(to.id) },
					to.application, to.zone ? ` (${to.zone})` : ''), h('div', { class: 'hint' }, [...edge.services.keys()].join(', '))),
				h('td', { class: 'num' }, `${rate(edge.rate.calls)}/s`), h('td', { class: 'num' }, latency(edge.rate.p99Us)),
				h('td', { class: `num ${['', 'is-warn', 'is-bad'][edge.level]}` }, edge.level > 0 ? `✕ ${share(edge.rate.failures, edge.rate.calls)}` : ''));
			})))];
		};
		if (node) {
			return [head, h('button', { type: 'button', class: 'link', onclick: () => this.select(card.id) }, `← ${card.application}`),
				facts([['State', stateText(node)], ['Zone', node.zone || '–'], ['Served', `${rate(node.rate?.calls)}/s · p99 ${latency(node.rate?.p99Us)}`],
					['Weight', String(node.weight ?? '–')], ['Version', node.applicationVersion || '–']]),
				nodeActions(node), h('a', { href: `#/nodes/${encodeURIComponent(node.id)}` }, 'All of this node')];
		}
		const versions = [...new Set(card.nodes.map((each) => each.applicationVersion).filter(Boolean))];
		return [head,
			facts([['Instances', `${card.here}${card.unreachable > 0 ? `, ${card.unreachable} unreachable` : ''}${card.changing > 0 ? `, ${card.changing} not serving` : ''}`],
				['Zones', card.zones.join(', ') || '–'], ['Serves', card.callsOnly ? 'nothing, it only calls' : `${rate(card.rate.calls)} calls/s`],
				['p99', latency(card.rate.p99Us)], ['Failures', share(card.rate.failures, card.rate.calls)],
				['Versions', versions.slice(0, 6).join(', ') || '–']]),
			h('div', { class: 'actions' }, h('button', { type: 'button', 'aria-pressed': String(this.isOpen(card)), onclick: () => this.toggle(card.id) }, 'Instances on the map'),
				h('a', { class: 'button', href: `#/nodes?q=${encodeURIComponent(card.application)}` }, 'Nodes')),
			...lines('Called by', (edge) => edge.to === card.id, (edge) => edge.from),
			...lines('Calls', (edge) => edge.from === card.id, (edge) => edge.to),
			h('h3', null, 'Instances'),
			h('table', { class: 'plain' }, h('tbody', null, card.nodes.slice(0, 60).map((each) => h('tr', null,
				h('td', null, h('button', { type: 'button', class: 'link', onclick: () => this.select(card.id, each.id) }, each.id)),
				h('td', null, stateText(each)), h('td', { class: 'num' }, `${rate(each.rate?.calls)}/s`)))))];
	}

	select(id, node = null) {
		this.selected = id;
		this.selectedNode = node;
		const card = this.model?.cards.get(id);
		if (card) {
			announce(`${node || card.application}: ${node ? state(card.nodes.find((each) => each.id === node)?.state).text
				: `${plural(card.here, 'instance', 'instances')}, ${rate(card.rate.calls)} calls per second, ${card.unreachable} unreachable`}`);
		}
		if (this.model) {
			this.shownFor = null;
			this.details();
			this.aside.scrollTop = 0;
			this.draw();
		}
	}

	toggle(id) {
		if (KEPT.open.has(id)) {
			KEPT.open.delete(id);
		}
		else {
			KEPT.open.add(id);
		}
		this.shownFor = null;
		this.update();
	}

	tell() {
		fill(this.feed, live.events.slice(-40).reverse().map((event) => eventItem(event)));
		if (live.events.length === 0) {
			fill(this.feed, h('li', { class: 'hint' }, 'Nothing happened yet.'));
		}
	}

	/* The camera */

	resize() {
		const { width, height } = this.box.getBoundingClientRect();
		if (width === 0 || height === 0) {
			return;
		}
		this.ratio = Math.min(2, devicePixelRatio || 1);
		this.size = { width, height };
		this.canvas.width = Math.round(width * this.ratio);
		this.canvas.height = Math.round(height * this.ratio);
		const turned = this.laidFor && Math.abs(Math.log((width / height) / (this.laidFor.width / this.laidFor.height))) > 0.25;
		if (this.boxes && turned) {
			this.signature = '';
			this.boxes = null;
			this.update();
		}
		if (!this.moved) {
			this.fit(false);
		}
		this.paint();
	}

	room() {
		return { width: Math.max(200, this.size.width - 48), height: Math.max(150, this.size.height - 72) };
	}

	fit(smooth) {
		if (!this.extent || this.boxes.size === 0) {
			return;
		}
		this.moved = false;
		const { width, height } = this.size;
		const out = this.bands.length > 0 ? 24 : 0;
		const wide = this.extent.width + (this.upright ? 0 : 2 * out);
		const high = this.extent.height + (this.upright ? 2 * out : 0);
		// Below lies the legend, where there is room for one.
		const foot = width < 500 ? 12 : 48;
		const k = Math.max(0.12, Math.min(width > 2200 ? 2 : 1.3, (width - (width < 500 ? 24 : 48)) / wide, (height - 24 - foot) / high));
		this.fly({ k, x: (width - wide * k) / 2 + (this.upright ? 0 : out) * k, y: Math.max(12, (height - foot + 12 - high * k) / 2) + (this.upright ? out : 0) * k }, smooth);
	}

	fly(to, smooth) {
		cancelAnimationFrame(this.animation);
		const from = { ...this.camera };
		if (!smooth || reducedMotion()) {
			this.camera = to;
			this.draw();
			return;
		}
		const start = performance.now();
		const step = (now) => {
			const t = Math.min(1, Math.max(0, (now - start) / 220));
			const eased = 1 - (1 - t) ** 3;
			this.camera = { x: from.x + (to.x - from.x) * eased, y: from.y + (to.y - from.y) * eased, k: from.k + (to.k - from.k) * eased };
			this.moves();
			this.paint();
			if (t < 1) {
				this.animation = requestAnimationFrame(step);
			}
		};
		this.animation = requestAnimationFrame(step);
	}

	zoom(by, x = this.size.width / 2, y = this.size.height / 2) {
		cancelAnimationFrame(this.animation);
		const k = Math.max(0.1, Math.min(3, this.camera.k * by));
		const real = k / this.camera.k;
		this.camera = { k, x: x - (x - this.camera.x) * real, y: y - (y - this.camera.y) * real };
		this.moved = true;
		this.moves();
		this.draw();
	}

	pointers() {
		const down = new Map();
		let start = null;
		let apart = 0;
		const place = (event) => {
			const box = this.canvas.getBoundingClientRect();
			return { x: event.clientX - box.left, y: event.clientY - box.top };
		};
		this.canvas.addEventListener('pointerdown', (event) => {
			cancelAnimationFrame(this.animation);
			this.canvas.setPointerCapture(event.pointerId);
			down.set(event.pointerId, place(event));
			start = { ...place(event), moved: false };
			apart = spread(down);
		});
		this.canvas.addEventListener('pointermove', (event) => {
			const now = place(event);
			if (!down.has(event.pointerId)) {
				this.hover(now);
				return;
			}
			const before = down.get(event.pointerId);
			down.set(event.pointerId, now);
			if (down.size === 2) {
				const wide = spread(down);
				const [a, b] = [...down.values()];
				this.zoom(wide / Math.max(1, apart), (a.x + b.x) / 2, (a.y + b.y) / 2);
				apart = wide;
				start.moved = true;
			}
			else if (start.moved || Math.hypot(now.x - start.x, now.y - start.y) > 4) {
				start.moved = true;
				this.moved = true;
				this.camera = { ...this.camera, x: this.camera.x + now.x - before.x, y: this.camera.y + now.y - before.y };
				this.moves();
				this.draw();
			}
		});
		const up = (event) => {
			if (down.delete(event.pointerId) && down.size === 0 && start && !start.moved && event.type === 'pointerup') {
				const hit = this.hit(place(event));
				this.select(hit?.card ?? null, hit?.node ?? null);
			}
		};
		this.canvas.addEventListener('pointerup', up);
		this.canvas.addEventListener('pointercancel', up);
		this.canvas.addEventListener('pointerleave', () => this.hover(null));
		this.canvas.addEventListener('dblclick', (event) => {
			const hit = this.hit(place(event));
			if (hit?.card) {
				this.toggle(hit.card);
			}
		});
		this.canvas.addEventListener('wheel', (event) => {
			event.preventDefault();
			const { x, y } = place(event);
			this.zoom(Math.exp(-Math.max(-80, Math.min(80, event.deltaY)) * 0.0025), x, y);
		}, { passive: false });
	}

	hit({ x, y }) {
		if (!this.boxes) {
			return null;
		}
		const at = { x: (x - this.camera.x) / this.camera.k, y: (y - this.camera.y) / this.camera.k };
		const inside = (box) => at.x >= box.x && at.x <= box.x + box.w && at.y >= box.y && at.y <= box.y + box.h;
		for (const [id, box] of this.boxes) {
			if (inside(box)) {
				const node = box.columns ? this.model.cards.get(id).nodes.find((each, i) => inside(tileAt(box, i))) : null;
				return { card: id, node: node?.id ?? null };
			}
		}
		const near = this.curves.find(({ points }) => nearCurve(points, at, 7 / this.camera.k));
		return near ? { edge: near.edge } : null;
	}

	hover(place) {
		const hit = place && this.model ? this.hit(place) : null;
		const over = hit?.card ?? null;
		this.canvas.classList.toggle('over', Boolean(hit));
		if (over !== this.over) {
			this.over = over;
			this.draw();
		}
		if (!hit) {
			this.tip.hidden = true;
			return;
		}
		const lines = hit.edge ? this.edgeTip(hit.edge) : this.cardTip(hit);
		fill(this.tip, h('b', null, lines[0]), lines.slice(1).map((line) => h('div', null, line)));
		this.tip.hidden = false;
		const right = place.x > this.size.width - 340;
		this.tip.style.left = right ? 'auto' : `${place.x + 14}px`;
		this.tip.style.right = right ? `${this.size.width - place.x + 14}px` : 'auto';
		this.tip.style.top = `${Math.min(place.y + 14, this.size.height - 130)}px`;
	}

	edgeTip(edge) {
		const fast = edge.rate.calls > 0 ? Math.round((100 * edge.far) / Math.max(1e-9, edge.near + edge.far)) : 0;
		return [`${this.model.cards.get(edge.from).application} → ${this.model.cards.get(edge.to).application}`,
			`${rate(edge.rate.calls)} calls/s · p99 ${latency(edge.rate.p99Us)}`,
			`${share(edge.rate.failures, edge.rate.calls)} fail · ${fast} % across zones`,
			...[...edge.services].sort((a, b) => b[1] - a[1]).slice(0, 6).map(([name, calls]) => `${name}: ${rate(calls)}/s`)];
	}

	cardTip({ card: id, node: nodeId }) {
		const card = this.model.cards.get(id);
		const node = card.nodes.find((each) => each.id === nodeId);
		return node ? [node.id, `${state(node.state).sign} ${state(node.state).text}${node.zone ? ` · zone ${node.zone}` : ''}`,
			`${rate(node.rate?.calls)}/s · p99 ${latency(node.rate?.p99Us)}`, `version ${shortVersion(node.applicationVersion)}`]
			: [card.application, `${plural(card.here, 'instance', 'instances')}${card.unreachable > 0 ? `, ✕ ${card.unreachable} unreachable` : ''}`,
				`${rate(card.rate.calls)}/s · p99 ${latency(card.rate.p99Us)} · ${share(card.rate.failures, card.rate.calls)} fail`];
	}

	keys() {
		this.canvas.addEventListener('keydown', (event) => {
			const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
			if (steps[event.key]) {
				this.step(...steps[event.key]);
			}
			else if (event.key === 'Enter' && this.selected) {
				this.toggle(this.selected);
			}
			else if (event.key === 'Escape') {
				this.select(null);
			}
			else if (event.key === '+' || event.key === '=') {
				this.zoom(1.25);
			}
			else if (event.key === '-') {
				this.zoom(0.8);
			}
			else if (event.key === '0') {
				this.fit(true);
			}
			else {
				return;
			}
			event.preventDefault();
		});
	}

	/** To the nearest card in that direction. */
	step(dx, dy) {
		if (!this.boxes || this.boxes.size === 0) {
			return;
		}
		const middle = (box) => ({ x: box.x + box.w / 2, y: box.y + box.h / 2 });
		const from = this.selected && this.boxes.has(this.selected) ? middle(this.boxes.get(this.selected)) : null;
		let best = null;
		for (const [id, box] of this.boxes) {
			const to = middle(box);
			const along = from ? (to.x - from.x) * dx + (to.y - from.y) * dy : 2;
			const aside = from ? Math.abs((to.x - from.x) * dy) + Math.abs((to.y - from.y) * dx) : to.x + to.y;
			if (id !== this.selected && along > 1) {
				const far = along + 2 * aside;
				if (!best || far < best.far) {
					best = { id, far };
				}
			}
		}
		if (best) {
			this.select(best.id);
		}
	}

}

function spread(down) {
	const [a, b] = [...down.values()];
	return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
}

function nearCurve(points, place, reach) {
	for (let i = 0; i <= 24; i++) {
		const [x, y] = at(points, i / 24);
		if (Math.hypot(x - place.x, y - place.y) < reach + 4) {
			return true;
		}
	}
	return false;
}
