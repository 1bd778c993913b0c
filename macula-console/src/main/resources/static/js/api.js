/*
 * Questions to the server, as docs/console.md lists them.
 */

/** What the server said no with, or that it said nothing. */
export class ApiError extends Error {

	constructor(status, title, detail) {
		super(detail || title || `The server answered ${status}.`);
		this.status = status;
		this.title = title;
	}

}

let csrf = { header: 'X-XSRF-TOKEN', cookie: 'XSRF-TOKEN' };

export function useCsrf(names) {
	if (names) {
		csrf = names;
	}
}

export function csrfToken() {
	const start = `${csrf.cookie}=`;
	const found = document.cookie.split('; ').find((each) => each.startsWith(start));
	return found ? decodeURIComponent(found.substring(start.length)) : null;
}

export async function get(path) {
	return read(await send(path, { headers: { Accept: 'application/json' } }));
}

export async function post(path, body) {
	return postExact(path, body, JSON.parse);
}

/** The same, where the answer is read by a parser of one's own. */
export async function postExact(path, body, parse) {
	const headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
	const token = csrfToken();
	if (token) {
		headers[csrf.header] = token;
	}
	return read(await send(path, { method: 'POST', headers, body: JSON.stringify(body) }), parse);
}

async function send(path, options) {
	try {
		// A session that is over leads to the page of the login: that is an answer, too.
		return await fetch(path, { credentials: 'same-origin', redirect: 'manual', cache: 'no-store', ...options });
	}
	catch {
		throw new ApiError(0, 'No connection', 'The console does not answer. Is it running?');
	}
}

async function read(response, parse = JSON.parse) {
	if (response.type === 'opaqueredirect' || response.status === 401) {
		throw new ApiError(401, 'Signed out', 'The session is over. Sign in again.');
	}
	const text = await response.text();
	let json = null;
	if (text && (response.headers.get('Content-Type') || '').includes('json')) {
		json = parse(text);
	}
	if (!response.ok) {
		throw new ApiError(response.status, json?.title, json?.detail);
	}
	return json;
}
