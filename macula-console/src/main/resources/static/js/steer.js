/*
 * What an operator does to nodes: each act asks first, and names what will happen.
 */
import { post } from './api.js';
import { h } from './dom.js';
import { count, plural, rate } from './format.js';
import { live } from './live.js';
import { note } from './notes.js';

/** Why a node cannot be steered, or null where it can. */
export function refusal(node) {
	if (!live.me?.maySteer) {
		return 'You may only look: your user has no right to steer, or macula.console.steering is false.';
	}
	if (!node || node.state === 'left') {
		return 'The node has left the realm.';
	}
	if (!node.listens) {
		return 'This node only calls: it does not listen, so nobody can steer it.';
	}
	if (!node.reachable) {
		return `The node does not answer${node.reason ? `: ${node.reason}` : '.'}`;
	}
	if (node.access !== 'write') {
		return `The node lets others only look: its macula.operations.access is ${node.access}.`;
	}
	return null;
}

/** Buttons for a node, or the reason why there are none that work. */
export function nodeActions(node) {
	const why = refusal(node);
	if (!live.me?.maySteer) {
		return h('p', { class: 'hint steer-why' }, why);
	}
	const drained = node.state === 'drained' || node.state === 'draining';
	const button = (act, text, run) => h('button', { type: 'button', disabled: why !== null, data: { act },
		// The button may be there for long: what it asks is of the node as it is then.
		title: why, onclick: () => run(live.nodesById.get(node.id) ?? node) }, text);
	return h('div', { class: 'stack' },
		h('div', { class: 'actions' },
			drained ? button('resume', 'Resume…', resume) : button('drain', 'Drain…', drain), button('weight', 'Weight…', weight)),
		why ? h('p', { class: 'hint steer-why' }, why) : null);
}

function others(node) {
	return live.picture.services.filter((service) => service.instances.some((each) => each.node === node.id))
		.map((service) => ({
			service,
			left: service.instances.filter((each) => each.node !== node.id && takes(live.nodesById.get(each.node))).length,
		}));
}

function takes(node) {
	return Boolean(node) && node.state === 'serving' && node.reachable;
}

function drain(node) {
	const served = others(node);
	const lone = served.filter((each) => each.left === 0);
	ask({
		act: 'drain',
		title: `Drain ${node.id}?`,
		danger: lone.length > 0,
		words: [
			`${node.application || 'The node'} accepts no new calls from then on; `
				+ `${plural(node.inFlight || 0, 'call', 'calls')} in flight may finish. It serves ${rate(node.rate?.calls)} calls/s now.`,
			served.length > 0 ? 'Who takes over:' : 'It serves nothing.',
		],
		list: served.map(({ service, left }) => left > 0
			? `${service.name}: ${plural(left, 'other instance', 'other instances')}`
			: `${service.name}: nobody. All calls to it will fail.`),
		button: 'Drain',
		request: { act: 'drain', node: node.id },
		done: `${node.id} drains.`,
	});
}

function resume(node) {
	ask({
		act: 'resume',
		title: `Resume ${node.id}?`,
		words: [`${node.application || 'The node'} advertises its services again and takes its part of the calls, weight ${node.weight}.`],
		button: 'Resume',
		request: { act: 'resume', node: node.id },
		done: `${node.id} serves again.`,
	});
}

function weight(node) {
	const field = h('input', { type: 'number', min: '1', max: '10000', step: '1', value: String(node.weight ?? 100), required: true, name: 'weight' });
	const peers = new Set();
	others(node).forEach(({ service }) => service.instances.forEach((each) => peers.add(each.node)));
	peers.delete(node.id);
	const rest = [...peers].map((id) => live.nodesById.get(id)).filter(takes).reduce((sum, each) => sum + (each.weight ?? 100), 0);
	const words = h('p', null);
	const tell = () => {
		const given = Number(field.value);
		words.textContent = rest > 0 && given > 0
			? `With ${given} it gets about ${Math.round((100 * given) / (given + rest))} % of the calls of clients that follow weights; `
				+ `with ${node.weight} it gets ${Math.round((100 * node.weight) / (node.weight + rest))} %.`
			: 'Nobody else serves what it serves: the weight makes no difference now.';
	};
	field.addEventListener('input', tell);
	tell();
	ask({
		act: 'weight',
		title: `Weight of ${node.id}`,
		words: ['The share of this instance for strategies that follow weights, until it is set again or the node starts anew.'],
		extra: [h('label', null, 'Weight, 1 to 10000', field), words],
		button: 'Set the weight',
		request: () => ({ act: 'weight', node: node.id, weight: Number(field.value) }),
		done: () => `${node.id} has weight ${field.value}.`,
	});
}

/** Of an instance, at one client service of one caller. */
export function eject(row) {
	const remaining = (live.picture.instances || []).filter((each) => each.caller === row.caller && each.client === row.client
		&& each.node !== row.node && each.state !== 'ejected').length;
	ask({
		act: 'eject',
		title: `Eject ${row.node}?`,
		danger: remaining === 0,
		words: [
			`The client of ${row.client} in ${row.caller} sends no more calls to it until it is restored; it sends ${rate(row.attempts)}/s now. Other callers go on.`,
			remaining > 0 ? `${plural(remaining, 'other instance remains', 'other instances remain')} for this client.`
				: 'No other instance remains for this client: its calls will fail.',
		],
		button: 'Eject',
		request: { act: 'eject', node: row.caller, instance: row.node, client: row.client },
		done: `${row.caller} leaves out ${row.node}.`,
	});
}

export function restore(row) {
	ask({
		act: 'restore',
		title: `Restore ${row.node}?`,
		words: [`The client of ${row.client} in ${row.caller} sends calls to it again.`],
		button: 'Restore',
		request: { act: 'restore', node: row.caller, instance: row.node, client: row.client },
		done: `${row.caller} calls ${row.node} again.`,
	});
}

function ask({ act, title, words, list, extra, danger, button, request, done }) {
	const before = document.activeElement;
	const reason = h('input', { name: 'reason', autocomplete: 'off', placeholder: 'for the log, may be empty' });
	const wrong = h('p', { class: 'wrong', role: 'alert', hidden: true });
	const go = h('button', { type: 'submit', class: danger ? 'danger' : 'main', data: { confirm: act } }, button);
	const dialog = h('dialog', { 'aria-labelledby': 'ask-title', class: 'steer' });
	const form = h('form', { class: 'stack', onsubmit: async (event) => {
		event.preventDefault();
		go.disabled = true;
		wrong.hidden = true;
		try {
			const body = typeof request === 'function' ? request() : request;
			await post('api/steering', { instance: null, client: null, weight: null, ...body, reason: reason.value || null });
			dialog.close();
			note(typeof done === 'function' ? done() : done);
		}
		catch (ex) {
			wrong.textContent = ex.message;
			wrong.hidden = false;
			go.disabled = false;
		}
	} }, h('h2', { id: 'ask-title' }, title), words.map((each) => h('p', { class: 'hint' }, each)),
		list && list.length > 0 ? h('ul', null, list.slice(0, 12).map((each) => h('li', null, each)),
			list.length > 12 ? h('li', null, `and ${count(list.length - 12)} more`) : null) : null,
		extra, h('label', null, 'Reason', reason), wrong,
		h('div', { class: 'buttons' }, h('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel'), go));
	dialog.append(form);
	dialog.addEventListener('close', () => {
		dialog.remove();
		before?.focus?.();
	});
	document.getElementById('dialogs').append(dialog);
	dialog.showModal();
}
