/*
 * What happens in the realm, in words and signs.
 */
import { h } from './dom.js';
import { clock } from './format.js';

/** Lanes of the timeline, from above. */
export const LANES = ['Nodes', 'Instances', 'Steering', 'Connections'];

const KINDS = {
	joined: { sign: '▲', level: 0, lane: 0, text: 'joined' },
	left: { sign: '▽', level: 3, lane: 0, text: 'left' },
	unreachable: { sign: '✕', level: 2, lane: 0, text: 'is unreachable' },
	reachable: { sign: '●', level: 0, lane: 0, text: 'answers again' },
	'instance-joined': { sign: '▲', level: 0, lane: 1, text: 'sees a new instance' },
	'instance-left': { sign: '▽', level: 3, lane: 1, text: 'sees an instance leave' },
	'instance-ejected': { sign: '■', level: 2, lane: 1, text: 'ejected' },
	'instance-restored': { sign: '□', level: 0, lane: 1, text: 'restored' },
	'lease-granted': { sign: '◆', level: 0, lane: 3, text: 'was granted its lease' },
	'lease-lost': { sign: '◇', level: 2, lane: 3, text: 'lost its lease' },
	'connection-lost': { sign: '✕', level: 1, lane: 3, text: 'lost a connection' },
	'contracts-differ': { sign: '≠', level: 1, lane: 1, text: 'sees different contracts' },
	drained: { sign: '◐', level: 1, lane: 2, text: 'was drained' },
	resumed: { sign: '●', level: 0, lane: 2, text: 'was resumed' },
	withdrawn: { sign: '◌', level: 1, lane: 0, text: 'withdrew its services' },
	serving: { sign: '●', level: 0, lane: 0, text: 'serves' },
	weight: { sign: '⚖', level: 4, lane: 2, text: 'has another weight' },
	steered: { sign: '✋', level: 4, lane: 2, text: 'was steered' },
};

export function kind(event) {
	// Nodes tell the kinds of their events: "constructor" is none.
	return Object.hasOwn(KINDS, event.kind) ? KINDS[event.kind] : { sign: '·', level: 4, lane: 1, text: String(event.kind) };
}

export function eventText(event) {
	const parts = [event.node || 'The realm', kind(event).text];
	if (event.other) {
		parts.push(event.other);
	}
	if (event.service || event.client) {
		parts.push(`(${event.service || event.client})`);
	}
	return parts.join(' ') + (event.detail ? `: ${event.detail}` : '');
}

export function eventLine(event) {
	return `${clock(event.at)} ${eventText(event)}`;
}

export function eventItem(event) {
	const known = kind(event);
	return h('li', { data: { kind: event.kind } }, h('time', null, clock(event.at)),
		h('span', { class: `event-kind level-${known.level}`, 'aria-hidden': 'true' }, known.sign),
		h('span', { class: 'event-text', title: eventText(event) }, eventText(event)));
}
