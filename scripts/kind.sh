#!/bin/sh
# The realm in four Kubernetes clusters on this machine, made by kind: k8s/kind has the clusters, k8s/overlays what runs there.
#
#   scripts/kind.sh up [CLUSTER ...]     makes the clusters that are not there, builds and loads the images, deploys, waits
#   scripts/kind.sh test [CLUSTER ...]   calls stay in their region, and go on to another one, without a failure, when it is gone,
#                                        and come back to it; says with figures how that went. Takes five minutes
#   scripts/kind.sh down [CLUSTER ...]   takes the clusters away
#
# CLUSTER     macula-hub, be-antwerp, be-brabant, be-east-flanders; by default all four, which take about 8 GB of memory. A test
#             needs two.
# BASE_IMAGE  the Java image
#
# Ends with 1 if something did not hold, and with 2 if this machine cannot run it. Logs and the realm's secret are in target/kind.
set -eu
cd "$(dirname "$0")/.."
. scripts/lib/build.sh
. scripts/lib/images.sh
. scripts/lib/calls.sh

out=target/kind
namespace=macula
# Of whom each makes about ten calls a second.
callers=16

die() {
	echo "$1" >&2
	exit "${2:-1}"
}

command=${1:-}
case "$command" in
	up | test | down) shift ;;
	*) die "Command '$command' is not known: expected up, test or down" 2 ;;
esac
for cluster in "$@"; do
	[ -f "k8s/kind/$cluster.yaml" ] || die "Cluster '$cluster' is not known: expected $(ls k8s/kind | sed 's/\.yaml$//' | paste -sd' ' -)" 2
