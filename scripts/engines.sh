#!/bin/sh
# What a large realm must hold, measured with the real servers behind each engine of the directory.
#
#   scripts/engines.sh [--short] [--kubeconfig FILE] [--control-plane DIR] [ENGINE...]
#   scripts/engines.sh --matrix
#
# --short          short outages and few repetitions; writes no page
# --kubeconfig     the API server for kubernetes, instead of none
# --control-plane  a control plane for kubernetes that may be stopped and started: DIR/run has a kubeconfig, and the
#                  process ids of kube-apiserver and etcd in NAME.pid. Without it the rows that need it are SKIPPED
# --matrix         measures nothing: writes into docs/engines.md what the last mvn verify said of the contract test
# ENGINE           embedded, etcd, zookeeper, kubernetes, spring-cloud; by default all whose module is there
#
# Each engine's module has classes *Measurements or *EngineTests of tests tagged 'engines', which start what they need and print lines
#   ENGINE-ROW|engine|what|bound|figure|holds, FAILS or SKIPPED
# This prints them as a table, writes target/engines/rows.txt, and without --short the table of each engine that ran into
# docs/engines.md, between its two marks. Ends with 1 if a row fails, or an engine has none. Logs are in target/engines.
set -eu
. "$(dirname "$0")/lib/paths.sh"
cd "$(dirname "$0")/.."

short=false
matrix=false
kubeconfig=
control_plane=
engines=
while [ $# -gt 0 ]; do
	case "$1" in
		--short) short=true ;;
		--matrix) matrix=true ;;
		--kubeconfig)
			[ $# -gt 1 ] || { echo "$1 needs a value" >&2; exit 2; }
			kubeconfig=$(absolute "$2")
			shift
			;;
		--control-plane)
			[ $# -gt 1 ] || { echo "$1 needs a value" >&2; exit 2; }
			control_plane=$(absolute "$2")
			shift
			;;
		-*) echo "Argument '$1' is not known" >&2; exit 2 ;;
		*) engines="$engines $1" ;;
	esac
	shift
done
[ -n "$kubeconfig" ] || [ -z "$control_plane" ] || kubeconfig=$control_plane/run/kubeconfig

out=target/engines
mkdir -p "$out"
: > "$out/rows.txt"
status=0

# What an engine's tests need of this machine: prints why they cannot run, or nothing.
lacking() {
	case "$1" in
		etcd) [ -x /usr/bin/etcd ] || echo "etcd is not installed (Debian's package etcd-server)" ;;
		kubernetes) [ -n "$kubeconfig" ] || echo "there is no API server: give its --kubeconfig, or a --control-plane" ;;
	esac
}

module() {
	case "$1" in
		embedded) echo benchmarks ;;
		*) echo "macula-directory-$1" ;;
	esac
}

# Profiles without which the servers of an engine are not on the class path.
profiles() {
	case "$1" in
		spring-cloud) echo "-Peureka -Denforcer.skip" ;;
	esac
}

measure() {
	module=$(module "$1")
	log=$out/$1.log
	echo "Measuring $1; log in $log"
	# Modules that this one needs are built, too; none of their tests has that tag.
	# shellcheck disable=SC2046
	if ! mvn -B ${MVN:-} $(profiles "$1") -pl "$module" -am -Dmacula.excluded-groups= -Dgroups=engines -Dtest='*Measurements,*EngineTests' \
		-Dsurefire.failIfNoSpecifiedTests=false \
		-Dmacula.test.args="--enable-native-access=ALL-UNNAMED -Dengines.short=$short -Dengines.kubeconfig=$kubeconfig -Dengines.kubernetes.directory=$control_plane" \
		test > "$log" 2>&1; then
		status=1
	fi
	sed -n 's/^.*\(ENGINE-ROW|.*\)$/\1/p' "$log" > "$out/$1.rows"
	if ! [ -s "$out/$1.rows" ]; then
		echo "ENGINE-ROW|$1|measurements|some|none: see $log|FAILS" > "$out/$1.rows"
		status=1
	fi
	cat "$out/$1.rows" >> "$out/rows.txt"
}

# What is in target/engines/NAME.table, between the marks of that name in docs/engines.md.
write_page() {
	page=docs/engines.md
	mark="engines.sh $1"
	grep -q "<!-- $mark -->" "$page" || printf '\n<!-- %s -->\n<!-- end of %s -->\n' "$mark" "$mark" >> "$page"
	awk -v begin="<!-- $mark -->" -v end="<!-- end of $mark -->" -v table="$out/$1.table" '
		$0 == end { inside = 0 }
		!inside { print }
		$0 == begin { inside = 1; while ((getline line < table) > 0) print line }
	' "$page" > "$out/page.md"
	cp "$out/page.md" "$page"
}

if [ "$matrix" = true ]; then
	reports=$(ls macula-directory-*/target/surefire-reports/TEST-io.macula.directory.*ContractTests.xml 2> /dev/null) \
		|| { echo "There is no report of the contract test: run mvn verify first" >&2; exit 2; }
	{
		echo
		# shellcheck disable=SC2086
		awk -f scripts/lib/contract-matrix.awk $reports
		echo
	} > "$out/contract.table"
	write_page contract
	exit 0
fi

# The rows of an engine as a table.
write_rows() {
	{
		printf '\n| %s, measured %s | bound | figure | |\n| --- | --- | --- | --- |\n' "$1" "$(date -u +%Y-%m-%d)"
		awk -F'|' '{ printf "| %s | %s | %s | %s |\n", $3, $4, $5, $6 }' "$out/$1.rows"
		echo
	} > "$out/$1.table"
	write_page "$1"
}

if [ -z "$engines" ]; then
	for engine in embedded etcd zookeeper kubernetes spring-cloud; do
		[ -d "$(module $engine)" ] && engines="$engines $engine"
	done
fi

for engine in $engines; do
	[ -d "$(module "$engine")" ] || { echo "Engine '$engine' is not known" >&2; exit 2; }
done

for engine in $engines; do
	reason=$(lacking "$engine")
	if [ -n "$reason" ]; then
		echo "SKIPPED $engine: $reason"
		continue
	fi
	measure "$engine"
	[ "$short" = true ] || write_rows "$engine"
done

awk -F'|' '{ printf "%-12s %-95s %-22s %-30s %s\n", $2, $3, $4, $5, $6 }' "$out/rows.txt"
grep -q '|FAILS$' "$out/rows.txt" && status=1
exit "$status"
