/*
 * Draws the map on its canvas: bands, lines, cards. Reads what it is given and changes nothing.
 */
import { colour } from './dom.js';
import { latency, plural, rate, share, state } from './format.js';
import { CARD } from './map-layout.js';

const FONT = 'system-ui, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif';
const NAMES = ['ground', 'surface', 'raised', 'sunken', 'line', 'line-strong', 'text', 'muted', 'accent', 'accent-soft',
	'good', 'warn', 'bad', 'bad-soft', 'warn-soft', 'gone', 'other', 'lane'];

export function inks() {
	return Object.fromEntries(NAMES.map((name) => [name.replace(/-(\w)/g, (all, letter) => letter.toUpperCase()),
		colour(`--${name}`)]));
}

/** Pixels of the layer of fine lines, and its lines in one path. */
const FINEST = 2e6;
const AT_ONCE = 64;

const widths = new Map();

/** A text no wider than that; measured once. */
function fit(draw, text, width) {
	const key = `${draw.font}|${width}|${text}`;
	let found = widths.get(key);
	if (found === undefined) {
		found = text;
		if (draw.measureText(text).width > width) {
			let low = 0;
			let high = text.length;
			while (low < high) {
				const middle = (low + high + 1) >> 1;
				if (draw.measureText(`${text.substring(0, middle)}…`).width <= width) {
					low = middle;
				}
				else {
					high = middle - 1;
				}
			}
			found = `${text.substring(0, low)}…`;
		}
		if (widths.size > 4000) {
			widths.clear();
		}
		widths.set(key, found);
	}
	return found;
}

export function paint(draw, scene) {
	const { camera, ink, size, ratio } = scene;
	draw.setTransform(ratio, 0, 0, ratio, 0, 0);
	draw.fillStyle = ink.ground;
	draw.fillRect(0, 0, size.width, size.height);
	draw.setTransform(ratio * camera.k, 0, 0, ratio * camera.k, ratio * camera.x, ratio * camera.y);
	const seen = { left: -camera.x / camera.k, top: -camera.y / camera.k, right: (size.width - camera.x) / camera.k,
		bottom: (size.height - camera.y) / camera.k };
	bands(draw, scene);
	if (scene.fine) {
		threads(draw, scene);
	}
	for (const curve of scene.curves) {
		line(draw, scene, curve);
	}
	for (const [id, box] of scene.boxes) {
		if (box.x < seen.right && box.x + box.w > seen.left && box.y < seen.bottom && box.y + box.h > seen.top) {
			card(draw, scene, scene.cards.get(id), box);
		}
	}
	if (camera.k > 0.5) {
		labels(draw, scene);
	}
}

function bands(draw, { bands: all, ink }) {
	for (const band of all) {
		draw.fillStyle = ink.lane;
		draw.strokeStyle = ink.line;
		draw.lineWidth = 1;
		draw.beginPath();
		draw.roundRect(band.x, band.y, band.w, band.h, 14);
		draw.fill();
		draw.stroke();
		draw.fillStyle = ink.muted;
		draw.font = `600 15px ${FONT}`;
		draw.textAlign = 'left';
		draw.textBaseline = 'middle';
		draw.fillText(fit(draw, band.zone ? `Zone ${band.zone}` : 'Without a zone', band.w - 40), band.x + 16, band.y + 18);
	}
}

/** The curve of a line between two cards; upright, it goes from above to below. */
export function curve(edge, from, to, lane, upright) {
	if (!upright || edge.from === edge.to) {
		return across(edge, from, to, lane);
	}
	const turned = (box) => ({ x: box.y, y: box.x, w: box.h, h: box.w });
	const { points } = across(edge, turned(from), turned(to), lane);
	return { edge, points: [1, 0, 3, 2, 5, 4, 7, 6].map((i) => points[i]) };
}

