#!/bin/sh
# Runs the multi-node scenarios: three providers and fresh clients, each in a JVM of its own.
#
#   scripts/multi-node.sh [ENVIRONMENT] [--directory ENGINE] [--kubeconfig FILE] [--only SCENARIO]
#
# ENVIRONMENT  local (default): processes on this machine
#              compose: containers of docker/compose.yaml; COMPOSE is the command (docker compose), BASE_IMAGE the Java image
# ENGINE       type of the realm's directory: embedded (default), static, kubernetes, dns, zookeeper, etcd or discovery-client. The
#              server behind it is started for the run: etcd needs the program etcd, zookeeper and dns nothing, static and
#              discovery-client have their instances in the settings; kubernetes needs FILE and kubectl, and gets a namespace of its own
# FILE         the API server for kubernetes
# SCENARIO     multi-endpoint, failover, connection-caching, selection or latency; or migration: from the embedded directory to
#              ENGINE (by default etcd), which is run with each but the embedded one
#
# Prints a table and writes target/multi-node/report.json. Ends with 1 if a criterion did not hold, and with 2 if this machine cannot
# run them. JAVA_HOME chooses the JDK; logs are beside the report.
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

directory=
kubeconfig=
only=
while [ $# -gt 0 ]; do
	name=${1%%=*}
	case "$1" in
		--*=*) value=${1#*=} ;;
		*)
			[ $# -gt 1 ] || { echo "$1 needs a value" >&2; exit 2; }
			value=$2
			shift
			;;
	esac
	case "$name" in
		--directory) directory=$value ;;
		--kubeconfig) kubeconfig=$value ;;
		--only) only=$value ;;
		*) echo "Argument '$name' is not known: expected --directory, --kubeconfig or --only" >&2; exit 2 ;;
	esac
	shift
done
if [ -z "$directory" ]; then
	directory=embedded
	[ "$only" != migration ] || directory=etcd
fi
case "$directory" in
	embedded | static) engine_module= ;;
	kubernetes | dns) engine_module=macula-directory-kubernetes ;;
	zookeeper | etcd) engine_module=macula-directory-$directory ;;
	discovery-client) engine_module=macula-directory-spring-cloud ;;
	*)
		echo "Directory '$directory' is not known: expected embedded, static, kubernetes, dns, zookeeper, etcd or discovery-client" >&2
		exit 2
		;;
esac
if [ "$environment" = compose ] && [ "$directory" != embedded ]; then
	echo "Directory '$directory' cannot be had with containers: docker/compose.yaml has the embedded one; take local" >&2
	exit 2
fi

. scripts/lib/build.sh
# shellcheck disable=SC2086
build_jars sample-provider multi-node $engine_module

out=target/multi-node
rm -rf "$out"
mkdir -p "$out"

set -- --directory="$directory"
[ -z "$only" ] || set -- "$@" --only="$only"
[ -z "$kubeconfig" ] || set -- "$@" --kubeconfig="$kubeconfig"

# No sample has an engine's module: its jars go on the class path beside theirs.
if [ -n "$engine_module" ]; then
	set -- "$@" --provider-jars="$(jars_beside "$engine_module" "$provider_jar")"
	runner_jars=$(jars_beside "$engine_module" "$runner_jar")
fi
[ "$directory" != zookeeper ] || set -- "$@" --server-jars="$(cat "$engine_module/target/server.classpath")"

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
	if [ -n "${runner:-}" ]; then
		kill "$runner" 2> /dev/null || true
		# It ends what it started, and takes away what it wrote elsewhere.
		timeout 30 tail -s 0.2 --pid="$runner" -f /dev/null || kill -9 "$runner" 2> /dev/null || true
	fi
	[ -z "${compose:-}" ] || $compose down > /dev/null 2>&1 || true
	# What is left when the runner itself was killed.
	if [ -f "$out/pids" ]; then
		while read -r pid; do
			if is_started_for "$out" "$pid"; then
				kill -9 "$pid" 2> /dev/null || true
			fi
		done < "$out/pids"
	fi
}
trap cleanup EXIT
trap 'cleanup; exit 130' INT TERM

if [ -n "$engine_module" ]; then
	"$java" --enable-native-access=ALL-UNNAMED -Xmx512m -Dloader.path="$runner_jars" -cp "$runner_jar" \
		org.springframework.boot.loader.launch.PropertiesLauncher \
		--provider-jar="$provider_jar" --jar="$runner_jar" --out="$out" "$@" > "$out/runner.log" 2>&1 &
else
	"$java" --enable-native-access=ALL-UNNAMED -Xmx512m -jar "$runner_jar" \
		--provider-jar="$provider_jar" --jar="$runner_jar" --out="$out" "$@" > "$out/runner.log" 2>&1 &
fi
runner=$!
# The table and nothing of the clients' logs. In the background, since a signal does not end the wait for what is not.
tail -n +1 -f --pid="$runner" "$out/runner.log" 2>/dev/null \
	| grep --line-buffered -E '^(\||Report:|All criteria|A criterion|Cannot run:)' &
printer=$!
status=0
wait "$runner" || status=$?
runner=
wait "$printer" || true
if [ "$status" -ne 0 ]; then
	echo "Ended with $status, see $out/runner.log" >&2
fi
exit "$status"
