# shellcheck shell=sh disable=SC2154
# A provider in a container, in the network of its machine. Its label names the directory that it is of: another one of its name is
# somebody else's.

check_mode() {
	if ! command -v docker > /dev/null; then
		say missing docker
	elif ! docker info > /dev/null 2>&1; then
		say missing dockerd
	elif of_directory; then
		say installed "container $service"
	elif labelled > /dev/null; then
		say elsewhere "$(labelled)"
	fi
}

# The directory that the container is of, if there is a container.
labelled() {
	docker container inspect --format '{{ index .Config.Labels "io.macula.machines" }}' "$service" 2> /dev/null
}

of_directory() {
	[ "$(labelled)" = "$directory" ]
}

its_own() {
	of_directory || { echo "container $service is not that of $directory" >&2; return 1; }
}

alive() {
	of_directory && [ "$(docker container inspect --format '{{ .State.Status }}' "$service" 2> /dev/null)" = running ]
}

# A container that was stopped is kept for its logs until here. One that is killed or stopped by hand stays so.
start() {
	alone
	if labelled > /dev/null; then
		its_own
		docker rm --force "$service" > /dev/null
	fi
	docker run --detach --name "$service" --label "io.macula.machines=$directory" --network host --env-file "$directory/current/provider.env" \
		--restart on-failure:5 --stop-timeout "$stop_seconds" --read-only --tmpfs /tmp:exec,size=128m,mode=1777 \
		--cap-drop ALL --security-opt no-new-privileges:true --memory 512m --pids-limit 512 \
		--log-driver json-file --log-opt max-size=10m --log-opt max-file=3 "$(cat "$directory/current/image")" > /dev/null
}

stop() {
	alone
	if of_directory; then
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
	command -v docker > /dev/null || return 0
	# One that starts again by itself is not forgotten.
	docker info > /dev/null 2>&1 || { echo "docker does not answer: start it there (systemctl start docker)" >&2; return 1; }
	if of_directory; then
		stop
		docker rm --force "$service" > /dev/null
	elif labelled > /dev/null; then
		say stays "container $service"
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
	its_own
	docker logs "$service" 2>&1
}

logs() {
	its_own
	docker logs --timestamps "$service" 2>&1
}