function across(edge, from, to, lane) {
	const back = to.x <= from.x + from.w - 8;
	if (edge.from === edge.to) {
		const x = from.x + from.w * 0.72;
		return { edge, points: [x, from.y, x + 20, from.y - 40, x - 70, from.y - 40, x - 50, from.y] };
	}
	if (back && Math.abs(to.x + to.w / 2 - from.x - from.w / 2) < 150) {
		const right = Math.max(from.x + from.w, to.x + to.w);
		return { edge, points: [from.x + from.w, lane.from, right + 70, lane.from, right + 70, lane.to, to.x + to.w, lane.to] };
	}
	if (back) {
		const reach = (from.x - to.x - to.w) * 0.4;
		return { edge, points: [from.x, lane.from, from.x - reach, lane.from, to.x + to.w + reach, lane.to, to.x + to.w, lane.to] };
	}
	const reach = Math.max(36, (to.x - from.x - from.w) * 0.48);
	return { edge, points: [from.x + from.w, lane.from, from.x + from.w + reach, lane.from, to.x - reach, lane.to, to.x, lane.to] };
}

export function at(points, t) {
	const u = 1 - t;
	const a = u * u * u;
	const b = 3 * u * u * t;
	const c = 3 * u * t * t;
	const d = t * t * t;
	return [a * points[0] + b * points[2] + c * points[4] + d * points[6],
		a * points[1] + b * points[3] + c * points[5] + d * points[7]];
}

function edgeInk(ink, edge) {
	return edge.level === 2 ? ink.bad : edge.level === 1 ? ink.warn : edge.rate.calls > 0 ? ink.accent : ink.lineStrong;
}

function line(draw, { ink, focus, camera, byZone }, { edge, points }) {
	const dim = focus && !focus.edges.has(edge.id);
	const usual = byZone && edge.acrossZones ? 0.3 : 0.75;
	draw.globalAlpha = dim ? 0.1 : edge.level > 0 || focus ? 1 : usual;
	draw.strokeStyle = edgeInk(ink, edge);
	draw.fillStyle = draw.strokeStyle;
	draw.lineWidth = Math.min(6, 1.2 + Math.log10(1 + edge.rate.calls) * 1.15) / Math.max(1, camera.k * 0.8);
	draw.setLineDash(edge.level === 2 ? [3, 4] : edge.acrossZones ? [9, 5] : []);
	draw.beginPath();
	draw.moveTo(points[0], points[1]);
	draw.bezierCurveTo(points[2], points[3], points[4], points[5], points[6], points[7]);
	draw.stroke();
	draw.setLineDash([]);
	if (edge.from !== edge.to) {
		const long = Math.hypot(points[6] - points[4], points[7] - points[5]) || 1;
		const [dx, dy] = [(points[6] - points[4]) / long, (points[7] - points[5]) / long];
		draw.beginPath();
		draw.moveTo(points[6], points[7]);
		draw.lineTo(points[6] - dx * 9 - dy * 4.5, points[7] - dy * 9 + dx * 4.5);
		draw.lineTo(points[6] - dx * 9 + dy * 4.5, points[7] - dy * 9 - dx * 4.5);
		draw.fill();
	}
	draw.globalAlpha = 1;
}

/**
 * Lines between single instances: thousands, so they have a layer of their own, which is moved along while the map
 * moves and drawn anew when it rests or there is a new picture.
 */
function threads(draw, { fine, ink, layer, camera, size, ratio, moving }) {
	if (!moving || !layer.camera) {
		layer.canvas ??= document.createElement('canvas');
		// Fine lines need not be finer on a wall: they cost by the pixel.
		const scale = Math.min(ratio, Math.sqrt(FINEST / (size.width * size.height)));
		layer.canvas.width = Math.max(1, Math.round(size.width * scale));
		layer.canvas.height = Math.max(1, Math.round(size.height * scale));
		layer.camera = { ...camera };
		const onLayer = layer.canvas.getContext('2d');
		onLayer.setTransform(scale * camera.k, 0, 0, scale * camera.k, scale * camera.x, scale * camera.y);
		strokes(onLayer, fine, ink);
	}
	const nearer = camera.k / layer.camera.k;
	draw.save();
	draw.setTransform(ratio, 0, 0, ratio, 0, 0);
	draw.imageSmoothingEnabled = false;
	draw.drawImage(layer.canvas, camera.x - layer.camera.x * nearer, camera.y - layer.camera.y * nearer, size.width * nearer,
		size.height * nearer);
	draw.restore();
}

