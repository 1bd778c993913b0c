/*
 * Light or dark, before the first thing is drawn: as the system says, or as the switch was set last.
 */
(function () {
	'use strict';
	try {
		const chosen = localStorage.getItem('macula.theme');
		if (chosen === 'light' || chosen === 'dark') {
			document.documentElement.dataset.theme = chosen;
		}
	}
	catch {
		// A browser that keeps nothing follows the system.
	}
})();
