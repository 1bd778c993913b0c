/*
 * Where cards lie: columns from callers to whom they call, in each column as near as can be to their neighbours
 * (d3-force), zones as bands one below the other. Computed when cards come, go or change their size, never because
 * rates do, so that the map lies still.
 */

export const CARD = { width: 184, height: 88, small: 52, head: 66, tile: 94, tileHeight: 26, gap: 4, pad: 8 };
const BETWEEN = 112;
const WIDEST_BETWEEN = 190;
const GAP = 26;
const SMALL_GAP = 14;
const WIDEST_GAP = 84;
const BAND_HEAD = 34;
const BAND_GAP = 18;
const TALLEST = 1150;

/** Size of a card, by how many instances it shows. */
export function measure(card, open) {
	if (!open) {
		// In a zone it says less, since there are more of them.
		return { w: CARD.width, h: card.zone === null ? CARD.height : CARD.small };
	}
	const count = Math.max(1, card.nodes.length);
	const columns = Math.min(count, Math.max(2, Math.round(Math.sqrt(count / 2.2))));
	const rows = Math.ceil(count / columns);
	return {
		w: Math.max(CARD.width, 2 * CARD.pad + columns * (CARD.tile + CARD.gap) - CARD.gap),
		h: CARD.head + 4 + rows * (CARD.tileHeight + CARD.gap) + CARD.pad - CARD.gap,
		columns,
	};
}

/**
 * Boxes of cards and bands of zones. Callers lie left of whom they call, or above, whichever shows all of it larger on
 * a place of that size.
 */
export function layout(cards, edges, open, before, { width, height }) {
	const flat = arrange(cards, edges, open, before, width / height, false);
	const scale = Math.min(width / flat.width, height / flat.height);
	if (scale > 0.8 || width > height * 1.6) {
		return { ...flat, upright: false };
	}
	const upright = turn(arrange(cards, edges, open, before, height / width, true));
	return Math.min(width / upright.width, height / upright.height) > scale * 1.1 ? { ...upright, upright: true } : { ...flat, upright: false };
}

function turn(placed) {
	const swap = (box) => {
		[box.x, box.y, box.w, box.h] = [box.y, box.x, box.h, box.w];
	};
	placed.boxes.forEach(swap);
	placed.bands.forEach(swap);
	[placed.width, placed.height] = [placed.height, placed.width];
	return placed;
}

function arrange(cards, edges, open, before, aspect, upright) {
	const ranks = rank(cards, edges);
	const boxes = new Map();
	for (const card of cards.values()) {
		const size = measure(card, open(card));
		const box = { id: card.id, rank: ranks.get(card.application), ...size };
		if (upright) {
			[box.w, box.h] = [size.h, size.w];
		}
		boxes.set(card.id, box);
	}
	const bands = new Map();
	for (const card of [...cards.values()].sort((a, b) => (a.id < b.id ? -1 : 1))) {
		const zone = card.zone ?? '';
		if (!bands.has(zone)) {
			bands.set(zone, []);
		}
		bands.get(zone).push(boxes.get(card.id));
	}
	const byZone = [...cards.values()].some((card) => card.zone !== null);
	let columns = columnsOf([...bands.values()], BETWEEN);
	const gap = byZone ? SMALL_GAP : roomy(boxes, columns, aspect);
	let placed = stack(bands, edges, columns, before, gap, byZone);
	const free = (placed.height * aspect - placed.width) / Math.max(1, columns.size - 1);
	if (byZone && free > 12) {
		columns = columnsOf([...bands.values()], BETWEEN + Math.min(WIDEST_BETWEEN, free));
		placed = stack(bands, edges, columns, before, gap, byZone);
	}
	return { boxes, ...placed };
}

/** The bands one below the other. */
function stack(bands, edges, columns, before, gap, byZone) {
	const drawn = [];
	let top = 0;
	let right = 0;
	for (const [zone, inBand] of [...bands].sort(([a], [b]) => (a < b ? -1 : 1))) {
		place(inBand, edges, columns, before, gap);
		const least = Math.min(...inBand.map((box) => box.y));
		const most = Math.max(...inBand.map((box) => box.y + box.h));
		const shift = top + (byZone ? BAND_HEAD : 0) - least;
		inBand.forEach((box) => {
			box.y += shift;
			right = Math.max(right, box.x + box.w);
		});
		const height = most - least + (byZone ? BAND_HEAD + 18 : 0);
		drawn.push({ zone, y: top, h: height });
		top += height + BAND_GAP;
	}
	for (const band of drawn) {
		band.x = -24;
		band.w = right + 48;
	}
	return { bands: byZone ? drawn : [], width: right, height: Math.max(0, top - BAND_GAP) };
}

