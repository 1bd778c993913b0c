/*
 * JSON Schemas of contracts, as people read them and as forms.
 */
import { fill, h } from './dom.js';

const DEEPEST = 5;
const WHOLE = /^-?(0|[1-9]\d*)$/;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** JSON whose numbers keep all their digits, where the browser can. */
export function parseExact(text) {
	return JSON.parse(text, (key, value, context) => (typeof value === 'number' && context?.source && String(value) !== context.source
		&& JSON.rawJSON ? JSON.rawJSON(context.source) : value));
}

export function isRaw(value) {
	return Boolean(JSON.isRawJSON?.(value));
}

export function pretty(value) {
	return JSON.stringify(value, null, 2) ?? 'nothing';
}

export function resolve(schema, root) {
	let found = schema || {};
	for (let i = 0; i < 8 && found.$ref; i++) {
		found = root?.$defs?.[refName(found.$ref)] || {};
	}
	return found;
}

function refName(ref) {
	return String(ref).replace(/^#\/\$defs\//, '').replaceAll('~1', '/').replaceAll('~0', '~');
}

/** The one alternative beside null, or null where there are more. */
function nullable(schema) {
	if (Array.isArray(schema.anyOf) && schema.anyOf.length === 2 && schema.anyOf.some((each) => each.type === 'null')) {
		return schema.anyOf.find((each) => each.type !== 'null');
	}
	return null;
}

/** A type in a few words. */
export function typeText(schema, root) {
	if (!schema) {
		return 'nothing';
	}
	if (schema.$ref) {
		return simple(refName(schema.$ref));
	}
	const inner = nullable(schema);
	if (inner) {
		return `${typeText(inner, root)}?`;
	}
	if (schema.enum) {
		return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
	}
	if (schema.oneOf) {
		return schema.oneOf.map((each) => typeText(each, root)).join(' | ');
	}
	if (schema.prefixItems) {
		return `[${schema.prefixItems.map((each) => typeText(each, root)).join(', ')}]`;
	}
	if (schema.type === 'array') {
		const item = typeText(schema.items || {}, root);
		return `${item.includes(' ') ? `(${item})` : item}[]${schema.uniqueItems ? ' unique' : ''}`;
	}
	if (schema.type === 'object' && schema.additionalProperties && !schema.properties) {
		return `{ [key]: ${typeText(schema.additionalProperties, root)} }`;
	}
	if (schema.type === 'object') {
		return 'object';
	}
	if (schema.type === 'string' && (schema.format || schema.contentEncoding)) {
		return schema.format || schema.contentEncoding;
	}
	return schema.type || schema.$comment || 'anything';
}

function simple(name) {
	return name.substring(Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')) + 1);
}

/** A method as lines that two versions can be compared by. */
export function methodLines(method) {
	const lines = [];
	const known = [method.shape || 'unary', method.idempotent ? 'idempotent' : 'not idempotent'];
	if (method.nonBlocking) {
		known.push('does not block');
	}
	if (method.deadlineMs) {
		known.push(`deadline ${method.deadlineMs} ms`);
	}
	if (method.hedge) {
		known.push(`hedged after ${method.hedge}`);
	}
	lines.push(known.join(', '));
	const definitions = new Map();
	const collect = (schema) => Object.entries(schema?.$defs || {}).forEach(([name, each]) => definitions.set(name, each));
	for (const parameter of method.parameters || []) {
		collect(parameter.schema);
		lines.push(`${parameter.name}: ${typeText(parameter.schema, parameter.schema)}`);
	}
	if (method.streamed) {
		collect(method.streamed);
		lines.push(`sends a stream of ${typeText(method.streamed, method.streamed)}`);
	}
	collect(method.result);
	const streams = method.shape === 'stream-in' || method.shape === 'stream-both';
	lines.push(`→ ${streams ? 'a stream of ' : ''}${typeText(method.result, method.result)}`);
	for (const exception of method.exceptions || []) {
		lines.push(`throws ${exception}`);
	}
	for (const [name, schema] of [...definitions].sort(([a], [b]) => (a < b ? -1 : 1))) {
		lines.push('');
		lines.push(...definitionLines(simple(name), schema));
	}
	return lines;
}

function definitionLines(name, schema) {
	if (!schema.properties) {
		return [`${name} = ${typeText(schema, schema)}${schema.$comment ? `  (${schema.$comment})` : ''}`];
	}
	const required = new Set(schema.required || []);
	return [`${name} {`, ...Object.entries(schema.properties).map(([key, each]) => `  ${key}${required.has(key) ? '' : '?'}: ${typeText(each, schema)}`), '}'];
}

/** A value that fits, to begin with. */
export function sample(schema, root = schema, depth = 0) {
	const found = resolve(schema, root);
	if (found.enum) {
		return found.enum[0];
	}
	if (nullable(found) || depth > DEEPEST) {
		return null;
	}
	if (found.oneOf) {
		return sample(found.oneOf[0], root, depth + 1);
	}
	if (found.prefixItems) {
		return found.prefixItems.map((each) => sample(each, root, depth + 1));
	}
	switch (found.type) {
		case 'boolean': return false;
		case 'integer':
		case 'number': return 0;
		case 'string': return stringSample(found);
		case 'array': return [];
		case 'object': {
			const required = new Set(found.required || []);
			return Object.fromEntries(Object.entries(found.properties || {}).filter(([key]) => required.has(key) || !found.required)
				.map(([key, each]) => [key, sample(each, root, depth + 1)]));
		}
		default: return null;
	}
}

function stringSample(schema) {
	const samples = { 'date-time': '2026-01-01T00:00:00Z', date: '2026-01-01', time: '12:00:00Z', duration: 'PT1S',
		uuid: '00000000-0000-0000-0000-000000000000', uri: 'https://example.org/' };
	return samples[schema.format] || '';
}

let ids = 0;

/** Fields for a value; told is called with each new value. What no field fits gets a field for JSON. */
export function form(schema, root, value, told, depth = 0) {
	const found = resolve(schema, root);
	const inner = nullable(found);
	if (inner) {
		return optional(inner, root, value, told, depth);
	}
	if (found.enum) {
		return choice(found.enum, value, told);
	}
	if (depth > DEEPEST || found.oneOf || (found.type === 'object' && !found.properties)) {
		return json(value, told);
	}
	switch (found.type) {
		case 'boolean': return h('input', { type: 'checkbox', checked: value === true, onchange: (event) => told(event.target.checked) });
		case 'integer':
		case 'number': return number(found, value, told);
		case 'string': return h('input', { value: value ?? '', placeholder: stringSample(found), spellcheck: false, autocomplete: 'off',
			oninput: (event) => told(event.target.value) });
		case 'array': return found.prefixItems ? tuple(found, root, value, told, depth) : list(found, root, value, told, depth);
		case 'object': return object(found, root, value, told, depth);
		default: return json(value, told);
	}
}

function number(schema, value, told) {
	const whole = schema.type === 'integer';
	return h('input', { inputMode: 'numeric', value: isRaw(value) ? value.rawJSON : value ?? '', placeholder: whole ? '0' : '0.0', autocomplete: 'off', oninput: (event) => {
		const text = event.target.value.trim();
		const fits = (whole ? WHOLE : NUMBER).test(text);
		event.target.setAttribute('aria-invalid', String(!fits));
		event.target.title = fits ? '' : `Not ${whole ? 'a whole' : 'a'} number: ${text || 'nothing'}`;
		const parsed = Number(text);
		// What is no number is sent as it stands, so that the server names the field.
		told(!fits ? text : String(parsed) !== text && JSON.rawJSON ? JSON.rawJSON(text) : parsed);
	} });
}

function choice(values, value, told) {
	const pick = h('select', { onchange: () => told(values[pick.selectedIndex]) }, values.map((each) => h('option', null, String(each))));
	pick.selectedIndex = Math.max(0, values.indexOf(value));
	return pick;
}

function json(value, told) {
	return h('textarea', { rows: 3, spellcheck: false, value: value === undefined ? 'null' : pretty(value), oninput: (event) => {
		try {
			told(parseExact(event.target.value));
			event.target.setAttribute('aria-invalid', 'false');
		}
		catch {
			event.target.setAttribute('aria-invalid', 'true');
		}
	} });
}

function optional(schema, root, value, told, depth) {
	const place = h('div');
	const set = (now) => fill(place, now === null || now === undefined ? null : form(schema, root, now, told, depth + 1));
	const box = h('input', { type: 'checkbox', checked: value !== null && value !== undefined, onchange: () => {
		const now = box.checked ? sample(schema, root) : null;
		told(now);
		set(now);
	} });
	set(value);
	return h('div', { class: 'stack tight' }, h('label', { class: 'row' }, box, ' given'), place);
}

function object(schema, root, value, told, depth) {
	const now = value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : {};
	const required = new Set(schema.required || []);
	const say = () => told({ ...now });
	return h('div', { class: 'nested' }, Object.entries(schema.properties).map(([key, each]) => {
		const place = h('div', { class: 'row grow' });
		const put = () => fill(place, key in now ? form(each, root, now[key], (changed) => {
			now[key] = changed;
			say();
		}, depth + 1) : null);
		put();
		const head = required.has(key) ? null : h('input', { type: 'checkbox', checked: key in now, 'aria-label': `${key} is given`, title: 'given', onchange: (event) => {
			if (event.target.checked) {
				now[key] = sample(each, root, depth + 1);
			}
			else {
				delete now[key];
			}
			put();
			say();
		} });
		return field(key, typeText(each, root), place, head);
	}));
}

function list(schema, root, value, told, depth) {
	const now = Array.isArray(value) ? [...value] : [];
	const rows = h('div', { class: 'stack tight' });
	const say = () => told([...now]);
	const put = () => fill(rows, now.map((each, i) => h('div', { class: 'row' }, h('div', { class: 'grow' }, form(schema.items || {}, root, each, (changed) => {
		now[i] = changed;
		say();
	}, depth + 1)), h('button', { type: 'button', class: 'small', 'aria-label': `Remove element ${i + 1}`, onclick: () => {
		now.splice(i, 1);
		put();
		say();
	} }, '−'))));
	put();
	return h('div', { class: 'stack tight' }, rows, h('div', null, h('button', { type: 'button', class: 'small', onclick: () => {
		now.push(sample(schema.items || {}, root, depth + 1));
		put();
		say();
	} }, '+ element')));
}

function tuple(schema, root, value, told, depth) {
	const now = Array.isArray(value) ? [...value] : sample(schema, root);
	return h('div', { class: 'nested' }, schema.prefixItems.map((each, i) => field(String(i), typeText(each, root), form(each, root, now[i], (changed) => {
		now[i] = changed;
		told([...now]);
	}, depth + 1))));
}

/** A name, its type, and what is typed. */
export function field(name, type, control, head) {
	const id = `f${++ids}`;
	const input = control.matches?.('input, select, textarea') ? control : control.querySelector?.(':scope > input, :scope > select, :scope > textarea');
	if (input) {
		input.id = id;
	}
	return h('div', { class: 'field', data: { field: name } }, h('div', { class: 'row' }, head, h('label', { htmlFor: input ? id : null }, h('span', { class: 'name' }, name)),
		h('span', { class: 'type' }, type)), control);
}
