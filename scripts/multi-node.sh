#!/bin/sh
# Runs the multi-node scenarios: three providers and fresh clients, each in a JVM of its own.
#
#   scripts/multi-node.sh [ENVIRONMENT] [--only=SCENARIO]
#
# ENVIRONMENT  local (default): processes on this machine
#              compose: containers of docker/compose.yaml; COMPOSE is the command (docker compose), BASE_IMAGE the Java image
# SCENARIO     multi-endpoint, failover, connection-caching, selection or latency
#
# Prints a table and writes target/multi-node/report.json. Ends with 1 if a criterion did not hold.
# JAVA_HOME chooses the JDK; logs are beside the report.
set -eu
cd "$(dirname "$0")/.."

environment=local
case "${1:-}" in
	'' | --*) ;;
	*) environment=$1; shift ;;
esac
case "$environment" in
	local | compose) ;;
	*) echo "Environment '$environment' is not known: expected local or compose" >&2; exit 2 ;;
esac

. scripts/lib/build.sh
build_jars sample-provider multi-node

out=target/multi-node
rm -rf "$out"
mkdir -p "$out"

# Trust between these processes and nobody else, for this run only.
MACULA_REALM_SECRET=$(random_secret)
export MACULA_REALM_SECRET

if [ "$environment" = compose ]; then
	compose="${COMPOSE:-docker compose} -f docker/compose.yaml"
	# The image of the client needs its jar, too.
	build_jars sample-client
	$compose build > "$out/build.log" 2>&1 || { tail "$out/build.log" >&2; exit 1; }
	set -- --compose="$compose" "$@"
fi

cleanup() {
	trap - EXIT INT TERM
	[ -z "${runner:-}" ] || kill "$runner" 2>/dev/null || true
	[ -z "${compose:-}" ] || $compose down > /dev/null 2>&1 || true
	# What is left when the runner itself was killed.
	if [ -f "$out/pids" ]; then
		while read -r pid; do
			if is_provider "$pid"; then
				kill -9 "$pid" 2>/dev/null || true
			fi
		done < "$out/pids"
	fi
}
trap cleanup EXIT
trap 'cleanup; exit 130' INT TERM

"$java" --enable-native-access=ALL-UNNAMED -Xmx512m -jar "$runner_jar" \
	--provider-jar="$provider_jar" --jar="$runner_jar" --directory="$out" "$@" \
	> "$out/runner.log" 2>&1 &
runner=$!
# The table and nothing of the clients' logs.
tail -n +1 -f --pid="$runner" "$out/runner.log" 2>/dev/null | grep --line-buffered -E '^(\||Report:|All criteria|A criterion)' || true
status=0
wait "$runner" || status=$?
runner=
if [ "$status" -ne 0 ]; then
	echo "Ended with $status, see $out/runner.log" >&2
fi
exit "$status"
