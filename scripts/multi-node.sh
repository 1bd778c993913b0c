#!/bin/sh
# Runs the multi-node scenarios: three providers and fresh clients, each in a JVM of its own, in an environment.
#
#   scripts/multi-node.sh [ENVIRONMENT] [--directory ENGINE] [--kubeconfig FILE] [--hosts FILE] [--only SCENARIO,...] [--rate-seconds N] [--keep]
#       [--clients host|container] [--registry PREFIX] [--tag TAG]
#   scripts/multi-node.sh results
#
# ENVIRONMENT  local (default): processes on this machine
#              netns: each provider and the client in a network namespace of its own, 0.5 ms apart (Linux, root, iproute2, iptables,
#              gcc, libnetfilter-queue-dev)
#              compose: containers of docker/compose.yaml; COMPOSE is the command (docker compose), BASE_IMAGE the Java image;
#              the clients run on this machine, or with --clients container beside the providers
#              kubernetes: pods of k8s/base in a namespace of their own, in the cluster of FILE, which has to find the images of
#              scripts/images.sh: PREFIX is what comes before their names (registry.example/), TAG their tag
#              machines: those of FILE, to which scripts/machines.sh has deployed the providers; for SSH_IDENTITY and
#              SSH_KNOWN_HOSTS see there
# ENGINE       type of the realm's directory: embedded (default), static, kubernetes, dns, zookeeper, etcd or discovery-client. The
#              server behind it is started for the run: etcd needs the program etcd, zookeeper and dns nothing, static and
#              discovery-client have their instances in the settings; kubernetes needs FILE and kubectl, and gets a namespace of its own
# FILE         the API server for kubernetes; the hosts of machines
# SCENARIO     multi-endpoint, failover, connection-caching, selection, latency, rolling-restart, seed-loss (with the embedded
#              directory) or stress; or migration: from the embedded directory to ENGINE (by default etcd), which is run with each but
#              the embedded one
# N            seconds that each rate of the stress lasts: 1, or 5 where it is the only scenario
# --keep       keep criteria and figures in multi-node/results, and write docs/multi-node-results.md from all that is kept; with --only
#              those of the other scenarios stay
# results      run nothing, and write that page again, after results of others came in
#
# Prints a table and writes target/multi-node/report.json, and report.html with plots. Ends with 1 if a criterion did not hold, and
# with 2 if this machine cannot run them. JAVA_HOME chooses the JDK; logs are beside the report.
set -eu
. "$(dirname "$0")/lib/paths.sh"
cd "$(dirname "$0")/.."

environment=local
case "${1:-}" in
	'' | --*) ;;
	*) environment=$1; shift ;;
esac
if [ "$environment" = results ]; then
	[ $# -eq 0 ] || { echo "Argument '$1' is not known to 'results': expected none" >&2; exit 2; }
	. scripts/lib/build.sh
	build_jars multi-node
	exec "$java" -jar "$runner_jar" results multi-node/results docs/multi-node-results.md
fi
case "$environment" in
	local | netns | compose | kubernetes | machines) ;;
	*) echo "Environment '$environment' is not known: expected local, netns, compose, kubernetes or machines" >&2; exit 2 ;;
esac

directory=
kubeconfig=
hosts=
only=
rate=
keep=
clients=
registry=
tag=
while [ $# -gt 0 ]; do
	name=${1%%=*}
	case "$1" in
		--keep)
			keep=yes
			shift
			continue
			;;
		--*=*) value=${1#*=} ;;
		*)
			[ $# -gt 1 ] || { echo "$1 needs a value" >&2; exit 2; }
			value=$2
			shift
			;;
	esac
	[ -n "$value" ] || { echo "$name needs a value" >&2; exit 2; }
	case "$name" in
		--directory) directory=$value ;;
		--kubeconfig) kubeconfig=$(absolute "$value") ;;
		--hosts) hosts=$(absolute "$value") ;;
		--only) only=$value ;;
		--rate-seconds) rate=$value ;;
		--clients) clients=$value ;;
		--registry) registry=$value ;;
		--tag) tag=$value ;;
		*)
			echo "Argument '$name' is not known: expected --directory, --kubeconfig, --hosts, --only, --rate-seconds, --keep, --clients, --registry or --tag" >&2
			exit 2
			;;
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
if [ "$environment" = kubernetes ] && [ "$directory" != embedded ]; then
	echo "Directory '$directory' cannot be had in pods: the images of the samples have the embedded one; take local" >&2
	exit 2
fi

