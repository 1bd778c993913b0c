#!/bin/sh
# Runs the samples with the contexts that their build made ahead of time (-Dspring.aot.enabled=true), and makes a call from
# one to the other.
#
#   scripts/aot.sh
#
# Needs their jars (mvn -DskipTests package) and curl. Ends with 1 if one does not start, answer or end. Logs in target/aot.
# JAVA_HOME chooses the JVM.
set -eu
cd "$(dirname "$0")/.."

out=target/aot
mkdir -p "$out"
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
provider=
client=

cleanup() {
	trap - EXIT INT TERM
	for pid in $provider $client; do
		kill -9 "$pid" 2> /dev/null || true
	done
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# fail WORDS LOG
fail() {
	echo "$1; the end of $2:" >&2
	tail -n 20 "$2" >&2
	exit 1
}

# await LOG PATTERN
await() {
	left=120
	until grep -q "$2" "$1" 2> /dev/null; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || fail "Nothing like '$2' within 120 s" "$1"
		sleep 1
	done
}

for sample in sample-provider sample-client; do
	if [ ! -f "$sample/target/$sample.jar" ]; then
		echo "There is no $sample/target/$sample.jar: mvn -DskipTests package makes it" >&2
		exit 1
	fi
done

MACULA_REALM_NAME=aot
MACULA_REALM_SECRET=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
export MACULA_REALM_NAME MACULA_REALM_SECRET
options="--enable-native-access=ALL-UNNAMED -Dspring.aot.enabled=true"
# Below the ports that the system gives away.
port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 10000))

# shellcheck disable=SC2086
"$java" $options -jar sample-provider/target/sample-provider.jar --server.port=0 --macula.provider.port="$port" \
	> "$out/provider.log" 2>&1 &
provider=$!
# shellcheck disable=SC2086
"$java" $options -jar sample-client/target/sample-client.jar --server.port=0 --macula.realm.seeds="localhost:$port" \
	> "$out/client.log" 2>&1 &
client=$!
await "$out/provider.log" 'Starting AOT-processed'
await "$out/client.log" 'Starting AOT-processed'
await "$out/client.log" 'Tomcat started on port'
http=$(sed -n 's/.*Tomcat started on port \([0-9]*\).*/\1/p' "$out/client.log")
answer=$(curl -sS --max-time 60 "http://localhost:$http/multiply?x=21" 2>&1) || true
case $answer in
	*'"result":42'*) echo "made ahead of time: $answer" ;;
	*) fail "Not the answer: $answer" "$out/client.log" ;;
esac
kill "$client" "$provider"
left=40
while kill -0 "$client" 2> /dev/null || kill -0 "$provider" 2> /dev/null; do
	left=$((left - 1))
	[ "$left" -gt 0 ] || fail "Not both ended within 40 s of SIGTERM" "$out/provider.log"
	sleep 1
done
