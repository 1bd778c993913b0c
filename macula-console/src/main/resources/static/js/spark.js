/*
 * Small curves in cells.
 */
import { colour } from './dom.js';

let ink = null;

export function forgetColours() {
	ink = null;
}

function inks() {
	ink ??= { line: colour('--accent'), bad: colour('--bad'), ground: colour('--accent-soft') };
	return ink;
}

/** Draws values from left to right, the last at the edge, and marks where something failed. */
export function spark(canvas, values, failures) {
	const ratio = Math.min(2, devicePixelRatio || 1);
	const width = 96;
	const height = 22;
	if (canvas.width !== width * ratio) {
		canvas.width = width * ratio;
		canvas.height = height * ratio;
		canvas.style.width = `${width}px`;
		canvas.style.height = `${height}px`;
	}
	const draw = canvas.getContext('2d');
	draw.setTransform(ratio, 0, 0, ratio, 0, 0);
	draw.clearRect(0, 0, width, height);
	const shown = values.slice(-60);
	if (shown.length < 2) {
		return;
	}
	let most = 0;
	for (const value of shown) {
		most = value > most ? value : most;
	}
	const step = width / 59;
	const start = width - (shown.length - 1) * step;
	const y = (value) => height - 2 - (most > 0 ? (value / most) * (height - 8) : 0);
	draw.beginPath();
	let drawing = false;
	shown.forEach((value, i) => {
		if (Number.isNaN(value)) {
			drawing = false;
			return;
		}
		if (drawing) {
			draw.lineTo(start + i * step, y(value));
		}
		else {
			draw.moveTo(start + i * step, y(value));
			drawing = true;
		}
	});
	draw.strokeStyle = inks().line;
	draw.lineWidth = 1.3;
	draw.lineJoin = 'round';
	draw.stroke();
	if (failures) {
		const failed = failures.slice(-60);
		draw.fillStyle = inks().bad;
		failed.forEach((value, i) => {
			if (value > 0) {
				draw.fillRect(width - (failed.length - 1 - i) * step - 1, height - 2, 2, 2);
			}
		});
	}
}
