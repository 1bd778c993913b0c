/*
 * A table of many rows: sorted and filtered, and of its rows only those in sight are elements.
 */
import { eachFrame, fill, h, setText } from './dom.js';

const ROW = 34;
const MORE = 6;

/**
 * Columns: {key, title, width, value(row), text(row), num, search, draw(cell, row), className(row), link(row)};
 * value is what is sorted by, text what is read.
 */
export class Table {

	constructor({ name, columns, key, rowClass, selected, sort, empty }) {
		this.columns = columns;
		this.key = key;
		this.rowClass = rowClass;
		this.selected = selected;
		this.sort = sort;
		this.rows = [];
		this.shown = [];
		this.words = [];
		this.lines = [];
		this.emptyText = empty || 'Nothing is here.';
		this.draw = eachFrame(() => this.paint());
		this.heads = columns.map((column) => this.head(column));
		this.body = h('tbody');
		this.above = h('tr', { class: 'spacer', 'aria-hidden': 'true' }, h('td', { colSpan: columns.length }));
		this.below = h('tr', { class: 'spacer', 'aria-hidden': 'true' }, h('td', { colSpan: columns.length }));
		this.body.append(this.above, this.below);
		this.table = h('table', { 'aria-label': name },
			h('colgroup', null, columns.map((column) => {
				const col = h('col');
				col.style.width = `${column.width}px`;
				return col;
			})), h('thead', null, h('tr', null, this.heads)), this.body);
		this.table.style.minWidth = `${columns.reduce((all, column) => all + column.width, 0)}px`;
		this.empty = h('p', { class: 'empty', hidden: true }, this.emptyText);
		this.element = h('div', { class: 'table-box', tabIndex: 0, role: 'region', 'aria-label': `${name}, scrolls` },
			this.table, this.empty);
		this.element.addEventListener('scroll', this.draw, { passive: true });
		this.observer = new ResizeObserver(this.draw);
		this.observer.observe(this.element);
	}

	head(column) {
		const cell = h('th', { scope: 'col', class: column.num ? 'num' : '' });
		if (column.value) {
			cell.append(h('button', { type: 'button', title: column.hint || `Sort by ${column.title}`, onclick: () => {
				const down = this.sort.key === column.key ? !this.sort.down : Boolean(column.num);
				this.sort = { key: column.key, down };
				this.arrange();
			} }, column.title));
		}
		else {
			cell.append(h('span', null, column.title));
		}
		return cell;
	}

	filter(text) {
		this.words = text.toLowerCase().split(/\s+/).filter(Boolean);
		this.arrange();
	}

	show(rows) {
		this.rows = rows;
		this.arrange();
	}

	arrange() {
		const searched = this.columns.filter((column) => column.search);
		let shown = this.rows;
		if (this.words.length > 0) {
			shown = shown.filter((row) => {
				const text = searched.map((column) => column.text(row)).join('\n').toLowerCase();
				return this.words.every((word) => text.includes(word));
			});
		}
		const by = this.columns.find((column) => column.key === this.sort.key);
		const turn = this.sort.down ? -1 : 1;
		const keyed = shown.map((row) => ({ row, value: by.value(row), key: this.key(row) }));
		keyed.sort((a, b) => turn * compare(a.value, b.value) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
		this.shown = keyed;
		this.heads.forEach((cell, i) => {
			if (this.columns[i].key === this.sort.key) {
				cell.setAttribute('aria-sort', this.sort.down ? 'descending' : 'ascending');
			}
			else {
				cell.removeAttribute('aria-sort');
			}
		});
		this.draw();
	}

	paint() {
		const all = this.shown.length;
		const height = this.element.clientHeight;
		const first = Math.max(0, Math.min(Math.floor(this.element.scrollTop / ROW) - MORE, all));
		const count = Math.min(all - first, Math.ceil(height / ROW) + 2 * MORE);
		this.empty.hidden = all > 0;
		setText(this.empty, this.words.length > 0 && this.rows.length > 0 ? 'Nothing fits the filter.' : this.emptyText);
		this.table.setAttribute('aria-rowcount', String(all + 1));
		this.above.firstChild.style.height = `${first * ROW}px`;
		this.below.firstChild.style.height = `${Math.max(0, all - first - count) * ROW}px`;
		this.above.hidden = first === 0;
		this.below.hidden = all - first - count <= 0;
		while (this.lines.length < count) {
			this.lines.push(this.line());
		}
		const selected = this.selected?.();
		this.lines.forEach((line, i) => {
			if (i >= count) {
				line.element.remove();
				return;
			}
			if (!line.element.isConnected) {
				this.body.insertBefore(line.element, this.below);
			}
			this.put(line, this.shown[first + i], first + i, selected);
		});
		if (this.lines.length > count + 40) {
			this.lines.length = count;
		}
	}

	line() {
		const cells = this.columns.map((column) => h('td', { class: column.num ? 'num' : '' }));
		return { element: h('tr', null, cells), cells, texts: [] };
	}

	put(line, { row, key }, index, selected) {
		line.element.className = this.rowClass?.(row) || '';
		line.element.setAttribute('aria-rowindex', String(index + 2));
		if (this.selected) {
			line.element.setAttribute('aria-selected', String(key === selected));
		}
		line.element.dataset.key = key;
		this.columns.forEach((column, i) => {
			const cell = line.cells[i];
			if (column.draw) {
				column.draw(cell, row);
				return;
			}
			const text = column.text(row);
			const link = column.link?.(row);
			if (link) {
				if (!(cell.firstChild instanceof HTMLAnchorElement)) {
					fill(cell, h('a'));
				}
				if (cell.firstChild.getAttribute('href') !== link) {
					cell.firstChild.setAttribute('href', link);
				}
				setText(cell.firstChild, text);
			}
			else {
				setText(cell, text);
			}
			if (line.texts[i] !== text && !column.num) {
				cell.title = text;
			}
			line.texts[i] = text;
			if (column.className) {
				const name = column.className(row);
				const whole = column.num ? `num ${name}` : name;
				if (cell.className !== whole) {
					cell.className = whole;
				}
				if (column.sign) {
					cell.dataset.sign = column.sign(row);
				}
			}
		});
	}

	close() {
		this.observer.disconnect();
	}

}

function compare(a, b) {
	const noA = a === null || a === undefined || Number.isNaN(a);
	const noB = b === null || b === undefined || Number.isNaN(b);
	if (noA || noB) {
		return noA && noB ? 0 : noA ? -1 : 1;
	}
	return a < b ? -1 : a > b ? 1 : 0;
}
