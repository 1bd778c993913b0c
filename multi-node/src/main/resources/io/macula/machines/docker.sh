# shellcheck shell=sh disable=SC2154
# A provider in a container, in the network of its machine.

check_mode() {
	if ! command -v docker > /dev/null; then
		say missing docker
	elif ! docker info > /dev/null 2>&1; then
		say missing dockerd
	elif docker inspect "$service" > /dev/null 2>&1; then
		say installed "container $service"
	fi
}

alive() {
	[ "$(docker inspect --format '{{.State.Status}}' "$service" 2> /dev/null)" = running ]
}

# A container that was stopped is kept for its logs until here. One that is killed or stopped by hand stays so.
start() {
	alone
	docker rm --force "$service" > /dev/null 2>&1 || true
	docker run --detach --name "$service" --network host --env-file "$directory/current/provider.env" \
		--restart on-failure:5 --stop-timeout "$stop_seconds" --read-only --tmpfs /tmp:exec,size=128m,mode=1777 \
		--cap-drop ALL --security-opt no-new-privileges:true --memory 512m --pids-limit 512 \
		--log-driver json-file --log-opt max-size=10m --log-opt max-file=3 "$(cat "$directory/current/image")" > /dev/null
}

stop() {
	alone
	if alive; then
		docker stop "$service" > /dev/null
	fi
}

shoot() {
	alone
	if alive; then
		docker kill --signal KILL "$service" > /dev/null
	fi
}

remove() {
	alone
	if command -v docker > /dev/null && docker inspect "$service" > /dev/null 2>&1; then
		stop
		docker rm --force "$service" > /dev/null
	fi
}

# The image comes on the standard input.
load() {
	docker load --quiet > /dev/null
}

# Whether the image is there, or can be fetched.
image() {
	docker image inspect "$image" > /dev/null 2>&1 || docker pull --quiet "$image" > /dev/null
}

life() {
	docker logs "$service" 2>&1
}

logs() {
	docker logs --timestamps "$service" 2>&1
}
