/*
 * Short words to who sits before the page, and to who listens to it.
 */
import { h, setText } from './dom.js';

let timer = null;

/** For screen readers alone. */
export function announce(text) {
	const element = document.getElementById('said');
	setText(element, '');
	clearTimeout(timer);
	timer = setTimeout(() => setText(element, text), 80);
}

/** In the corner, for a while; what went wrong stays until it is closed. */
export function note(text, bad = false) {
	const element = h('div', { class: bad ? 'note bad' : 'note' }, text, ' ');
	if (bad) {
		element.append(h('button', { type: 'button', class: 'link', onclick: () => element.remove() }, 'Close'));
	}
	else {
		setTimeout(() => element.remove(), 6000);
	}
	document.getElementById('notes').append(element);
}