/** In few strokes, none of which is a path of very many lines: those cost more than in proportion. */
function strokes(draw, fine, ink) {
	const inksOf = [[ink.accent, 0.16], [ink.warn, 0.6], [ink.bad, 0.75]];
	draw.lineWidth = 0.8;
	fine.forEach((lines, level) => {
		if (lines.length === 0) {
			return;
		}
		[draw.strokeStyle, draw.globalAlpha] = inksOf[level];
		for (let from = 0; from < lines.length; from += AT_ONCE) {
			draw.beginPath();
			for (const [ax, ay, bx, by] of lines.slice(from, from + AT_ONCE)) {
				draw.moveTo(ax, ay);
				draw.lineTo(bx, by);
			}
			draw.stroke();
		}
	});
}

/** What is said of a line, the longest first. */
function labelTexts(edge) {
	const usual = `${rate(edge.rate.calls)}/s · ${latency(edge.rate.p99Us)}`;
	if (edge.level === 0) {
		return [usual];
	}
	const failing = `✕ ${share(edge.rate.failures, edge.rate.calls)}`;
	return [`${failing} · ${usual}`, failing];
}

const PLACES = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82];

function labels(draw, { curves, ink, focus, boxes, byZone }) {
	const placed = [...boxes.values()];
	draw.font = `600 12px ${FONT}`;
	draw.textAlign = 'center';
	draw.textBaseline = 'middle';
	const wanted = curves.filter(({ edge }) => (edge.rate.calls > 0 || edge.level > 0) && (focus ? focus.edges.has(edge.id)
		: !byZone || !edge.acrossZones || edge.level > 0))
		.sort((a, b) => b.edge.level - a.edge.level || b.edge.rate.calls - a.edge.rate.calls);
	for (const { edge, points } of wanted) {
		const texts = labelTexts(edge);
		// What fails is said in any case, if need be over something else.
		const found = texts.map((text) => room(draw, text, points, placed)).find(Boolean)
			?? (edge.level > 0 ? boxAt(draw, texts.at(-1), at(points, 0.5)) : null);
		if (found) {
			placed.push(found);
			label(draw, ink, edge, found);
		}
	}
}

function boxAt(draw, text, [x, y]) {
	const width = draw.measureText(text).width + 12;
	return { text, x: x - width / 2, y: y - 9, w: width, h: 18 };
}

function room(draw, text, points, placed) {
	for (const t of PLACES) {
		const box = boxAt(draw, text, at(points, t));
		if (!placed.some((other) => other.x < box.x + box.w && box.x < other.x + other.w && other.y < box.y + box.h
				&& box.y < other.y + other.h)) {
			return box;
		}
	}
	return null;
}

function label(draw, ink, edge, box) {
	const tint = [ink.text, ink.warn, ink.bad][edge.level];
	draw.fillStyle = [ink.raised, ink.warnSoft, ink.badSoft][edge.level];
	draw.strokeStyle = edge.level > 0 ? tint : ink.line;
	draw.lineWidth = 1;
	draw.beginPath();
	draw.roundRect(box.x, box.y, box.w, box.h, 9);
	draw.fill();
	draw.stroke();
	draw.fillStyle = tint;
	draw.fillText(box.text, box.x + box.w / 2, box.y + 9.5);
}

const LEVELS = ['good', 'warn', 'bad', 'gone', 'other'];

