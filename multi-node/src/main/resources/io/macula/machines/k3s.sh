# shellcheck shell=sh disable=SC2154
# A provider in a pod of the K3s of its machine, in the network of the machine. The namespace is its own, and an annotation names the
# directory that it is of: another one of its name is somebody else's.

check_mode() {
	if ! command -v k3s > /dev/null; then
		say missing k3s
	elif ! k3s kubectl get --raw /readyz > /dev/null 2>&1; then
		say missing 'k3s server'
	elif of_directory; then
		say installed "namespace $service"
	elif [ -n "$(namespace)" ]; then
		say elsewhere "$(annotated)"
	fi
}

# Its name, if there is one.
namespace() {
	k3s kubectl get namespace "$service" --ignore-not-found --output name
}

# The directory that the namespace is of.
annotated() {
	k3s kubectl get namespace "$service" --ignore-not-found --output 'jsonpath={.metadata.annotations.macula\.io/machines}'
}

of_directory() {
	[ "$(annotated 2> /dev/null)" = "$directory" ]
}

its_own() {
	of_directory || { echo "namespace $service is not that of $directory" >&2; return 1; }
}

alive() {
	of_directory && [ "$(k3s kubectl --namespace "$service" get pods --selector "app.kubernetes.io/name=$service" \
		--output 'jsonpath={.items[*].status.containerStatuses[*].state.running.startedAt}' 2> /dev/null)" != "" ]
}

# It is applied, and its pod is there and has been started; starting may take a while.
start() {
	alone
	# The first of the manifest; created, and not applied, it cannot become that of two.
	if [ -z "$(namespace)" ]; then
		sed '/^---$/q' "$directory/current/$service.yaml" | k3s kubectl create --save-config --filename - > /dev/null
	fi
	its_own
	k3s kubectl --namespace "$service" create secret generic "$service" --from-env-file "$directory/current/provider.env" \
		--dry-run=client --output yaml | k3s kubectl apply --filename - > /dev/null
	k3s kubectl apply --filename "$directory/current/$service.yaml" > /dev/null
	until=$(($(date +%s) + seconds))
	while ! alive; do
		[ "$(date +%s)" -lt "$until" ] || { echo "its pod did not start within $seconds s: $(hindered)" >&2; return 1; }
		sleep 0.5
	done
}

# What the pod waits for.
hindered() {
	k3s kubectl --namespace "$service" get pods --selector "app.kubernetes.io/name=$service" --output \
		'jsonpath={.items[*].status.conditions[?(@.reason=="Unschedulable")].message} {.items[*].status.containerStatuses[*].state.waiting}'
}

pods() {
	k3s kubectl --namespace "$service" get pods --selector "app.kubernetes.io/name=$service" --output name
}

scale_down() {
	k3s kubectl --namespace "$service" scale "deployment/$service" --replicas 0 > /dev/null
}

# It may use all of its grace, and its pod is taken apart after that.
gone() {
	k3s kubectl --namespace "$service" wait --for delete pod --selector "app.kubernetes.io/name=$service" \
		--timeout "$((stop_seconds + 20))s" > /dev/null
}

# What it says until its end is gone with its pod, and so kept beside the releases.
kept() {
	mkdir -p "$directory/log"
	chmod 700 "$directory/log"
	k3s kubectl --namespace "$service" logs "deployment/$service" --tail -1 --pod-running-timeout 1s "$@" \
		> "$directory/log/last.log" 2> /dev/null || true
}

stop() {
	alone
	if of_directory && k3s kubectl --namespace "$service" get "deployment/$service" > /dev/null 2>&1; then
		kept --follow &
		keeper=$!
		scale_down
		gone
		wait "$keeper"
	fi
}

# The processes of the container: there is no SIGKILL by way of Kubernetes, which always asks first.
processes() {
	container=$(k3s kubectl --namespace "$service" get pods --selector "app.kubernetes.io/name=$service" \
		--output 'jsonpath={.items[0].status.containerStatuses[0].containerID}' 2> /dev/null || true)
	container=${container##*/}
	# Part of the path of its control group, whatever runs it.
	if [ "${#container}" -ge 32 ]; then
		grep -lF -e "$container" /proc/[0-9]*/cgroup 2> /dev/null | cut -d/ -f3
	fi
}

# It would be started again.
shoot() {
	alone
	if of_directory; then
		for process in $(processes); do
			kill -9 "$process" 2> /dev/null || true
		done
		scale_down
		kept
		k3s kubectl --namespace "$service" delete pod --selector "app.kubernetes.io/name=$service" --grace-period 0 --force \
			> /dev/null 2>&1
		gone
	fi
}

remove() {
	alone
	command -v k3s > /dev/null || return 0
	k3s kubectl get --raw /readyz > /dev/null 2>&1 \
		|| { echo "k3s does not answer: start it there (systemctl start k3s)" >&2; return 1; }
	if of_directory; then
		k3s kubectl delete namespace "$service" --ignore-not-found > /dev/null
	elif [ -n "$(namespace)" ]; then
		say stays "namespace $service"
	fi
}

load() {
	k3s ctr images import - > /dev/null
}

# What is not there is fetched when the pod starts.
image() {
	true
}

life() {
	its_own
	if [ -n "$(pods)" ]; then
		k3s kubectl --namespace "$service" logs "deployment/$service" --tail -1
	else
		cat "$directory/log/last.log"
	fi
}

logs() {
	its_own
	k3s kubectl --namespace "$service" get all,events
	if [ -n "$(pods)" ]; then
		k3s kubectl --namespace "$service" logs "deployment/$service" --tail -1 --timestamps
	elif [ -f "$directory/log/last.log" ]; then
		cat "$directory/log/last.log"
	fi
}
