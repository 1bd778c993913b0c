/*
 * Lines of two texts side by side: which only one of them has (longest common subsequence).
 */

/** For each line of a: whether b has it at its place, and the same the other way round. */
export function diff(a, b) {
	const rows = a.length + 1;
	const columns = b.length + 1;
	if (rows * columns > 4e6) {
		const [left, right] = [new Set(a), new Set(b)];
		return { a: a.map((line) => right.has(line)), b: b.map((line) => left.has(line)) };
	}
	const table = new Uint32Array(rows * columns);
	for (let i = a.length - 1; i >= 0; i--) {
		for (let j = b.length - 1; j >= 0; j--) {
			table[i * columns + j] = a[i] === b[j] ? table[(i + 1) * columns + j + 1] + 1
				: Math.max(table[(i + 1) * columns + j], table[i * columns + j + 1]);
		}
	}
	const same = { a: a.map(() => false), b: b.map(() => false) };
	let i = 0;
	let j = 0;
	while (i < a.length && j < b.length) {
		if (a[i] === b[j]) {
			same.a[i++] = true;
			same.b[j++] = true;
		}
		else if (table[(i + 1) * columns + j] >= table[i * columns + j + 1]) {
			i++;
		}
		else {
			j++;
		}
	}
	return same;
}