function card(draw, scene, one, box) {
	const { ink, focus, selected, camera } = scene;
	draw.globalAlpha = focus && !focus.cards.has(one.id) ? 0.35 : 1;
	const mark = ink[one.callsOnly && one.level === 0 ? 'other' : LEVELS[one.level]];
	draw.fillStyle = ink.surface;
	draw.strokeStyle = selected === one.id ? ink.accent : one.level === 2 ? ink.bad : ink.lineStrong;
	draw.lineWidth = selected === one.id ? 3 : one.level === 2 ? 2 : 1;
	draw.setLineDash(one.level === 3 ? [4, 4] : []);
	draw.beginPath();
	draw.roundRect(box.x, box.y, box.w, box.h, 10);
	draw.fill();
	draw.stroke();
	draw.setLineDash([]);
	draw.fillStyle = mark;
	draw.beginPath();
	draw.roundRect(box.x + 6, box.y + 9, 4, Math.min(50, box.h - 18), 2);
	draw.fill();
	const inner = box.w - 32;
	const x = box.x + 18;
	draw.textAlign = 'left';
	draw.textBaseline = 'alphabetic';
	draw.fillStyle = one.level === 3 ? ink.gone : ink.text;
	if (camera.k < 0.58) {
		far(draw, ink, one, box, camera);
	}
	else if (box.h < CARD.height) {
		small(draw, ink, one, box);
	}
	else {
		draw.font = `650 16px ${FONT}`;
		draw.fillText(fit(draw, one.application, inner), x, box.y + 24);
		draw.font = `13px ${FONT}`;
		draw.fillStyle = ink.muted;
		draw.fillText(fit(draw, served(one), inner), x, box.y + 43);
		words(draw, ink, one, x, box.y + 60, inner);
	}
	if (box.columns) {
		tiles(draw, scene, one, box);
	}
	else if (box.h >= CARD.height) {
		dots(draw, ink, one, box);
	}
	draw.globalAlpha = 1;
}

function served(one) {
	return one.callsOnly ? 'only calls' : `${rate(one.rate.calls)}/s · p99 ${latency(one.rate.p99Us)}`;
}

/** From afar: the name as large as it can be read, its calls if there is room, and whether it is in trouble. */
function far(draw, ink, one, box, camera) {
	const size = Math.min(10.5 / camera.k, 30);
	const head = box.columns ? CARD.head : box.h;
	const two = head >= 2.35 * size || one.level === 2;
	draw.font = `650 ${Math.round(size)}px ${FONT}`;
	draw.fillText(fit(draw, one.application, box.w - 24), box.x + 16, box.y + (two ? size * 1.1 : head / 2 + size * 0.35));
	if (!two) {
		return;
	}
	const said = one.unreachable > 0 ? `✕ ${one.unreachable}` : one.failing > 0 ? `✕ ${share(one.rate.failures, one.rate.calls)}`
		: one.changing > 0 ? `◐ ${one.changing}` : one.callsOnly ? '' : `${rate(one.rate.calls)}/s`;
	draw.font = `${one.level > 0 && one.level < 3 ? 650 : 400} ${Math.round(size * 0.9)}px ${FONT}`;
	draw.fillStyle = one.level === 2 ? ink.bad : one.level === 1 ? ink.warn : ink.muted;
	draw.fillText(fit(draw, said, box.w - 24), box.x + 16, box.y + size * 2.15);
}

function small(draw, ink, one, box) {
	draw.font = `650 15px ${FONT}`;
	const name = fit(draw, one.application, box.w - 64);
	draw.fillText(name, box.x + 18, box.y + 21);
	draw.font = `12px ${FONT}`;
	draw.textAlign = 'right';
	draw.fillStyle = ink.muted;
	draw.fillText(`×${one.here}`, box.x + box.w - 10, box.y + 21);
	draw.textAlign = 'left';
	if (one.level > 0) {
		words(draw, ink, one, box.x + 18, box.y + 41, box.w - 28);
		return;
	}
	draw.font = `13px ${FONT}`;
	draw.fillText(fit(draw, served(one), box.w - 28), box.x + 18, box.y + 41);
}

function words(draw, ink, one, x, y, inner) {
	const said = [];
	if (one.unreachable > 0) {
		said.push(`✕ ${one.unreachable}/${one.here} unreachable`);
	}
	if (one.failing > 0) {
		said.push(`${share(one.rate.failures, one.rate.calls)} fail`);
	}
	if (said.length === 0 && one.changing > 0) {
		said.push(`◐ ${one.changing}/${one.here} not serving`);
	}
	if (said.length === 0) {
		said.push(one.here === 0 ? 'left' : plural(one.here, 'instance', 'instances'));
		if (one.zone === null && one.zones.length > 0) {
			said.push(one.zones.length === 1 ? one.zones[0] : `${one.zones.length} zones`);
		}
	}
	draw.fillStyle = one.level === 2 ? ink.bad : one.level === 1 ? ink.warn : ink.muted;
	draw.font = `${one.level > 0 && one.level < 3 ? 600 : 400} 13px ${FONT}`;
	draw.fillText(fit(draw, said.join(' · '), inner), x, y);
}