cannot_run() {
	echo "Cannot run: $1" >&2
	exit 2
}

if [ -n "$clients" ] && [ "$environment" != compose ]; then
	echo "--clients is known to the environment compose alone: in $environment clients have one place" >&2
	exit 2
fi
if [ -n "$hosts" ] && [ "$environment" != machines ]; then
	echo "--hosts is known to the environment machines alone" >&2
	exit 2
fi
if [ -n "$kubeconfig" ] && [ "$environment" != kubernetes ] && [ "$directory" != kubernetes ]; then
	echo "--kubeconfig is known to the environment and the directory kubernetes alone" >&2
	exit 2
fi
if [ -n "$registry$tag" ] && [ "$environment" != kubernetes ]; then
	echo "--registry and --tag are known to the environment kubernetes alone" >&2
	exit 2
fi

if [ "$environment" = netns ]; then
	[ "$(uname -s)" = Linux ] || cannot_run "network namespaces are a thing of Linux: take the environment local or compose"
	[ "$(id -u)" = 0 ] || cannot_run "only root may make network namespaces: run it with sudo, or take the environment local"
	for tool in ip iptables; do
		command -v "$tool" > /dev/null \
			|| cannot_run "the program '$tool' is not on the PATH: install it (Debian: apt-get install iproute2 iptables)"
	done
	unshare -n true 2> /dev/null \
		|| cannot_run "this machine makes no network namespaces: give it CAP_SYS_ADMIN, or take the environment local"
fi

. scripts/lib/build.sh
out=target/multi-node

# What was started for a run and is still there, whoever wrote it down.
started_for_run() {
	[ -f "$out/pids" ] || return 0
	while read -r pid; do
		if is_started_for "$out" "$pid"; then
			echo "$pid"
		fi
	done < "$out/pids"
}

if [ -f "$out/run" ] && ps -p "$(cat "$out/run")" -o args= 2> /dev/null | grep -qF multi-node.sh; then
	cannot_run "the run of process $(cat "$out/run") is under way here, and writes to $out as well: wait until it has ended"
fi

# Trust between these processes and nobody else, for this run only.
MACULA_REALM_SECRET=$(random_secret)
export MACULA_REALM_SECRET

if [ "$environment" = compose ]; then
	compose=${COMPOSE:-docker compose}
	$compose version > /dev/null 2>&1 \
		|| cannot_run "'$compose' does not run: install Docker and its plugin compose, or name the command in COMPOSE"
	compose="$compose -f docker/compose.yaml"
	if ! present=$($compose ps --all --quiet 2>&1); then
		cannot_run "Docker does not answer: start it, or add yourself to its group ($(echo "$present" | tail -n 1))"
	fi
	# What somebody else started is not taken down by a run.
	! echo "$present" | grep -qE '^[0-9a-f]{12,64}$' \
		|| cannot_run "containers of docker/compose.yaml are there already, of an earlier run or of somebody who uses them: $compose down"
fi

if [ "$environment" = kubernetes ]; then
	command -v kubectl > /dev/null \
		|| cannot_run "the program 'kubectl' is not on the PATH: install it, see https://kubernetes.io/docs/tasks/tools"
	[ -n "$kubeconfig" ] || cannot_run "no cluster is named: give the file of one by --kubeconfig FILE"
	[ -r "$kubeconfig" ] || cannot_run "the kubeconfig '$kubeconfig' cannot be read: give the file of a cluster by --kubeconfig FILE"
	why=$(kubectl --kubeconfig "$kubeconfig" --request-timeout 10s get --raw /version 2>&1 > /dev/null) \
		|| cannot_run "the cluster of '$kubeconfig' does not answer: $(echo "$why" | tail -n 1)"
	# Who may create one and not delete it would leave it behind.
	for verb in create get list delete; do
		[ "$(kubectl --kubeconfig "$kubeconfig" --request-timeout 10s auth can-i "$verb" namespaces 2> /dev/null)" = yes ] \
			|| cannot_run "the user of '$kubeconfig' may not $verb namespaces, and a run has one of its own: take a kubeconfig that may, or grant what a run needs, see docs/operations.md"
	done
	# Its pods would take the processors from this one's; and it may be somebody's who is about to use it.
	left=$(kubectl --kubeconfig "$kubeconfig" --request-timeout 10s get namespaces --selector multi-node.macula.io/run \
		--field-selector status.phase=Active --output name 2> /dev/null | sed 's#^namespace/##' | paste -sd' ' -)
	[ -z "$left" ] || cannot_run "the cluster has a namespace of another run: if none is under way, take it away: kubectl --kubeconfig $kubeconfig delete namespace $left"
