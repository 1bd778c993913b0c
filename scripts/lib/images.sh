# Shared by the scripts: the images of the samples and of the console. Sourced from the root of the repository, after lib/build.sh.

# Of which there are images; whoever wants that of the console adds macula-console.
images='sample-provider sample-client'

# Whether Docker can be used; says in one line why not.
docker_answers() {
	if ! command -v docker > /dev/null; then
		echo "There is no docker here: install it, see https://docs.docker.com/engine/install" >&2
		return 1
	fi
	if ! why=$(docker info 2>&1 > /dev/null); then
		echo "Docker does not answer: start it, or add yourself to its group ($(echo "$why" | grep -v '^WARNING' | tail -n 1))" >&2
		return 1
	fi
}

# The version that the build gives to all that it makes.
project_version() {
	sed -n '/<artifactId>macula-parent</{n;s/.*<version>\(.*\)<.*/\1/p;q;}' pom.xml
}

# Made of what is in the images, so that it is never moved: a change is another tag.
content_tag() {
	for application in $images; do
		echo "$application/target/$application.jar"
	done | xargs cat docker/Dockerfile macula-cli/target/macula | sha256sum | cut -c1-16
}

# Whether Maven made what an image needs beside the jar; says in one line why not.
bills_of_materials_are_there() {
	for application in $images; do
		if [ ! -f "$application/target/classes/META-INF/sbom/application.cdx.json" ]; then
			echo "There is no bill of materials of $application: Maven makes none offline; build it once without -o" >&2
			return 1
		fi
	done
}

# The images of the samples under a tag; their logs go to a folder.
build_images() {
	mkdir -p "$2"
	bills_of_materials_are_there || return 1
	revision=$(git rev-parse HEAD 2> /dev/null || echo unknown)
	version=$(project_version)
	for application in $images; do
		echo "Building image $application:$1"
		# BuildKit, the builder of today: an older one would send the whole repository.
		DOCKER_BUILDKIT=1 docker build -f docker/Dockerfile ${BASE_IMAGE:+--build-arg BASE="$BASE_IMAGE"} \
			--build-arg APPLICATION="$application" --build-arg VERSION="$version" --build-arg REVISION="$revision" \
			-t "$application:$1" . > "$2/$application.log" 2>&1 || {
			echo "The image $application cannot be built: $(grep -i error "$2/$application.log" | tail -n 1), see $2/$application.log" >&2
			return 1
		}
	done
}
