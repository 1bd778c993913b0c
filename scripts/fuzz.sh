#!/bin/sh
# Fuzzes all that is decoded from the network, one target after the other, with Jazzer.
#
#   scripts/fuzz.sh MINUTES [TARGET]
#
# MINUTES are shared by the targets, a minute each at least; TARGET is the name of one (Class#method, or a part of it).
# A finding is written beside the seeds in src/test/resources: give it a telling name, mend the code, commit both;
# `mvn verify` replays them all. Logs are in target/fuzz. Ends with 1 if there was a finding.
# MVN adds options to Maven, for example -o.
set -eu
cd "$(dirname "$0")/.."

minutes=${1:?how many minutes}
wanted=${2:-}

targets=
for file in $(grep -rl --include='*FuzzTests.java' '@FuzzTest' macula-core/src/test/java | sort); do
	class=$(basename "$file" .java)
	for method in $(grep -A1 '@FuzzTest' "$file" | sed -n 's/.*void \([A-Za-z]*\)(.*/\1/p'); do
		case "$class#$method" in *"$wanted"*) targets="$targets $class#$method" ;; esac
	done
done
count=$(echo $targets | wc -w)
[ "$count" -gt 0 ] || { echo "No target is named like '$wanted'"; exit 1; }
seconds=$((minutes * 60 / count))
[ "$seconds" -ge 60 ] || seconds=60

# Not the records: a Java runtime that is asked for the annotated components of a redefined record crashes.
instrument="io.macula.codec.*,io.macula.wire.*,io.macula.transport.*,tools.jackson.core.**,tools.jackson.dataformat.**"

mkdir -p target/fuzz
status=0
for target in $targets; do
	log=target/fuzz/$(echo "$target" | tr '#' '-').log
	echo "== $target, $seconds s ($(date +%T))"
	# shellcheck disable=SC2086
	if JAZZER_FUZZ=1 mvn -q -B ${MVN:-} -pl macula-core test -Dtest="$target" -Dcheckstyle.skip -Dspring-javaformat.skip \
		-Djazzer.hooks=true -Djazzer.instrument="$instrument" -Djazzer.max_duration="${seconds}s" > "$log" 2>&1; then
		grep -E '^(Done|#[0-9]+.*DONE)' "$log" | tail -n 1 || true
	else
		grep -E '== Java Exception|ERROR.*FuzzTests|Test unit written|java\.lang\.' "$log" | head -n 10
		echo "FAILED, see $log"
		status=1
	fi
done
exit $status