done
# The hub comes first.
[ $# -gt 0 ] || set -- macula-hub be-antwerp be-brabant be-east-flanders

need() {
	command -v "$1" > /dev/null || die "There is no $1 here: $2" 2
}
need kind "install it, see https://kind.sigs.k8s.io/docs/user/quick-start"
need kubectl "install it, see https://kubernetes.io/docs/tasks/tools"
docker_answers || exit 2
if [ "$command" = up ] && [ "$(cat /proc/sys/fs/inotify/max_user_instances 2> /dev/null || echo 512)" -lt 512 ]; then
	echo "fs.inotify.max_user_instances is below 512, too few for the machines of four clusters: sysctl fs.inotify.max_user_instances=512" >&2
fi
mkdir -p "$out"

on() {
	cluster_of=$1
	shift
	kubectl --context "kind-$cluster_of" --namespace "$namespace" "$@"
}

exists() {
	kind get clusters 2> /dev/null | grep -qx "$1"
}

# A cluster that is half made is of no use, and would be taken for a whole one.
cleanup() {
	trap - EXIT INT TERM
	[ -z "${loop:-}" ] || kill "$loop" 2> /dev/null || true
	if [ -n "${making:-}" ]; then
		echo "Taking away $making, which is half made" >&2
		kind delete cluster --name "$making" >> "$out/$making.log" 2>&1 || true
	fi
	if [ -n "${emptied:-}" ]; then
		on "$emptied" scale deployment calculator --replicas 2 > /dev/null 2>&1 || true
	fi
}
trap cleanup EXIT
trap 'cleanup; exit 130' INT TERM

# The secret that the realm has, or a new one.
secret() {
	[ -s "$out/secret" ] && return
	(
		umask 077
		for cluster in "$@"; do
			if exists "$cluster" && on "$cluster" get secret macula-realm -o 'jsonpath={.data.secret}' 2> /dev/null \
				| base64 -d > "$out/secret" && [ -s "$out/secret" ]; then
				exit 0
			fi
		done
		random_secret > "$out/secret"
	)
}

images() {
	build_jars sample-provider sample-client macula-cli
	tag=$(content_tag)
	build_images "$tag" "$out" || exit 1
}

up() {
	images
	secret "$@"
	for cluster in "$@"; do
		if ! exists "$cluster"; then
			echo "Making cluster $cluster"
			making=$cluster
			kind create cluster --config "k8s/kind/$cluster.yaml" --wait 180s > "$out/$cluster.log" 2>&1 \
				|| die "Cluster $cluster cannot be made: $(grep -m 1 ERROR "$out/$cluster.log"), see $out/$cluster.log"
			making=
		fi
		kind load docker-image --name "$cluster" "sample-provider:$tag" "sample-client:$tag" >> "$out/$cluster.log" 2>&1 \
			|| die "The images cannot be loaded into $cluster, see $out/$cluster.log"
		mkdir -p "$out/$cluster"
		cat > "$out/$cluster/kustomization.yaml" <<- END
			apiVersion: kustomize.config.k8s.io/v1beta1
			kind: Kustomization
			resources:
			  - ../../../k8s/overlays/$cluster
			images:
			  - name: sample-provider
			    newTag: "$tag"
			  - name: sample-client
			    newTag: "$tag"
		END
		{
			kubectl --context "kind-$cluster" apply -f k8s/components/region/namespace.yaml
			on "$cluster" create secret generic macula-realm --from-file=secret="$out/secret" --dry-run=client -o yaml | on "$cluster" apply -f -
			kubectl --context "kind-$cluster" apply -k "$out/$cluster"
		} >> "$out/$cluster.log" 2>&1 || die "$cluster does not take the manifests: $(tail -n 1 "$out/$cluster.log"), see $out/$cluster.log"
		# One cluster after the other: if all start at once, none is ready before the probes start it again.
		for deployment in calculator calculator-client; do
			on "$cluster" rollout status "deployment/$deployment" --timeout 300s >> "$out/$cluster.log" 2>&1 \
				|| die "$deployment is not ready in $cluster: kubectl --context kind-$cluster -n $namespace describe pods"
		done
		echo "$cluster is ready"
	done
}

# cluster seconds file [callers]: calls from the client in the cluster, one answer a line.
call_for() {
	on "$1" exec --stdin deployment/calculator-client -- bash -s "$2" 8080 "${4:-1}" < scripts/lib/calls.bash > "$3" 2> "$3.err"
}

expect() {
	if [ "$2" = "$3" ]; then
		echo "holds: $1"
	else
		echo "does not hold: $1: expected $2, was $3"
		failed=1
	fi
}

try() {
	[ $# -ge 2 ] || die "A test needs two clusters, and got $1 only" 2
	for cluster in "$@"; do
		exists "$cluster" || die "There is no cluster $cluster: scripts/kind.sh up $*" 2
	done
	failed=
	for cluster in "$@"; do
		calls=$out/$cluster.calls
		call_for "$cluster" 10 "$calls" || die "The client of $cluster cannot be used: $(tail -n 1 "$calls.err")"
		echo "$cluster: $(figures "$calls"); answered by $(regions "$calls")"
		expect "no call from $cluster fails" 0 "$(failures "$calls")"
		expect "calls from $cluster stay there" "$cluster" "$(regions "$calls" | sed 's/ [0-9]*//g')"
	done
	# The last one loses its providers under load, and gets them back.
	for cluster in "$@"; do :; done
	calls=$out/$cluster.failover
	# Longer than the wait for the end of the pods.
	call_for "$cluster" 110 "$calls" "$callers" &
	loop=$!
	sleep 5
	emptied=$cluster
	from=$(last_answer "$calls")
	on "$cluster" scale deployment calculator --replicas 0 > /dev/null
	on "$cluster" wait --for=delete pod -l app.kubernetes.io/name=calculator --timeout 90s > /dev/null
	# Answers that are still on their way here.
	sleep 2
	elsewhere=$(wc -l < "$calls")
	wait "$loop" || die "The client of $cluster cannot be used: $(tail -n 1 "$calls.err")"
	loop=
	moments "$calls" "$cluster" "${from:-0}" > "$calls.moments"
	IFS='|' read -r _ first last _ < "$calls.moments"
	echo "$cluster without providers: $(figures "$calls"); answered by $(regions "$calls")"
	echo "after they were told to end: another region's first answer $first, their own last one $last"
	expect "no call from $cluster fails while its providers go" 0 "$(failures "$calls")"
	tail -n +"$((elsewhere + 1))" "$calls" > "$calls.after"
	expect "calls go to another region then" 0 "$(grep -c "\"node\":\"$cluster\\." "$calls.after" || true)"
	expect "and are answered" yes "$([ -n "$(regions "$calls.after")" ] && echo yes || echo no)"
	calls=$out/$cluster.return
	call_for "$cluster" 90 "$calls" "$callers" &
	loop=$!
	sleep 5
	from=$(last_answer "$calls")
	on "$cluster" scale deployment calculator --replicas 2 > /dev/null
	emptied=
	on "$cluster" rollout status deployment/calculator --timeout 300s > /dev/null
	ready=$(last_answer "$calls")
	wait "$loop" || die "The client of $cluster cannot be used: $(tail -n 1 "$calls.err")"
	loop=
	moments "$calls" "$cluster" "${from:-0}" > "$calls.moments"
	IFS='|' read -r first _ _ last < "$calls.moments"
	echo "$cluster with providers again: $(figures "$calls"); answered by $(regions "$calls")"
	echo "after they were told to start: their own first answer $first, another region's last one $last, all ready $(
		awk -v from="${from:-0}" -v to="${ready:-0}" 'BEGIN { printf "%.1f s", (to - from) / 1000 }'
	)"
	expect "no call from $cluster fails while they come" 0 "$(failures "$calls")"
	call_for "$cluster" 10 "$calls.after" || die "The client of $cluster cannot be used: $(tail -n 1 "$calls.after.err")"
	expect "calls come back with the providers" "$cluster" "$(regions "$calls.after" | sed 's/ [0-9]*//g')"
	[ -z "$failed" ] || die "Something did not hold; the answers are in $out/*.calls, *.failover* and *.return*"
}

case "$command" in
	up) up "$@" ;;
	test) try "$@" ;;
	down)
		for cluster in "$@"; do
			if exists "$cluster"; then
				kind delete cluster --name "$cluster" > "$out/$cluster.log" 2>&1 || die "Cluster $cluster cannot be taken away, see $out/$cluster.log"
				echo "$cluster is gone"
			fi
		done
		# Whoever is left still has the secret.
		[ -n "$(kind get clusters 2> /dev/null | grep -xE 'macula-hub|be-(antwerp|brabant|east-flanders)')" ] || rm -f "$out/secret"
		;;
esac
