# Shared by the scripts: what the lines of lib/calls.bash come to. Sourced from the root of the repository.

# When the last answer came, in the milliseconds of the machine that calls.
last_answer() {
	sed -n '$s/.* at //p' "$1"
}

# How many calls, how many of them failed, the slowest, and the longest time from one answer to the next.
figures() {
	awk '{ took = $(NF - 3); at = $NF }
		/^FAILED/ { failed++ }
		took > slowest { slowest = took }
		/^[{]/ && before && at - before > pause { pause = at - before }
		/^[{]/ && at > before { before = at }
		END { printf "%d calls, %d failed, slowest %d ms, at most %d ms from one answer to the next", NR, failed, slowest, pause }' "$1"
}

# file cluster from: seconds from a moment to the first answer of the cluster itself, to the first of another one, to the last of
# each; "never" where there is none.
moments() {
	awk -v own="\"node\":\"$2." -v from="$3" '
		$NF < from || !/^[{]/ { next }
		{ which = index($0, own) ? "own" : "other"; last[which] = $NF; if (!(which in first)) first[which] = $NF }
		function seconds(of, which) { return which in of ? sprintf("%.1f s", (of[which] - from) / 1000) : "never" }
		END { print seconds(first, "own") "|" seconds(first, "other") "|" seconds(last, "own") "|" seconds(last, "other") }' "$1"
}

failures() {
	grep -c '^FAILED' "$1" || true
}

# The regions that answered, each with its number of answers.
regions() {
	sed -n 's/.*"node":"\([a-z-]*\)\..*/\1/p' "$1" | sort | uniq -c | awk '{ printf "%s%s %s", separator, $2, $1; separator = ", " }'
}
