/*
 * The page of the login: what the address says went before, and the token that the form sends along.
 */
import { csrfToken } from './api.js';

const query = new URLSearchParams(location.search);
document.getElementById('wrong').hidden = !query.has('error');
document.getElementById('left').hidden = !query.has('logout');

const form = document.getElementById('login');
const fill = () => {
	document.getElementById('csrf').value = csrfToken() ?? '';
};
fill();
form.addEventListener('submit', fill);
