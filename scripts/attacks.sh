#!/bin/sh
# The attack suite: two providers and a client that calls all the while, as real processes, and another process that
# attacks them. Linux; needs no root.
#
#   scripts/attacks.sh [--short] [--only NAME,...] [--again NAME,...] [--list]
#
# --short  the attacks of the short form, with shortened durations: under 3 minutes
# --only   these attacks
# --again  these attacks, which then stand in docs/security.md, marked, in place of what the last whole run measured
# --list   names of the attacks
#
# Prints a table and writes target/attacks/report.json; a whole run writes the section "Attacks and what happens" of
# docs/security.md, too, from what is left in target/attacks/kept-whole.json. Ends with 1 if a criterion did not hold.
# Logs and calls are beside the report.
set -eu
cd "$(dirname "$0")/.."

arguments=
while [ $# -gt 0 ]; do
	case "$1" in
		--short) arguments="$arguments --short=true" ;;
		--list) arguments="$arguments --list=true" ;;
		--only | --again)
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

out=target/attacks
rm -rf "$out"/world-*
mkdir -p "$out"

if [ "$(uname -s)" != Linux ]; then
	echo "SKIPPED: the attack suite reads /proc, and gives the attacker an address of its own in 127.0.0.0/8: it needs Linux"
	exit 0
fi

trap '[ -z "${suite:-}" ] || kill "$suite" 2> /dev/null || true' EXIT
trap 'exit 130' INT TERM

# shellcheck disable=SC2086
"$java" --enable-native-access=ALL-UNNAMED -Xmx512m -jar "$suite_jar" attacks --suite-jar="$suite_jar" --directory="$out" \
	--secret="$(random_secret)" $arguments &
suite=$!
status=0
wait "$suite" || status=$?
suite=
exit "$status"
