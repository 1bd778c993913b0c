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
	[ "$(docker container inspect --format '{{ index .Config.Labels "io.macula.machines" }} {{ .State.Status }}' "$service" \
		2> /dev/null)" = "$directory running" ]
}

# A container that was stopped is kept for its logs until here. One that is killed or stopped by hand stays so.
start() {
	alone
	if labelled > /dev/null; then
		its_own
		docker rm --force "$service" > /dev/null
	fi
	if ! said=$(docker run --detach --name "$service" --label "io.macula.machines=$directory" --network host --env-file "$directory/current/provider.env" \
		--restart on-failure:5 --stop-timeout "$stop_seconds" --read-only --tmpfs /tmp:exec,size=128m,mode=1777 \
		--cap-drop ALL --security-opt no-new-privileges:true --memory 512m --pids-limit 512 \
		--log-driver json-file --log-opt max-size=10m --log-opt max-file=3 "$(cat "$directory/current/image")" 2>&1); then
		# Its last line is where help is.
		printf '%s\n' "$said" | grep -v -e '--help' >&2
		return 1
	fi
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
	if ! docker image inspect "$image" > /dev/null 2>&1 && ! said=$(docker pull --quiet "$image" 2>&1); then
		echo "image $image is not there: name another one by --image, or send it by --image-archive;" \
			"it cannot be fetched: $(printf '%s\n' "$said" | tail -n 1)" >&2
		return 1
	fi
}

life() {
	its_own
	docker logs "$service" 2>&1
}

logs() {
	its_own
	docker logs --timestamps "$service" 2>&1
}