/** Columns of applications: the longest way from who is called by nobody, edges that close a circle left out. */
function rank(cards, edges) {
	const next = new Map();
	const callers = new Map();
	for (const card of cards.values()) {
		next.set(card.application, new Set());
		callers.set(card.application, 0);
	}
	for (const edge of edges.values()) {
		const from = cards.get(edge.from)?.application;
		const to = cards.get(edge.to)?.application;
		if (from && to && from !== to && !next.get(from).has(to)) {
			next.get(from).add(to);
			callers.set(to, callers.get(to) + 1);
		}
	}
	const ranks = new Map();
	const state = new Map();
	const order = [];
	const visit = (name) => {
		state.set(name, 1);
		for (const to of [...next.get(name)].sort()) {
			if (state.get(to) === 1) {
				next.get(name).delete(to);
			}
			else if (!state.has(to)) {
				visit(to);
			}
		}
		state.set(name, 2);
		order.unshift(name);
	};
	[...next.keys()].sort((a, b) => callers.get(a) - callers.get(b) || (a < b ? -1 : 1))
		.forEach((name) => !state.has(name) && visit(name));
	order.forEach((name) => {
		const from = ranks.get(name) ?? 0;
		ranks.set(name, from);
		next.get(name).forEach((to) => ranks.set(to, Math.max(ranks.get(to) ?? 0, from + 1)));
	});
	// Who is called by nobody stands next to whom it calls.
	order.filter((name) => callers.get(name) === 0 && next.get(name).size > 0)
		.forEach((name) => ranks.set(name, Math.max(0, Math.min(...[...next.get(name)].map((to) => ranks.get(to))) - 1)));
	return ranks;
}

/** Left edges of the columns; a rank that would be too tall gets several. */
function columnsOf(bands, between) {
	const ranks = new Map();
	for (const boxes of bands) {
		const heights = new Map();
		for (const box of boxes) {
			const slot = heights.get(box.rank) || { sub: 0, tall: 0 };
			if (slot.tall > 0 && slot.tall + box.h > TALLEST) {
				slot.sub++;
				slot.tall = 0;
			}
			slot.tall += box.h + GAP;
			heights.set(box.rank, slot);
			box.sub = slot.sub;
			const widths = ranks.get(box.rank) || [];
			widths[box.sub] = Math.max(widths[box.sub] || 0, box.w);
			ranks.set(box.rank, widths);
		}
	}
	const left = new Map();
	let x = 0;
	for (const number of [...ranks.keys()].sort((a, b) => a - b)) {
		left.set(number, ranks.get(number).map((width) => {
			const at = { x, width };
			x += width + GAP;
			return at;
		}));
		x += between - GAP;
	}
	return left;
}

/** As much room between cards as makes the whole about as wide for its height as what it is drawn on. */
function roomy(boxes, columns, aspect) {
	const right = Math.max(0, ...[...columns.values()].flat().map((column) => column.x + column.width));
	const heights = new Map();
	for (const box of boxes.values()) {
		const key = `${box.rank}/${box.sub}`;
		const column = heights.get(key) || { tall: 0, count: 0 };
		column.tall += box.h;
		column.count++;
		heights.set(key, column);
	}
	const room = [...heights.values()].filter((column) => column.count > 1)
		.map((column) => (right / aspect - column.tall) / (column.count - 1));
	return Math.max(GAP, Math.min(WIDEST_GAP, ...room));
}

function place(inBand, edges, columns, before, gap) {
	const byColumn = new Map();
	for (const box of inBand) {
		const at = columns.get(box.rank)[box.sub];
		box.x = at.x + (at.width - box.w) / 2;
		const key = `${box.rank}/${box.sub}`;
		if (!byColumn.has(key)) {
			byColumn.set(key, []);
		}
		byColumn.get(key).push(box);
	}
	const points = new Map();
	for (const column of byColumn.values()) {
		let y = -column.reduce((all, box) => all + box.h + gap, -gap) / 2;
		for (const box of column) {
			const known = before?.get(box.id);
			points.set(box.id, { id: box.id, box, fx: box.x + box.w / 2, y: known ? known.mid : y + box.h / 2 });
			y += box.h + gap;
		}
	}
	const links = [...edges.values()].filter((edge) => edge.from !== edge.to && points.has(edge.from) && points.has(edge.to))
		.map((edge) => ({ source: edge.from, target: edge.to }));
	const simulation = d3.forceSimulation([...points.values()]).stop()
		.force('near', upright(links, points)).force('middle', d3.forceY(0).strength(0.02))
		.force('apart', () => byColumn.forEach((column) => apart(column.map((box) => points.get(box.id)), 0.5, gap)));
	simulation.tick(220);
	for (const column of byColumn.values()) {
		const all = column.map((box) => points.get(box.id));
		for (let i = 0; i < 40; i++) {
			apart(all, 1, gap);
		}
		all.forEach((point) => {
			point.box.y = Math.round(point.y - point.box.h / 2);
			point.box.mid = point.y;
		});
	}
}

/** Draws the ends of a link to one height. */
function upright(links, points) {
	return (alpha) => {
		for (const link of links) {
			const from = points.get(link.source);
			const to = points.get(link.target);
			const pull = (to.y - from.y) * 0.12 * alpha;
			from.vy += pull;
			to.vy -= pull;
		}
	};
}

/** Moves what lies on each other in a column apart. */
function apart(points, strength, gap) {
	points.sort((a, b) => a.y - b.y || (a.id < b.id ? -1 : 1));
	for (let i = 1; i < points.length; i++) {
		const need = (points[i - 1].box.h + points[i].box.h) / 2 + gap - (points[i].y - points[i - 1].y);
		if (need > 0) {
			points[i - 1].y -= (need / 2) * strength;
			points[i].y += (need / 2) * strength;
		}
	}
}
