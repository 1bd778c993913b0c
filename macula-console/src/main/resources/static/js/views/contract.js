/*
 * What a service promises: its methods and types, and where instances promise different things.
 */
import { get } from '../api.js';
import { diff } from '../diff.js';
import { fill, h } from '../dom.js';
import { plural, shortVersion } from '../format.js';
import { live } from '../live.js';
import { methodLines } from '../schema.js';
import { facts } from './parts.js';

export function open(root, place) {
	return new Contract(root, place);
}

/** A field to choose one of the services that are there. */
export function servicePicker(chosen, told) {
	const pick = h('select', { 'aria-label': 'Service', onchange: () => pick.value && told(pick.value) });
	let names = null;
	const update = (now) => {
		const all = (live.picture?.services || []).map((service) => `${service.name}\u0000${service.skew ? ' ≠' : ''}`).sort();
		if (now && !all.some((each) => each.split('\u0000')[0] === now)) {
			all.push(`${now}\u0000`);
		}
		if (all.join('\n') !== names) {
			names = all.join('\n');
			fill(pick, h('option', { value: '' }, 'Choose a service…'), all.map((each) => {
				const [name, mark] = each.split('\u0000');
				return h('option', { value: name }, name + mark);
			}));
		}
		pick.value = now || '';
	};
	update(chosen);
	return { element: pick, update };
}

class Contract {

	constructor(root, place) {
		this.picker = servicePicker(null, (name) => {
			location.hash = `#/contract/${encodeURIComponent(name)}`;
		});
		this.body = h('div', { class: 'scroll' });
		this.links = h('span', { class: 'actions' });
		root.append(h('div', { class: 'bar' }, h('h1', null, 'Contract'), this.picker.element, this.links), this.body);
		live.want();
		this.hooks = [live.on('picture', () => this.changed())];
		this.move(place);
	}

	close() {
		this.hooks.forEach((unhook) => unhook());
	}

	move(place) {
		this.name = place.args[0] ?? null;
		this.signature = null;
		this.changed();
		if (!this.name) {
			this.choose();
		}
		return true;
	}

	/** Asked anew only where other instances serve other versions. */
	changed() {
		this.picker.update(this.name);
		if (!this.name) {
			if (live.picture && this.body.childElementCount === 0) {
				this.choose();
			}
			return;
		}
		const service = live.picture?.services.find((each) => each.name === this.name);
		const signature = `${this.name}\n${service ? JSON.stringify(service.versions) : ''}`;
		if (signature !== this.signature && (service || this.signature === null)) {
			this.signature = signature;
			this.load(this.name);
		}
	}

	choose() {
		const services = [...(live.picture?.services || [])].sort((a, b) => Number(b.skew) - Number(a.skew) || (a.name < b.name ? -1 : 1));
		fill(this.links);
		fill(this.body, services.length === 0 ? h('p', { class: 'empty' }, 'No service is known yet.')
			: h('ul', { class: 'plain-list card' }, services.map((service) => h('li', null, h('a', { href: `#/contract/${encodeURIComponent(service.name)}` }, service.name),
				' ', service.skew ? h('span', { class: 'badge warn' }, '≠ versions differ') : null))));
	}

	async load(name) {
		try {
			const contract = await get(`api/services/${encodeURIComponent(name)}/contract`);
			if (name === this.name) {
				this.show(contract);
			}
		}
		catch (ex) {
			if (name === this.name) {
				fill(this.body, h('p', { class: 'empty wrong', role: 'alert' }, ex.message));
			}
		}
	}

	show(contract) {
		const versions = [...contract.versions].sort((a, b) => b.nodes.length - a.nodes.length);
		const names = [...new Set(versions.flatMap((version) => version.methods.map((method) => method.name)))].sort();
		const lines = versions.map((version) => new Map(version.methods.map((method) => [method.name, methodLines(method)])));
		const columns = h('div', { class: 'versions' }, versions.map((version, i) => this.version(version, i, versions, names, lines)));
		// Each method begins at one height in all versions.
		columns.style.setProperty('--rows', String(names.length + 1));
		fill(this.links, h('a', { class: 'button', href: `#/try/${encodeURIComponent(contract.name)}` }, 'Try it'),
			h('a', { class: 'button', href: `#/services/${encodeURIComponent(contract.name)}` }, 'Service'));
		fill(this.body,
			versions.length > 1 ? h('p', { class: 'banner warn', role: 'note' }, h('strong', null, '≠ Version skew.'),
				` ${plural(versions.length, 'version', 'versions')} are served at once. Each is compared with the one that most instances serve; what only one side has is marked.`) : null,
			columns);
	}

	version(version, index, versions, names, lines) {
		const base = index === 0;
		return h('section', { class: `card version ${versions.length > 1 ? 'skewed' : ''}`, 'aria-label': `Version ${shortVersion(version.version)}` },
			h('div', { class: 'stack tight' }, h('header', { class: 'outcome' }, h('h2', { class: 'mono' }, shortVersion(version.version)),
				h('span', { class: 'badge' }, plural(version.nodes.length, 'instance', 'instances')),
				versions.length > 1 ? h('span', { class: base ? 'badge' : 'badge warn' }, base ? 'most instances' : '≠ differs') : null),
			facts([['Interface', version.contract || '–'], ['Fingerprint', h('span', { class: 'mono' }, version.fingerprint || version.version || '–')],
				['Served by', version.nodes.slice(0, 6).join(', ') + (version.nodes.length > 6 ? ` and ${version.nodes.length - 6} more` : '')]])),
			names.map((name) => {
				const mine = lines[index].get(name);
				const method = version.methods.find((each) => each.name === name);
				const others = base ? lines.slice(1) : [lines[0]];
				if (!mine) {
					return h('div', { class: 'method' }, h('header', null, h('h3', null, name), h('span', { class: 'badge bad' }, '− not in this version')));
				}
				const marks = mine.map(() => true);
				let alone = others.length > 0;
				for (const other of others) {
					const theirs = other.get(name);
					if (theirs) {
						alone = false;
						diff(mine, theirs).a.forEach((same, i) => {
							marks[i] = marks[i] && same;
						});
					}
				}
				const kind = base ? 'removed' : 'added';
				return h('div', { class: 'method' },
					h('header', null, h('h3', null, method.signature || name), alone ? h('span', { class: 'badge warn' }, base ? '− only here' : '+ only here') : null,
						!alone && marks.some((same) => !same) ? h('span', { class: 'badge warn' }, '≠ differs') : null,
						h('a', { href: `#/try/${encodeURIComponent(this.name)}/${encodeURIComponent(name)}` }, 'Try it')),
					h('div', { class: 'diff' }, mine.map((line, i) => (marks[i] && !alone ? h('div', null, line || '\u00a0')
						: h('div', { class: kind }, h('span', { class: 'unseen' }, `${kind}: `), line || '\u00a0')))));
			}));
	}

}
