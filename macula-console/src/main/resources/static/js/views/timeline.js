/*
 * What happened, beside how calls went, on one axis of time.
 */
import { callsChart, latencyChart, series } from '../chart.js';
import { colour, fill, h } from '../dom.js';
import { eventText, kind, LANES } from '../events.js';
import { age, clock } from '../format.js';
import { live } from '../live.js';
import { announce } from '../notes.js';
import { Table } from '../table.js';

const LEFT = 76;
const RIGHT = 12;
const LANE = 24;
const MINUTE = 60000;

export function open(root, place) {
	return new Timeline(root, place);
}

class Timeline {

	constructor(root, place) {
		this.span = 5 * MINUTE;
		this.lanes = new Set(LANES.keys());
		this.paused = null;
		this.service = place.query.get('service') || '';
		this.chosen = null;
		this.pick = h('select', { 'aria-label': 'Service', onchange: () => {
			this.service = this.pick.value;
			this.update(true);
		} });
		const spans = [[2, '2 min'], [5, '5 min'], [10, '10 min'], [60, '1 h']].map(([minutes, text]) => h('button', { type: 'button',
			'aria-pressed': String(minutes * MINUTE === this.span), onclick: (event) => {
				this.span = minutes * MINUTE;
				event.currentTarget.parentElement.querySelectorAll('button').forEach((each) => each.setAttribute('aria-pressed', String(each === event.currentTarget)));
				this.update(true);
			} }, text));
		const shown = LANES.map((name, lane) => h('button', { type: 'button', 'aria-pressed': 'true', onclick: (event) => {
			if (!this.lanes.delete(lane)) {
				this.lanes.add(lane);
			}
			event.currentTarget.setAttribute('aria-pressed', String(this.lanes.has(lane)));
			this.update(true);
		} }, name));
		this.pause = h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => {
			this.paused = this.paused === null ? live.picture?.at ?? Date.now() : null;
			this.pause.setAttribute('aria-pressed', String(this.paused !== null));
			this.pause.textContent = this.paused === null ? 'Pause' : 'Paused';
			this.update(true);
		} }, 'Pause');
		this.filter = h('input', { type: 'search', placeholder: 'Filter events  /', 'aria-label': 'Filter events',
			oninput: () => {
				this.table.filter(this.filter.value);
				this.update(true);
			} });
		const marks = (chart) => this.mark(chart);
		this.calls = callsChart({ height: 150, sync: 'timeline', marks });
		this.latency = latencyChart({ height: 150, sync: 'timeline', marks });
		this.canvas = h('canvas', { class: 'lanes', role: 'img', 'aria-label': 'Events on the axis of time; the table below tells the same' });
		this.canvas.addEventListener('click', (event) => this.hit(event));
		this.canvas.addEventListener('mousemove', (event) => this.over(event));
		this.strip = h('section', { class: 'chart', 'aria-label': 'Events' }, h('h3', null, 'Events'), this.canvas);
		this.table = new Table({
			name: 'Events', key: (row) => String(row.seq), sort: { key: 'at', down: true }, empty: 'Nothing happened in this time.',
			selected: () => (this.chosen ? String(this.chosen.seq) : null),
			columns: [
				{ key: 'at', title: 'Time', width: 120, value: (row) => row.seq, text: (row) => clock(row.at), className: () => 'mono' },
				{ key: 'kind', title: 'Event', width: 190, search: true, value: (row) => row.kind, text: (row) => row.kind, sign: (row) => kind(row).sign,
					className: (row) => `state level-${kind(row).level}` },
				{ key: 'node', title: 'Node', width: 190, search: true, value: (row) => row.node, text: (row) => row.node || '–',
					link: (row) => (row.node ? `#/nodes/${encodeURIComponent(row.node)}` : null) },
				{ key: 'other', title: 'Other node', width: 190, search: true, value: (row) => row.other, text: (row) => row.other || '–',
					link: (row) => (row.other ? `#/nodes/${encodeURIComponent(row.other)}` : null) },
				{ key: 'service', title: 'Service', width: 150, search: true, value: (row) => row.service || row.client, text: (row) => row.service || row.client || '–' },
				{ key: 'detail', title: 'Detail', width: 320, search: true, value: (row) => row.detail, text: (row) => row.detail || '' },
			],
		});
		this.table.element.addEventListener('click', (event) => {
			const line = event.target.closest('tr[data-key]');
			if (line && !event.target.closest('a')) {
				this.choose(live.events.find((each) => String(each.seq) === line.dataset.key));
			}
		});
		root.append(h('div', { class: 'bar' }, h('h1', null, 'Timeline'), this.pick, h('div', { class: 'group', role: 'group', 'aria-label': 'Span' }, spans),
			h('div', { class: 'group', role: 'group', 'aria-label': 'Events shown' }, shown), this.pause, this.filter),
		h('div', { class: 'timeline-charts' }, this.strip, this.calls.element, this.latency.element), this.table.element);
		live.want();
		this.hooks = [live.on('picture', () => this.update(false)), live.on('events', () => this.update(false)), live.on('history', () => this.update(false))];
		const themed = () => this.drawLanes();
		addEventListener('themed', themed);
		this.hooks.push(() => removeEventListener('themed', themed));
		this.observer = new ResizeObserver(() => this.drawLanes());
		this.observer.observe(this.strip);
		this.update(true);
	}

	close() {
		this.hooks.forEach((unhook) => unhook());
		this.observer.disconnect();
		this.table.close();
		this.calls.close();
		this.latency.close();
	}

	update(forced) {
		if (!live.picture || (this.paused !== null && !forced)) {
			return;
		}
		this.services();
		this.now = this.paused ?? live.picture.at;
		this.from = this.now - this.span;
		const ring = this.service ? live.services.get(this.service) : live.realm;
		const [times, calls, failures, p99] = series(ring, this.from, 0, 1, 2);
		this.events = live.events.filter((event) => event.at >= this.from && event.at <= this.now + 2000 && this.lanes.has(kind(event).lane)
			&& (!this.service || !(event.service || event.client) || event.service === this.service || event.client === this.service));
		this.calls.show([times, calls, failures], this.from / 1000, this.now / 1000);
		this.latency.show([times, p99], this.from / 1000, this.now / 1000);
		this.table.show(this.events);
		this.drawLanes();
	}

	services() {
		const names = live.picture.services.map((service) => service.name).sort();
		if (this.service && !names.includes(this.service)) {
			names.push(this.service);
		}
		const text = names.join('\n');
		if (this.names !== text) {
			this.names = text;
			fill(this.pick, h('option', { value: '' }, 'Whole realm'), names.map((name) => h('option', { value: name }, name)));
			this.pick.value = this.service;
		}
	}

	x(at, width) {
		return LEFT + ((at - this.from) / this.span) * (width - LEFT - RIGHT);
	}

	drawLanes() {
		const width = this.strip.clientWidth - 16;
		if (width <= 0 || !this.events) {
			return;
		}
		const lanes = [...this.lanes].sort();
		const height = Math.max(1, lanes.length) * LANE + 4;
		const ratio = Math.min(2, devicePixelRatio || 1);
		this.canvas.width = Math.round(width * ratio);
		this.canvas.height = Math.round(height * ratio);
		this.canvas.style.height = `${height}px`;
		const draw = this.canvas.getContext('2d');
		draw.setTransform(ratio, 0, 0, ratio, 0, 0);
		draw.font = '10.5px system-ui, "Liberation Sans", sans-serif';
		draw.textBaseline = 'middle';
		lanes.forEach((lane, i) => {
			draw.fillStyle = colour('--sunken');
			draw.fillRect(LEFT, i * LANE + 2, width - LEFT - RIGHT, LANE - 4);
			draw.fillStyle = colour('--muted');
			draw.textAlign = 'right';
			draw.fillText(width < 500 ? LANES[lane].substring(0, 8) : LANES[lane], LEFT - 6, i * LANE + LANE / 2, LEFT - 8);
		});
		const tints = ['--good', '--warn', '--bad', '--gone', '--other'].map(colour);
		draw.textAlign = 'center';
		draw.font = '13px system-ui, "Liberation Sans", "DejaVu Sans", sans-serif';
		this.places = [];
		for (const event of this.events) {
			const known = kind(event);
			const x = this.x(event.at, width);
			const y = lanes.indexOf(known.lane) * LANE + LANE / 2;
			draw.fillStyle = tints[known.level];
			draw.fillText(known.sign, x, y + 0.5);
			if (event === this.chosen) {
				draw.strokeStyle = colour('--accent');
				draw.lineWidth = 2;
				draw.strokeRect(x - 9, y - 9, 18, 18);
			}
			this.places.push({ event, x, y });
		}
	}

	near(event) {
		const box = this.canvas.getBoundingClientRect();
		const [x, y] = [event.clientX - box.left, event.clientY - box.top];
		return this.places?.filter((each) => Math.hypot(each.x - x, each.y - y) < 11)
			.sort((a, b) => Math.hypot(a.x - x, a.y - y) - Math.hypot(b.x - x, b.y - y))[0]?.event;
	}

	over(event) {
		const found = this.near(event);
		this.canvas.title = found ? `${clock(found.at)} ${eventText(found)}` : '';
		this.canvas.style.cursor = found ? 'pointer' : '';
	}

	hit(event) {
		const found = this.near(event);
		if (found) {
			this.choose(found);
			const index = this.table.shown.findIndex((each) => each.row === found);
			this.table.element.scrollTop = Math.max(0, index * 34 - 60);
		}
	}

	choose(event) {
		this.chosen = event === this.chosen ? null : event;
		if (this.chosen) {
			announce(`${eventText(event)}, ${age(this.now - event.at)} ago`);
		}
		this.update(true);
	}

	/** Lines of what went wrong, and of what was chosen, through the charts. */
	mark(chart) {
		const draw = chart.ctx;
		draw.save();
		for (const event of this.events || []) {
			const chosen = event === this.chosen;
			if (!chosen && kind(event).level !== 2 && kind(event).lane !== 2) {
				continue;
			}
			const x = Math.round(chart.valToPos(event.at / 1000, 'x', true));
			if (x < chart.bbox.left || x > chart.bbox.left + chart.bbox.width) {
				continue;
			}
			draw.strokeStyle = colour(chosen ? '--accent' : kind(event).level === 2 ? '--bad' : '--muted');
			draw.globalAlpha = chosen ? 1 : 0.55;
			draw.lineWidth = chosen ? 2 : 1;
			draw.setLineDash(chosen ? [] : [4, 4]);
			draw.beginPath();
			draw.moveTo(x, chart.bbox.top);
			draw.lineTo(x, chart.bbox.top + chart.bbox.height);
			draw.stroke();
		}
		draw.restore();
	}

}
