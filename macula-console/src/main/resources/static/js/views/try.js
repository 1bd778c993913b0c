/*
 * Calls a method: a form from its schema, or JSON; then the answer, and each attempt that was made for it.
 */
import { get, postExact } from '../api.js';
import { fill, h } from '../dom.js';
import { latency, plural } from '../format.js';
import { live } from '../live.js';
import { announce } from '../notes.js';
import { field, form, parseExact, pretty, sample, typeText } from '../schema.js';
import { servicePicker } from './contract.js';

/** The server refuses more. */
const LONGEST_MS = 60000;

export function open(root, place) {
	return new Try(root, place);
}

class Try {

	constructor(root, place) {
		this.picker = servicePicker(null, (name) => {
			location.hash = `#/try/${encodeURIComponent(name)}`;
		});
		this.methods = h('select', { 'aria-label': 'Method', disabled: true, onchange: () => {
			location.hash = `#/try/${encodeURIComponent(this.name)}/${encodeURIComponent(this.methods.value)}`;
		} });
		this.body = h('div', { class: 'scroll' });
		root.append(h('div', { class: 'bar' }, h('h1', null, 'Try it'), this.picker.element, this.methods), this.body);
		live.want();
		this.hooks = [live.on('picture', () => this.picker.update(this.name))];
		this.move(place);
	}

	close() {
		this.hooks.forEach((unhook) => unhook());
	}

	move(place) {
		const [name, method] = place.args;
		this.picker.update(name ?? null);
		if (!name) {
			this.name = null;
			fill(this.methods);
			this.methods.disabled = true;
			fill(this.body, h('p', { class: 'empty' }, 'Choose a service and one of its methods. The call goes through the console\'s own client, as any other.'));
			return true;
		}
		if (name !== this.name) {
			this.name = name;
			this.load(name, method);
		}
		else {
			this.show(method);
		}
		return true;
	}

	async load(name, method) {
		fill(this.body, h('p', { class: 'empty' }, 'Asking for the contract…'));
		try {
			const contract = await get(`api/services/${encodeURIComponent(name)}/contract`);
			if (name !== this.name) {
				return;
			}
			this.contract = contract;
			this.version = [...contract.versions].sort((a, b) => b.nodes.length - a.nodes.length)[0];
			fill(this.methods, (this.version?.methods || []).map((each) => h('option', { value: each.name }, each.name)));
			this.methods.disabled = false;
			this.show(method);
		}
		catch (ex) {
			fill(this.methods);
			fill(this.body, h('p', { class: 'empty wrong', role: 'alert' }, ex.message));
		}
	}

	show(name) {
		const method = name ? this.version?.methods.find((each) => each.name === name) : this.version?.methods[0];
		if (!method) {
			fill(this.body, h('p', { class: 'empty wrong', role: 'alert' }, `Service ${this.name} has no method ${name ?? ''}.`));
			return;
		}
		this.method = method;
		this.methods.value = method.name;
		const example = Array.isArray(method.example) ? method.example : [];
		this.values = method.parameters.map((parameter, i) => example[i] ?? sample(parameter.schema));
		this.elements = [];
		this.wrong = h('p', { class: 'wrong', role: 'alert', hidden: true });
		this.raw = h('textarea', { rows: Math.min(22, 3 + pretty(this.values).split('\n').length), spellcheck: false, 'aria-label': 'Arguments as JSON', hidden: true,
			oninput: () => this.readRaw() });
		this.fields = h('div', { class: 'stack' });
		this.switch = h('button', { type: 'button', 'aria-pressed': 'false', class: 'small', onclick: () => this.turn() }, 'JSON');
		this.instance = h('select', null, h('option', { value: '' }, 'Any, as selection decides'), this.nodes().map((id) => h('option', { value: id }, id)));
		this.deadline = h('input', { type: 'number', min: '1', max: String(LONGEST_MS), value: String(Math.min(method.deadlineMs || 5000, LONGEST_MS)) });
		// Whoever may not is told so before, not after.
		const may = live.me?.mayCall !== false;
		this.go = h('button', { type: 'submit', class: 'main', disabled: !may }, 'Call');
		this.answer = h('section', { class: 'card answer stack', 'aria-label': 'Answer', 'aria-live': 'polite' }, h('h2', null, 'Answer'),
			h('p', { class: 'hint' }, 'Not called yet.'));
		this.fill();
		fill(this.body, h('div', { class: 'columns' },
			h('form', { class: 'card stack', novalidate: 'novalidate', onsubmit: (event) => {
				event.preventDefault();
				this.call();
			} }, h('header', { class: 'outcome' }, h('h2', { class: 'mono' }, method.signature || method.name)),
			h('div', { class: 'actions' }, h('span', { class: 'badge' }, method.shape), h('span', { class: method.idempotent ? 'badge' : 'badge warn' },
				method.idempotent ? 'idempotent' : 'not idempotent: it may change something'), this.contract.skew ? h('span', { class: 'badge warn' }, '≠ versions differ') : null),
			h('div', { class: 'outcome' }, h('h3', null, 'Arguments'), this.switch), this.fields, this.raw,
			method.streamed ? h('div', { class: 'stack tight' }, h('h3', null, `Elements of the stream: ${typeText(method.streamed, method.streamed)}[]`), this.elementsField(method)) : null,
			h('div', { class: 'pair' }, field('Instance', '', this.instance), field('Deadline', 'ms', this.deadline)), this.wrong,
			may ? null : h('p', { class: 'hint steer-why' }, 'You may only look: your user has no right to call.'), h('div', null, this.go)),
			this.answer));
	}

