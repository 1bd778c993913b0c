/*
 * Elements of the page. Whatever comes from the realm is hostile input: it becomes text by textContent, never markup.
 */

const PROPERTIES = new Set(['value', 'checked', 'disabled', 'hidden', 'selected', 'type', 'tabIndex', 'htmlFor',
	'placeholder', 'open', 'min', 'max', 'step', 'rows', 'href', 'id', 'title', 'name', 'autocomplete', 'spellcheck',
	'colSpan', 'scope', 'required', 'multiple', 'width', 'height', 'readOnly']);

/** An element: h('a', {class: 'x', href: '#/map', onclick}, 'text', child, [children]). */
export function h(name, attributes, ...children) {
	const element = document.createElement(name);
	for (const [key, value] of Object.entries(attributes || {})) {
		if (value === undefined || value === null) {
			continue;
		}
		if (key.startsWith('on')) {
			element.addEventListener(key.substring(2), value);
		}
		else if (key === 'class') {
			element.className = value;
		}
		else if (key === 'data') {
			Object.assign(element.dataset, value);
		}
		else if (PROPERTIES.has(key)) {
			element[key] = value;
		}
		else {
			element.setAttribute(key, value);
		}
	}
	append(element, children);
	return element;
}

export function append(element, children) {
	for (const child of children) {
		if (child === undefined || child === null || child === false) {
			continue;
		}
		if (Array.isArray(child)) {
			append(element, child);
		}
		else {
			element.append(child instanceof Node ? child : document.createTextNode(String(child)));
		}
	}
}

/** Puts children in the place of those that are there. */
export function fill(element, ...children) {
	element.replaceChildren();
	append(element, children);
	return element;
}

/** Changes a text only where it differs, so that nothing is laid out for nothing. */
export function setText(element, text) {
	if (element.textContent !== text) {
		element.textContent = text;
	}
}

const PRESSED = 'button, a, input, select, textarea, canvas';

/**
 * Makes an element's children like those of another one, which is used up. Elements of one name are kept and changed;
 * so what they do when they are pressed must hold for what is shown later, too. What can be pressed is kept only if
 * it says and leads to the same.
 */
export function morph(element, other) {
	const have = [...element.childNodes];
	const want = [...other.childNodes];
	want.forEach((wanted, i) => {
		const had = have[i];
		if (!had) {
			element.append(wanted);
		}
		else if (!alike(had, wanted)) {
			had.replaceWith(wanted);
		}
		else if (had.nodeType === Node.ELEMENT_NODE) {
			attributes(had, wanted);
			morph(had, wanted);
		}
		else if (had.data !== wanted.data) {
			had.data = wanted.data;
		}
	});
	have.slice(want.length).forEach((left) => left.remove());
}

function alike(a, b) {
	return a.nodeName === b.nodeName && (a.nodeType !== Node.ELEMENT_NODE || !a.matches(PRESSED)
		|| (a.textContent === b.textContent && a.getAttribute('href') === b.getAttribute('href')));
}

function attributes(had, wanted) {
	for (const { name, value } of wanted.attributes) {
		if (had.getAttribute(name) !== value) {
			had.setAttribute(name, value);
		}
	}
	for (const { name } of [...had.attributes]) {
		if (!wanted.hasAttribute(name)) {
			had.removeAttribute(name);
		}
	}
}

/** Runs the last of many calls, once the next frame is drawn. */
export function eachFrame(run) {
	let asked = false;
	return () => {
		if (!asked) {
			asked = true;
			requestAnimationFrame(() => {
				asked = false;
				run();
			});
		}
	};
}

export function colour(name) {
	return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function reducedMotion() {
	return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
