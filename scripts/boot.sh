#!/bin/sh
# Tests the modules for Spring with the newest patch of the minor version of Spring Boot that this build has. Asks Maven's
# repository for it; works in a copy of this tree, and changes nothing here. Ends with 0 if there is no newer one.
#
#   scripts/boot.sh             with the newest patch
#   scripts/boot.sh 4.1.1       with this version, for example an older one that is looked after still
#
# MVN adds options to Maven, for example -o.
set -eu
cd "$(dirname "$0")/.."

built=$(sed -n 's/.*<spring-boot.version>\(.*\)<\/spring-boot.version>.*/\1/p' pom.xml)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
trap 'exit 130' INT TERM

newest() {
	mkdir "$copy/probe"
	cat > "$copy/probe/pom.xml" <<- END
		<project xmlns="http://maven.apache.org/POM/4.0.0">
			<modelVersion>4.0.0</modelVersion>
			<parent>
				<groupId>org.springframework.boot</groupId>
				<artifactId>spring-boot-starter-parent</artifactId>
				<version>$built</version>
				<relativePath/>
			</parent>
			<groupId>io.macula</groupId>
			<artifactId>probe</artifactId>
			<version>1</version>
			<packaging>pom</packaging>
		</project>
	END
	# shellcheck disable=SC2086
	mvn -q -B ${MVN:-} -f "$copy/probe/pom.xml" -DallowMinorUpdates=false -DgenerateBackupPoms=false \
		org.codehaus.mojo:versions-maven-plugin:2.18.0:update-parent >&2
	sed -n '/<parent>/,/<\/parent>/s/.*<version>\(.*\)<\/version>.*/\1/p' "$copy/probe/pom.xml"
}

version=${1:-$(newest)}
if [ -z "$version" ]; then
	echo "The newest patch of Spring Boot $built is not known: is Maven's repository reachable?" >&2
	exit 1
fi
if [ "$version" = "$built" ]; then
	echo "Spring Boot $built is the newest patch: mvn verify tests it"
	exit 0
fi
echo "Spring Boot $version instead of $built"
git archive HEAD | tar -x -C "$copy"
sed -i "s/>$built</>$version</" "$copy/pom.xml"
cd "$copy"
# shellcheck disable=SC2086
mvn -B ${MVN:-} -Dcheckstyle.skip -Dspring-javaformat.skip -Dsurefire.failIfNoSpecifiedTests=false \
	-Dtest='%regex[io.macula.spring[./].*Tests.*]' -am -pl macula-spring-boot-autoconfigure,macula-spring-boot-starter-test verify
