/*
 * Charts over time (uPlot): calls with failures, latencies.
 */
import uPlot from '../webjars/uplot/dist/uPlot.esm.js';
import { colour, h } from './dom.js';
import { clock, latency, rate } from './format.js';

const FONT = '11px system-ui, "Liberation Sans", sans-serif';

function axis(values, size = 76) {
	return { stroke: () => colour('--muted'), grid: { stroke: () => colour('--line'), width: 1 },
		ticks: { show: false }, font: FONT, size, values };
}

/**
 * A chart that follows the width of its place. Lines: {title, ink, dash, fill}; what marks draws comes on top.
 */
export class Chart {

	constructor({ title, lines, format, height = 150, sync, marks, keys }) {
		this.element = h('section', { class: 'chart', 'aria-label': title },
			h('h3', null, title, lines.map((line) => h('span', { class: `key ${line.key || ''}` }, line.title))));
		this.place = h('div');
		this.element.append(this.place);
		this.height = height;
		this.options = {
			width: 300, height, legend: { show: false }, padding: [8, 12, 0, 0],
			cursor: { sync: sync ? { key: sync } : undefined, points: { size: 6 }, drag: { x: false, y: false } },
			scales: { x: { time: true }, y: { range: (chart, least, most) => [0, Math.max(most || 0, lines[0].least || 1) * 1.08] } },
			axes: [{ ...axis((chart, splits) => splits.map((at) => clock(at * 1000)), 26), space: 90, gap: 6 },
				axis((chart, splits) => splits.map(format))],
			series: [{}, ...lines.map((line) => ({ label: line.title, stroke: () => colour(line.ink), width: 1.6, dash: line.dash,
				fill: line.fill ? () => `color-mix(in srgb, ${colour(line.ink)} 14%, transparent)` : undefined, points: { show: false }, spanGaps: false }))],
			hooks: { draw: marks ? [marks] : [], setCursor: keys ? [keys] : [] },
		};
		this.observer = new ResizeObserver(() => this.size());
		this.observer.observe(this.place);
		this.themed = () => this.chart?.redraw(false, true);
		addEventListener('themed', this.themed);
	}

	show(data, from, to) {
		if (!this.chart) {
			this.chart = new uPlot(this.options, data, this.place);
			this.size();
		}
		else {
			this.chart.setData(data, false);
		}
		this.chart.setScale('x', { min: from, max: to });
	}

	size() {
		const width = Math.floor(this.place.clientWidth);
		if (this.chart && width > 0 && width !== this.chart.width) {
			this.chart.setSize({ width, height: this.height });
		}
	}

	close() {
		this.observer.disconnect();
		removeEventListener('themed', this.themed);
		this.chart?.destroy();
	}

}

/** What a ring holds since a time, as uPlot wants it. */
export function series(ring, since, ...columns) {
	const times = [];
	const values = columns.map(() => []);
	ring?.each((at) => {
		if (ring.times[at] >= since) {
			times.push(ring.times[at] / 1000);
			columns.forEach((column, i) => {
				const value = ring.columns[column][at];
				values[i].push(Number.isNaN(value) ? null : value);
			});
		}
	});
	return [times, ...values];
}

export function callsChart(options = {}) {
	return new Chart({ title: 'Calls per second', format: rate, lines: [
		{ title: 'calls', ink: '--accent', fill: true, least: 1 }, { title: 'failures', ink: '--bad', dash: [4, 3], key: 'bad' }], ...options });
}

export function latencyChart(options = {}) {
	return new Chart({ title: 'Latency', format: latency, lines: [{ title: 'p99', ink: '--other', key: 'other', least: 1000 }], ...options });
}

/** Both for one thing at the side. */
export class SideCharts {

	constructor() {
		this.calls = callsChart({ height: 110 });
		this.latency = latencyChart({ height: 110 });
		this.element = h('div', { class: 'stack' }, this.calls.element, this.latency.element);
	}

	show(ring, now) {
		const from = now - 600000;
		const [times, calls, failures, p99] = series(ring, from, 0, 1, 2);
		this.calls.show([times, calls, failures], from / 1000, now / 1000);
		this.latency.show([times, p99], from / 1000, now / 1000);
	}

	close() {
		this.calls.close();
		this.latency.close();
	}

}
