# shellcheck shell=sh disable=SC2154
# A provider in a pod of the K3s of its machine, in the network of the machine. The namespace is its own.

check_mode() {
	if ! command -v k3s > /dev/null; then
		say missing k3s
	elif ! k3s kubectl get --raw /readyz > /dev/null 2>&1; then
		say missing 'k3s server'
	elif k3s kubectl get namespace "$service" > /dev/null 2>&1; then
		say installed "namespace $service"
	fi
}

alive() {
	[ "$(k3s kubectl --namespace "$service" get pods --selector "app.kubernetes.io/name=$service" \
		--output 'jsonpath={.items[*].status.containerStatuses[*].state.running.startedAt}' 2> /dev/null)" != "" ]
}

# It is applied, and its pod is there and has been started; starting may take a while.
start() {
	alone
	k3s kubectl create namespace "$service" --dry-run=client --output yaml | k3s kubectl apply --filename - > /dev/null
	k3s kubectl --namespace "$service" create secret generic "$service" --from-env-file "$directory/current/provider.env" \
		--dry-run=client --output yaml | k3s kubectl apply --filename - > /dev/null
	k3s kubectl apply --filename "$directory/current/$service.yaml" > /dev/null
	until=$(($(date +%s) + seconds))
	while ! alive; do
		[ "$(date +%s)" -lt "$until" ] || { echo "its pod did not start within $seconds s" >&2; return 1; }
		sleep 0.5
	done
}

scale_down() {
	k3s kubectl --namespace "$service" scale "deployment/$service" --replicas 0 > /dev/null
}

gone() {
	k3s kubectl --namespace "$service" wait --for delete pod --selector "app.kubernetes.io/name=$service" \
		--timeout "${stop_seconds}s" > /dev/null
}

stop() {
	alone
	if k3s kubectl --namespace "$service" get "deployment/$service" > /dev/null 2>&1; then
		scale_down
		gone
	fi
}

shoot() {
	alone
	scale_down
	k3s kubectl --namespace "$service" delete pod --selector "app.kubernetes.io/name=$service" --grace-period 0 --force > /dev/null 2>&1
	gone
}

remove() {
	alone
	if command -v k3s > /dev/null; then
		k3s kubectl delete namespace "$service" --ignore-not-found > /dev/null
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
	k3s kubectl --namespace "$service" logs "deployment/$service" --tail -1
}

logs() {
	k3s kubectl --namespace "$service" get all,events
	k3s kubectl --namespace "$service" logs "deployment/$service" --tail -1 --timestamps
}
