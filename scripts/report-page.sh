#!/bin/sh
# Looks at the page of the last multi-node run in a headless browser, light and dark, wide and narrow: that it requests nothing, and
# that nothing of it is cut off or beyond its edge, and that each colour stands out. Leaves screenshots beside it.
#
#   scripts/report-page.sh [PAGE]
#
# PAGE     target/multi-node/report.html
# BROWSER  the command (chromium); where there is none, it says SKIPPED
#
# Ends with 1 if the page is not as it must be, and with 2 if there is no page.
set -eu
cd "$(dirname "$0")/.."

page=${1:-target/multi-node/report.html}
if [ ! -f "$page" ]; then
	echo "There is no page '$page': run scripts/multi-node.sh before" >&2
	exit 2
fi
browser=${BROWSER:-chromium}
if ! command -v "$browser" > /dev/null; then
	echo "SKIPPED: the browser '$browser' is not on the PATH: install it (Debian: apt-get install chromium), or set BROWSER"
	exit 0
fi

page=$(cd "$(dirname "$page")" && pwd)/$(basename "$page")
directory=$(dirname "$page")
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
trap 'exit 130' INT TERM

browse() {
	timeout 60 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars --no-first-run \
		--user-data-dir="$profile" "$@" 2> "$profile/browser.log" \
		|| { echo "The browser failed:" >&2; tail -5 "$profile/browser.log" >&2; exit 1; }
}

# The page in frames of several widths, measured by a script beside it. Colours are those that Chromium says it prefers.
sed "s|PAGE|file://$page|" scripts/lib/report-page.html > "$profile/look.html"
look() {
	browse --allow-file-access-from-files --virtual-time-budget=10000 --log-net-log="$profile/net.json" \
		--blink-settings="preferredColorScheme=$1" --dump-dom "file://$profile/look.html" \
		| sed -n 's|.*<pre id="found" \(.*\)</pre>.*|\1|p'
}
light=1
dark=0
found_light=$(look "$light")
if grep -oE '"url":"(https?|wss?|ftp)://[^"]*' "$profile/net.json" | sort -u | grep -vE '(google|gvt1|gstatic|chromium)[a-z]*\.(com|org)' ; then
	echo "The page requested what stands above" >&2
	exit 1
fi
found_dark=$(look "$dark")

height_at() {
	echo "$found_light" | sed -n "s/^data-heights=\"[^\"]*$1=\([0-9]*\).*/\1/p"
}

shoot() {
	browse --blink-settings="preferredColorScheme=$3" --window-size="$2,$(height_at "$2")" \
		--screenshot="$directory/report-$1.png" "file://$page"
	echo "Screenshot: $directory/report-$1.png"
}
shoot light 1100 "$light"
shoot dark 1100 "$dark"
shoot narrow 500 "$light"

status=0
for found in "$found_light" "$found_dark"; do
	echo "${found#*>}"
	case "$found" in
		*"as it must be") ;;
		*) status=1 ;;
	esac
done
exit "$status"
