#!/bin/sh
# Fuzzes all that is decoded from the network, one target after the other, with Jazzer.
#
#   scripts/fuzz.sh MINUTES [TARGET]    MINUTES are shared by the targets, a minute each at least; TARGET is the name of
#                                       one (Class#method), or a part of the names of some
#   scripts/fuzz.sh --list              the targets
#   scripts/fuzz.sh --pack              puts the smallest inputs that reach the same code into the repository's corpora
#
# It begins with the seeds, and with the corpus that is in the repository. A finding is written beside the seeds in
# src/test/resources: give it a telling name, mend the code, commit both; `mvn verify` replays all of them, and the
# corpora. Logs are in target/fuzz, the inputs that reach further in macula-core/.cifuzz-corpus. Ends with 1 if there was
# a finding, with 2 if it was called wrongly. MVN adds options to Maven, for example -o.
set -eu
cd "$(dirname "$0")/.."

tests=macula-core/src/test
corpora=$tests/resources/io/macula/fuzz
found=macula-core/.cifuzz-corpus

# Not the records that are loaded before Jazzer is: Java 17 breaks those whose components are annotated.
instrument="io.macula.codec.*,io.macula.wire.*,io.macula.transport.*,tools.jackson.core.**,tools.jackson.dataformat.**"

wrong() {
	echo "fuzz.sh: $1" >&2
	echo "usage: scripts/fuzz.sh MINUTES [TARGET] | --list | --pack" >&2
	exit 2
}

# Class#method of each.
targets() {
	for file in $(grep -rl --include='*FuzzTests.java' '@FuzzTest' $tests/java | sort); do
		class=$(basename "$file" .java)
		for method in $(grep -A1 '@FuzzTest' "$file" | sed -n 's/.*void \([A-Za-z]*\)(.*/\1/p'); do
			echo "$class#$method"
		done
	done
}

# The full name of the class of a target.
qualified() {
	find $tests/java -name "${1%#*}.java" | sed "s,$tests/java/,,;s,\.java$,,;s,/,.,g"
}

unpack() {
	mkdir -p "$2"
	(file=$PWD/$1 && cd "$2" && jar -x -f "$file")
}

pack() {
	cp=target/fuzz/classpath
	mkdir -p target/fuzz $corpora
	# shellcheck disable=SC2086
	mvn -q -B ${MVN:-} -pl macula-core test-compile dependency:build-classpath -Dmdep.outputFile="$PWD/$cp" \
		-Dcheckstyle.skip -Dspring-javaformat.skip
	for target in $(targets); do
		class=$(qualified "$target")
		from=$found/$class/${target#*#}
		file=$corpora/$(echo "$target" | tr '#' '-').zip
		[ -d "$from" ] || continue
		all=target/fuzz/all
		least=target/fuzz/least
		rm -rf $all $least
		mkdir -p $all $least
		cp "$from"/* $all/ 2> /dev/null || true
		[ ! -f "$file" ] || unpack "$file" $all
		java -cp "macula-core/target/test-classes:macula-core/target/classes:$(cat $cp)" \
			com.code_intelligence.jazzer.Jazzer --hooks=true --target_class="$class" --target_method="${target#*#}" \
			--instrumentation_includes="$(echo "$instrument" | tr ',' ':')" -merge=1 -max_len=4096 $least $all \
			> "target/fuzz/$(echo "$target" | tr '#' '-').pack.log" 2>&1 || wrong "could not merge, see target/fuzz"
		# Without instrumentation nothing reaches anything: keep what there is.
		[ -n "$(ls $least)" ] || wrong "no input of $target reaches any code, see target/fuzz: $file is left as it was"
		jar -c -M -f "$file.new" -C $least .
		mv "$file.new" "$file"
		echo "$target: $(find $all -type f | wc -l) inputs, $(find $least -type f | wc -l) kept in $file"
	done
}

[ $# -ge 1 ] || wrong "how many minutes?"
case "$1" in
	--list) targets; exit 0 ;;
	--pack) [ $# -eq 1 ] || wrong "--pack takes no argument"; pack; exit 0 ;;
	-*) wrong "there is no option $1" ;;
	*[!0-9]* | '' | ??????*) wrong "MINUTES must be a whole number from 1 to 99999, not '$1'" ;;
esac
[ "$1" -ge 1 ] || wrong "MINUTES must be a whole number from 1 to 99999, not '$1'"
[ $# -le 2 ] || wrong "one TARGET at most, not also '$3'"
minutes=$1
wanted=${2:-}

chosen=
for target in $(targets); do
	case "$target" in *"$wanted"*) chosen="$chosen $target" ;; esac
done
count=$(echo $chosen | wc -w)
[ "$count" -gt 0 ] || wrong "no target is named like '$wanted'; there are
$(targets | sed 's/^/      /')"
seconds=$((minutes * 60 / count))
[ "$seconds" -ge 60 ] || seconds=60

mkdir -p target/fuzz
status=0
for target in $chosen; do
	log=target/fuzz/$(echo "$target" | tr '#' '-').log
	corpus=$corpora/$(basename "$log" .log).zip
	[ ! -f "$corpus" ] || unpack "$corpus" "$found/$(qualified "$target")/${target#*#}"
	echo "== $target, $seconds s ($(date +%T))"
	# shellcheck disable=SC2086
	if JAZZER_FUZZ=1 mvn -q -B ${MVN:-} -pl macula-core test -Dtest="$target" -Dcheckstyle.skip -Dspring-javaformat.skip \
		-Djazzer.hooks=true -Djazzer.instrument="$instrument" -Djazzer.max_duration="${seconds}s" > "$log" 2>&1; then
		grep -E '^#[0-9]+.*DONE|^Done' "$log" | sed 's/ lim:.*//' || true
	else
		grep -E '== Java Exception|ERROR.*FuzzTests|Test unit written|java\.lang\.|SIGSEGV' "$log" | head -n 10
		echo "FAILED, see $log"
		status=1
	fi
done
exit $status
