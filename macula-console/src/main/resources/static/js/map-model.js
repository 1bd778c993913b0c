/*
 * What the map shows, out of a picture: cards of applications (in one zone each, where it is by zones) and who calls
 * whom.
 */
import { state, sum, trouble } from './format.js';

const NOTHING = { calls: 0, failures: 0, p50Us: null, p99Us: null };

export function model(picture, byZone) {
	const cards = new Map();
	const cardOf = new Map();
	for (const node of picture.nodes) {
		const application = node.application || node.id;
		const zone = byZone ? node.zone || '' : null;
		const id = byZone ? `${zone}\n${application}` : application;
		let card = cards.get(id);
		if (!card) {
			card = { id, application, zone, nodes: [] };
			cards.set(id, card);
		}
		card.nodes.push(node);
		cardOf.set(node.id, card);
	}
	for (const card of cards.values()) {
		judge(card);
	}
	const edges = new Map();
	for (const edge of picture.edges) {
		const from = cardOf.get(edge.from);
		const to = cardOf.get(edge.to);
		if (!from || !to) {
			continue;
		}
		const id = `${from.id}\n\n${to.id}`;
		let line = edges.get(id);
		if (!line) {
			line = { id, from: from.id, to: to.id, rates: [], services: new Map(), near: 0, far: 0, parts: [] };
			edges.set(id, line);
		}
		const rate = edge.rate || NOTHING;
		line.rates.push(rate);
		line.parts.push(edge);
		line.services.set(edge.service, (line.services.get(edge.service) || 0) + rate.calls);
		const zones = [edge.from, edge.to].map((node) => nodeZone(cardOf.get(node), node));
		line[zones[0] && zones[1] && zones[0] !== zones[1] ? 'far' : 'near'] += rate.calls;
	}
	for (const edge of edges.values()) {
		edge.rate = sum(edge.rates);
		edge.level = trouble(edge.rate);
		edge.acrossZones = edge.far > edge.near;
	}
	return { cards, edges, cardOf };
}

function nodeZone(card, id) {
	return card.nodes.find((node) => node.id === id)?.zone;
}

function judge(card) {
	card.nodes.sort((a, b) => (a.id < b.id ? -1 : 1));
	const here = card.nodes.filter((node) => node.state !== 'left');
	card.rate = sum(here.map((node) => node.rate || NOTHING));
	card.serving = here.filter((node) => node.state === 'serving').length;
	card.unreachable = here.filter((node) => node.state === 'unreachable').length;
	card.left = card.nodes.length - here.length;
	card.here = here.length;
	card.changing = here.filter((node) => state(node.state).level === 1).length;
	card.callsOnly = here.length > 0 && here.every((node) => node.state === 'calls-only');
	card.zones = [...new Set(here.map((node) => node.zone).filter(Boolean))];
	card.failing = trouble(card.rate);
	card.level = card.unreachable > 0 || card.failing === 2 ? 2 : card.changing > 0 || card.failing === 1 ? 1
		: here.length === 0 ? 3 : 0;
}