/** One shape for each instance, in a row at the foot. */
function dots(draw, ink, one, box) {
	const room = Math.floor((box.w - 28) / 10);
	one.nodes.slice(0, room).forEach((node, i) => shape(draw, ink, node, box.x + 22 + i * 10, box.y + box.h - 12, 3.5));
}

/** Its form says its state, too, for who does not see colours apart. */
function shape(draw, ink, node, x, y, r) {
	const { level } = state(node.state);
	const tint = ink[LEVELS[level]];
	draw.fillStyle = tint;
	draw.strokeStyle = tint;
	draw.lineWidth = 1.6;
	draw.beginPath();
	if (level === 2) {
		draw.moveTo(x - r, y - r);
		draw.lineTo(x + r, y + r);
		draw.moveTo(x + r, y - r);
		draw.lineTo(x - r, y + r);
		draw.stroke();
	}
	else if (level === 1) {
		draw.arc(x, y, r, Math.PI / 2, 1.5 * Math.PI);
		draw.fill();
		draw.beginPath();
		draw.arc(x, y, r, 0, 2 * Math.PI);
		draw.stroke();
	}
	else if (level === 3) {
		draw.arc(x, y, r, 0, 2 * Math.PI);
		draw.stroke();
	}
	else if (level === 4) {
		draw.moveTo(x, y - r - 1);
		draw.lineTo(x + r + 1, y);
		draw.lineTo(x, y + r + 1);
		draw.lineTo(x - r - 1, y);
		draw.fill();
	}
	else {
		draw.arc(x, y, r, 0, 2 * Math.PI);
		draw.fill();
	}
}

/** Where the tile of the instance of that number lies. */
export function tileAt(box, index) {
	const column = index % box.columns;
	const row = Math.floor(index / box.columns);
	return { x: box.x + CARD.pad + column * (CARD.tile + CARD.gap), y: box.y + CARD.head + 4 + row * (CARD.tileHeight + CARD.gap),
		w: CARD.tile, h: CARD.tileHeight };
}

function tiles(draw, { ink, camera, selectedNode, byZone }, one, box) {
	const unread = camera.k < 0.55;
	one.nodes.forEach((node, i) => {
		const tile = tileAt(box, i);
		const { level } = state(node.state);
		draw.fillStyle = level === 2 ? ink.badSoft : level === 1 ? ink.warnSoft : ink.sunken;
		draw.strokeStyle = selectedNode === node.id ? ink.accent : level === 2 ? ink.bad : level === 1 ? ink.warn : ink.line;
		draw.lineWidth = selectedNode === node.id ? 2.5 : 1;
		draw.beginPath();
		draw.roundRect(tile.x, tile.y, tile.w, tile.h, 6);
		draw.fill();
		draw.stroke();
		shape(draw, ink, node, tile.x + 10, tile.y + 13, 4);
		if (unread) {
			return;
		}
		draw.font = `10.5px ${FONT}`;
		draw.textBaseline = 'alphabetic';
		draw.fillStyle = level === 3 ? ink.gone : ink.text;
		draw.fillText(fit(draw, tail(node.id, one.application), tile.w - 24), tile.x + 19, tile.y + 11.5);
		draw.fillStyle = level === 2 ? ink.bad : ink.muted;
		draw.font = `9.5px ${FONT}`;
		const below = level !== 0 ? state(node.state).text : `${rate(node.rate?.calls)}/s${!byZone && node.zone ? ` · ${node.zone}` : ''}`;
		draw.fillText(fit(draw, below, tile.w - 24), tile.x + 19, tile.y + 22);
	});
}

/** What tells instances of one application apart is mostly at the end. */
function tail(id, application) {
	return id.startsWith(`${application}-`) ? id.substring(application.length + 1) : id;
}
