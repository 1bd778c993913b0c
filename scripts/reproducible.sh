#!/bin/sh
# Builds the published modules a second time, in a copy of this tree in another place, and compares the jars byte by byte
# with those that are here (builds them here, too, if there are none). Ends with 1 if a jar differs, or lacks LICENSE or
# NOTICE.
#
#   scripts/reproducible.sh
#
# MVN adds options to Maven, for example -o.
set -eu
cd "$(dirname "$0")/.."

published="macula-core macula-contract macula-cli macula-contract-maven-plugin macula-spring-boot-autoconfigure \
	macula-spring-boot-starter macula-spring-boot-starter-test macula-test macula-directory-tck macula-directory-etcd \
	macula-directory-zookeeper macula-directory-kubernetes macula-directory-spring-cloud"
modules=macula-bom,$(echo $published | tr ' ' ',')

package() {
	# shellcheck disable=SC2086
	mvn -q -B ${MVN:-} -DskipTests -Dcheckstyle.skip -Dspring-javaformat.skip -pl "$modules" package
}

for module in $published; do
	if [ ! -f "$(echo "$module"/target/"$module"-[0-9]*[0-9T].jar)" ]; then
		package
		break
	fi
done

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
for file in pom.xml LICENSE NOTICE config .mvn; do
	cp -R "$file" "$copy/"
done
for module in macula-bom $published; do
	mkdir "$copy/$module"
	cp "$module/pom.xml" "$copy/$module/"
	if [ -d "$module/src" ]; then
		cp -R "$module/src" "$copy/$module/"
	fi
done
# The other modules are not there.
sed -n 's/.*<module>\(.*\)<.*/\1/p' pom.xml | while read -r module; do
	[ -d "$copy/$module" ] || sed -i "/<module>$module</d" "$copy/pom.xml"
done
(cd "$copy" && package)

status=0
for module in $published; do
	here=$(echo "$module"/target/"$module"-[0-9]*[0-9T].jar)
	if cmp -s "$here" "$copy/$here"; then
		echo "equal    $(sha256sum "$here")"
	else
		echo "DIFFERS  $here: here $(sha256sum < "$here"), built again $(sha256sum < "$copy/$here")"
		status=1
	fi
	for file in LICENSE NOTICE; do
		if ! unzip -p "$here" "META-INF/$file" 2> "$copy/unzip.log" | cmp -s - "$file"; then
			echo "LACKS    $here: META-INF/$file"
			status=1
		fi
	done
done
for file in macula-cli/target/macula.jar macula-cli/target/macula; do
	if cmp -s "$file" "$copy/$file"; then
		echo "equal    $(sha256sum "$file")"
	else
		echo "DIFFERS  $file"
		status=1
	fi
done
exit $status