	nodes() {
		return [...new Set(this.contract.versions.flatMap((version) => version.nodes))].sort();
	}

	elementsField(method) {
		const schema = { type: 'array', items: method.streamed };
		return form(schema, method.streamed, this.elements, (changed) => {
			this.elements = changed;
		});
	}

	fill() {
		fill(this.fields, this.method.parameters.length === 0 ? h('p', { class: 'hint' }, 'None.') : this.method.parameters.map((parameter, i) =>
			field(parameter.name, typeText(parameter.schema, parameter.schema), form(parameter.schema, parameter.schema, this.values[i], (changed) => {
				this.values[i] = changed;
			}))));
	}

	turn() {
		const toRaw = this.raw.hidden;
		if (!toRaw && !this.readRaw()) {
			return;
		}
		if (toRaw) {
			this.raw.value = pretty(this.values);
		}
		else {
			this.fill();
		}
		this.raw.hidden = !toRaw;
		this.fields.hidden = toRaw;
		this.switch.setAttribute('aria-pressed', String(toRaw));
	}

	readRaw() {
		try {
			const read = parseExact(this.raw.value);
			if (!Array.isArray(read)) {
				throw new Error('an array of the arguments is expected, such as [1, "a"]');
			}
			this.values = read;
			this.raw.setAttribute('aria-invalid', 'false');
			this.wrong.hidden = true;
			return true;
		}
		catch (ex) {
			this.raw.setAttribute('aria-invalid', 'true');
			this.say(`The arguments are no JSON: ${ex.message}`);
			return false;
		}
	}

	say(text) {
		this.wrong.textContent = text;
		this.wrong.hidden = false;
	}

	async call() {
		if (!this.raw.hidden && !this.readRaw()) {
			return;
		}
		this.wrong.hidden = true;
		this.go.disabled = true;
		this.go.textContent = 'Calling…';
		try {
			const answer = await postExact('api/calls', { service: this.name, method: this.method.name, arguments: this.values, instance: this.instance.value || null,
				deadlineMs: Number(this.deadline.value) || 5000, elements: this.method.streamed ? this.elements : null }, parseExact);
			this.tell(answer);
		}
		catch (ex) {
			this.say(ex.message);
		}
		this.go.disabled = false;
		this.go.textContent = 'Call';
	}

	tell(answer) {
		const ok = answer.outcome === 'OK';
		const attempts = answer.attempts || [];
		const longest = Math.max(1, ...attempts.map((each) => each.elapsedUs || 0));
		fill(this.answer, h('h2', null, 'Answer'),
			h('p', { class: 'outcome' }, h('b', { class: ok ? 'level-0' : 'level-2', data: { outcome: answer.outcome } }, `${ok ? '●' : '✕'} ${answer.outcome}`),
				h('span', null, `in ${latency(answer.elapsedUs)}`), h('span', { class: 'hint' }, plural(attempts.length, 'attempt', 'attempts'))),
			answer.message ? h('p', { class: ok ? 'hint' : 'wrong' }, answer.message) : null,
			Array.isArray(answer.elements) ? [h('h3', null, `${plural(answer.elements.length, 'element', 'elements')}${answer.more ? ', and more that are not shown' : ''}`),
				h('pre', { tabIndex: 0 }, answer.elements.map((each) => JSON.stringify(each)).join('\n'))]
				: ok ? h('pre', { tabIndex: 0 }, answer.result === undefined ? 'nothing' : pretty(answer.result)) : null,
			h('h3', null, 'Attempts'),
			attempts.length === 0 ? h('p', { class: 'hint' }, 'None was made.') : h('table', { class: 'plain attempts' },
				h('thead', null, h('tr', null, ['#', 'Instance', 'Time', 'Outcome'].map((title) => h('th', { scope: 'col' }, title)))),
				h('tbody', null, attempts.map((each, i) => {
					const bar = h('div', { class: each.outcome === 'OK' ? 'attempt-bar' : 'attempt-bar bad' });
					bar.style.width = `${Math.max(3, (100 * (each.elapsedUs || 0)) / longest)}%`;
					return h('tr', null, h('td', null, String(i + 1)), h('td', null, each.node ? h('a', { href: `#/nodes/${encodeURIComponent(each.node)}` }, each.node) : '–',
						h('div', { class: 'hint' }, each.endpoint || '')), h('td', { class: 'time' }, latency(each.elapsedUs), bar),
					h('td', null, h('span', { class: each.outcome === 'OK' ? 'level-0' : 'level-2' }, `${each.outcome === 'OK' ? '●' : '✕'} ${each.outcome}`),
						each.message ? h('div', { class: 'hint' }, each.message) : null));
				}))));
		announce(`${answer.outcome} in ${latency(answer.elapsedUs)}, ${plural(attempts.length, 'attempt', 'attempts')}`);
	}

}
