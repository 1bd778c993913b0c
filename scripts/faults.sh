#!/bin/sh
# The fault suite: three providers and a client as real processes in network namespaces, under load, with one fault after
# the other. Needs Linux and root; rows whose tools the machine lacks say SKIPPED.
#
#   scripts/faults.sh [--short] [--network v4|v6|dual] [--only NAME,...] [--again NAME,...] [--soak MINUTES] [--list]
#
# --short  the faults of the short form, with shortened durations
# --network  faults of this network only; without it IPv4 and, where the list says so, IPv6 only and both
# --only   these faults; a name of the list, or one without -v6 or -dual for the fault in each of its networks
# --again  these faults, which then stand in docs/reliability.md, marked, in place of what the last whole run measured
# --soak   random faults at half load for some minutes, instead of the list
# --list   names of the faults
#
# Prints a table and writes target/faults/report.json (soak.json); a whole run and a soak write docs/reliability.md too, from what
# the last of each left in target/faults/kept-*.json. Ends with 1 if a criterion did not hold. Logs, calls and journals are beside the report.
set -eu
cd "$(dirname "$0")/.."

arguments=
while [ $# -gt 0 ]; do
	case "$1" in
		--short) arguments="$arguments --short=true" ;;
		--list) arguments="$arguments --list=true" ;;
		--only | --again | --soak | --network)
			[ $# -gt 1 ] || { echo "$1 needs a value" >&2; exit 2; }
			arguments="$arguments $1=$2"
			shift
			;;
		*) echo "Argument '$1' is not known" >&2; exit 2 ;;
	esac
	shift
done

. scripts/lib/build.sh
build_jars fault-suite

out=target/faults
rm -rf "$out"/world-*
mkdir -p "$out"

if [ "$(uname -s)" != Linux ] || [ "$(id -u)" != 0 ] || ! command -v ip > /dev/null || ! unshare -n true 2> /dev/null; then
	echo "SKIPPED: the fault suite needs Linux, root, iproute2 and the right to make network namespaces"
	exit 0
fi

linkd=$out/linkd
build_linkd "$linkd" || echo "linkd cannot be built (gcc, libnetfilter-queue-dev): faults of delay and loss are skipped"

fake_clock=$out/fakeclock.so
build_fake_clock "$fake_clock" || echo "fakeclock.so cannot be built (gcc): faults of clocks are skipped"

. scripts/lib/namespaces.sh
remove_left mf faults.sh
prefix=mf$$-

cleanup() {
	trap - EXIT INT TERM
	[ -z "${suite:-}" ] || kill "$suite" 2> /dev/null || true
	remove_namespaces "$prefix"
}
trap cleanup EXIT
trap 'cleanup; exit 130' INT TERM

# shellcheck disable=SC2086
"$java" --enable-native-access=ALL-UNNAMED -Xmx1g -jar "$suite_jar" --prefix="$prefix" --linkd="$linkd" \
	--fake-clock="$fake_clock" --suite-jar="$suite_jar" --directory="$out" --secret="$(random_secret)" $arguments &
suite=$!
status=0
wait "$suite" || status=$?
suite=
exit "$status"
