#!/bin/sh
# Builds the images of the samples and of the console under the names that k8s/base and docker/compose.yaml give them.
#
#   scripts/images.sh [TAG]
#
# TAG         by default the version of the build, which the manifests name; "content" makes one of what is in the images, which is
#             never moved
# BASE_IMAGE  the Java image: glibc, bash, Java 17 or later
#
# Prints name, size and id of each. Ends with 1 if one cannot be built, and with 2 if this machine cannot build any. Logs are in
# target/images.
set -eu
cd "$(dirname "$0")/.."

if [ $# -gt 1 ]; then
	echo "Argument '$2' is not known: expected a tag" >&2
	exit 2
fi

. scripts/lib/build.sh
. scripts/lib/images.sh

images="$images macula-console"
docker_answers || exit 2
# shellcheck disable=SC2086
build_jars $images macula-cli
tag=${1:-$(project_version)}
[ "$tag" != content ] || tag=$(content_tag)
build_images "$tag" target/images
for application in $images; do
	docker image inspect --format "$application:$tag {{.Size}} bytes {{.Id}}" "$application:$tag"
done