fi

# shellcheck disable=SC2086
build_jars sample-provider multi-node $engine_module

left=$(started_for_run | paste -sd' ' -)
if [ -n "$left" ]; then
	echo "Ending processes that an earlier run left behind: $left"
	# shellcheck disable=SC2086
	kill -9 $left 2> /dev/null || true
fi
{ rm -rf "$out" && mkdir -p "$out" && echo "$$" > "$out/run"; } 2> /dev/null \
	|| cannot_run "$out cannot be written to: expected a directory of this user on a disk with room"
room=$(df -Pk "$out" | awk 'NR == 2 { print int($4 / 1024) }')
[ "$room" -ge 100 ] \
	|| cannot_run "$room MB are free where $out is, and reports and logs take up to 100 MB: make room, or take another disk"

set -- --environment="$environment" --directory="$directory"
[ -z "$hosts" ] || set -- "$@" --hosts="$hosts"
[ -z "$clients" ] || set -- "$@" --clients="$clients"
[ -z "$registry" ] || set -- "$@" --registry="$registry"
[ -z "$tag" ] || set -- "$@" --tag="$tag"
[ -z "$rate" ] || set -- "$@" --rate-seconds="$rate"
[ -z "$keep" ] || set -- "$@" --keep=multi-node/results --page=docs/multi-node-results.md
[ -z "$only" ] || set -- "$@" --only="$only"
[ -z "$kubeconfig" ] || set -- "$@" --kubeconfig="$kubeconfig"

# No sample has an engine's module: its jars go on the class path beside theirs.
if [ -n "$engine_module" ]; then
	set -- "$@" --provider-jars="$(jars_beside "$engine_module" "$provider_jar")"
	runner_jars=$(jars_beside "$engine_module" "$runner_jar")
fi
[ "$directory" != zookeeper ] || set -- "$@" --server-jars="$(cat "$engine_module/target/server.classpath")"

if [ "$environment" = compose ]; then
	# The image of the client needs its jar, too.
	build_jars sample-client
	. scripts/lib/images.sh
	why=$(bills_of_materials_are_there 2>&1) || cannot_run "$why"
	$compose build > "$out/build.log" 2>&1 \
		|| cannot_run "the images cannot be built: $(grep -i error "$out/build.log" | tail -n 1), see $out/build.log"
	set -- --compose="$compose" "$@"
fi

if [ "$environment" = netns ]; then
	. scripts/lib/namespaces.sh
	remove_left mn multi-node.sh
	prefix=mn$$-
	build_linkd "$out/linkd" || true
	set -- --prefix="$prefix" --linkd="$out/linkd" "$@"
fi

end_seconds=30
# Over ssh, and until all providers run again.
[ "$environment" != machines ] || end_seconds=300

cleanup() {
	trap - EXIT INT TERM
	if [ -n "${runner:-}" ]; then
		kill "$runner" 2> /dev/null || true
		# It ends what it started, and takes away what it wrote elsewhere.
		timeout "$end_seconds" tail -s 0.2 --pid="$runner" -f /dev/null || kill -9 "$runner" 2> /dev/null || true
	fi
	[ -z "${compose:-}" ] || $compose down > /dev/null 2>&1 || true
	# What is left when the runner itself was killed.
	for pid in $(started_for_run); do
		kill -9 "$pid" 2> /dev/null || true
	done
	rm -f "$out/run"
	[ -z "${prefix:-}" ] || remove_namespaces "$prefix"
}
trap cleanup EXIT
trap 'echo "Interrupted: what this run started is taken away" >&2; cleanup; exit 130' INT TERM

# Before whoever reads it begins, on a machine that is busy as well.
: > "$out/runner.log"
if [ -n "$engine_module" ]; then
	"$java" --enable-native-access=ALL-UNNAMED -Xmx512m -Dloader.path="$runner_jars" -cp "$runner_jar" \
		org.springframework.boot.loader.launch.PropertiesLauncher \
		--provider-jar="$provider_jar" --out="$out" "$@" >> "$out/runner.log" 2>&1 &
else
	"$java" --enable-native-access=ALL-UNNAMED -Xmx512m -jar "$runner_jar" --provider-jar="$provider_jar" --out="$out" "$@" \
		>> "$out/runner.log" 2>&1 &
fi
runner=$!
echo "$runner" >> "$out/pids"
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
