/*
 * What several views show.
 */
import { h, morph } from '../dom.js';
import { latency, rate, share, state, trouble } from '../format.js';
import { live } from '../live.js';
import { spark } from '../spark.js';
import { Table } from '../table.js';

export function facts(pairs) {
	return h('dl', { class: 'facts' }, pairs.filter(Boolean).map(([name, value]) => [h('dt', null, name), h('dd', null, value)]));
}

export function stateText(node) {
	const known = state(node?.state);
	return h('span', { class: `state level-${known.level}`, data: { sign: known.sign } }, known.text);
}

/** A cell with the state's sign, form and colour. */
export function stateColumn(width = 116) {
	return { key: 'state', title: 'State', width, search: true, value: (row) => state(row.state).level * 10 + state(row.state).text.length / 100,
		text: (row) => state(row.state).text, sign: (row) => state(row.state).sign, className: (row) => `state level-${state(row.state).level}` };
}

export function callsColumn(of = (row) => row.rate?.calls, title = 'Calls/s') {
	return { key: 'calls', title, width: title.length > 8 ? 100 : 86, num: true, value: of, text: (row) => rate(of(row)) };
}

export function failuresColumn(of = (row) => row.rate) {
	const part = (row) => (of(row)?.calls ? of(row).failures / of(row).calls : 0);
	return { key: 'failures', title: 'Failures', width: 88, num: true, value: part,
		text: (row) => (trouble(of(row)) > 0 ? '✕ ' : '') + share(of(row)?.failures, of(row)?.calls),
		className: (row) => ['', 'is-warn', 'is-bad'][trouble(of(row))] };
}

export function latencyColumn(key, title, of) {
	return { key, title, width: title.length > 6 ? 100 : 84, num: true, value: of, text: (row) => latency(of(row)) };
}

/** Curves of calls per second out of rings. */
export function sparkColumn(title, ringOf, column = 0, failures = 1) {
	return { key: `spark${column}`, title, width: 116, text: () => '', draw: (cell, row) => {
		let canvas = cell.firstChild;
		if (!canvas) {
			canvas = h('canvas', { 'aria-hidden': 'true' });
			cell.append(canvas);
		}
		const ring = ringOf(row);
		if (ring) {
			const last = Math.min(ring.size, 60);
			const values = new Array(last);
			const failed = failures === null ? null : new Array(last);
			for (let i = 0; i < last; i++) {
				const at = (ring.next - last + i + ring.capacity) % ring.capacity;
				values[i] = ring.columns[column][at];
				if (failed) {
					failed[i] = ring.columns[failures][at];
				}
			}
			spark(canvas, values, failed);
		}
		else {
			canvas.getContext('2d').clearRect(0, 0, canvas.width, canvas.height);
		}
	} };
}

/** A view of one table, its filter, and what is known of the row that the address names. */
export class TableView {

	constructor(root, place, { title, path, parts, table, rows, placeholder, details, side, key }) {
		this.path = path;
		this.rowsOf = rows;
		this.detailsOf = details;
		this.filter = h('input', { type: 'search', placeholder: `${placeholder || 'Filter'}  /`, 'aria-label': placeholder || 'Filter',
			oninput: () => {
				this.table.filter(this.filter.value);
				this.tellCount();
			} });
		this.number = h('span', { class: 'hint', role: 'status' });
		this.table = new Table({ ...table, name: title, selected: details ? () => this.selected : undefined });
		this.aside = h('aside', { class: 'aside', 'aria-label': 'Details', hidden: true });
		root.append(h('div', { class: 'bar' }, h('h1', null, title), this.filter, this.number, h('span', { class: 'grow' }), side),
			h('div', { class: 'split' }, h('div', { class: 'wide' }, this.table.element), this.aside));
		live.want(...(parts || []));
		this.hooks = [live.on('picture', () => this.update()), live.on('history', () => this.update())];
		const themed = () => this.table.draw();
		addEventListener('themed', themed);
		this.hooks.push(() => removeEventListener('themed', themed));
		this.move(place);
	}

	move(place) {
		const wanted = place.query.get('q');
		if (wanted !== null) {
			this.filter.value = wanted;
			this.table.words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
		}
		this.selected = place.args[0] ?? null;
		this.aside.hidden = !this.selected || !this.detailsOf;
		this.opened = null;
		this.update();
		return true;
	}

	update() {
		if (!live.picture) {
			return;
		}
		this.table.show(this.rowsOf(live.picture));
		this.tellCount();
		if (this.selected && this.detailsOf) {
			this.detailsOf(this.aside, this.selected, this);
		}
	}

	tellCount() {
		const all = this.table.rows.length;
		const shown = this.table.shown.length;
		const text = shown === all ? String(all) : `${shown} of ${all}`;
		if (this.number.textContent !== text) {
			this.number.textContent = text;
		}
	}

	leave() {
		location.hash = `#/${this.path}`;
	}

	close() {
		this.hooks.forEach((unhook) => unhook());
		this.table.close();
		this.closed?.();
	}

}

/** Brings an aside up to what is built now; what stays the same stays the same element, with focus and selection. */
export function refresh(aside, build) {
	const held = aside.contains(document.activeElement);
	const made = document.createElement('div');
	made.append(...build());
	morph(aside, made);
	if (held && !aside.contains(document.activeElement)) {
		// What was pressed is gone, such as a button that did its work.
		aside.querySelector('button:not(:disabled), a')?.focus({ preventScroll: true });
	}
}
