#!/bin/sh
# Uses what we publish as an outsider does: builds the applications of README.md and docs/getting-started.md, starts them,
# and makes the calls.
#
#   scripts/consumer.sh
#
# The projects are made outside the reactor, of the snippets as they are: that of docs/getting-started.md, with Boot's parent,
# whose commands are run in its order and whose outputs are compared; of README the contract alone, and a client with Boot's
# BOM and no parent; and a client and a provider without Spring. What both pages have must be the same. A snippet of these two
# in Java, XML, YAML or of the shell that does not say where it belongs (<!-- consumer: PATH -->) is an error, so that none is
# left untried; of docs/contracts.md those are tried that say so. The contract is written to its file, checked, changed and
# found out.
#
# Artifacts come from a repository of its own, target/consumer/repository, to which the published modules are installed.
# Everything else is linked to it from the user's local repository (LOCAL_REPOSITORY, by default ~/.m2/repository), which is
# only read; what is not there is downloaded.
# Ends with 1 if something does not build, start or answer. Projects and logs: target/consumer. JAVA_HOME chooses the JDK; MVN
# adds options to Maven, for example -o.
set -eu
cd "$(dirname "$0")/.."
root=$PWD

. scripts/lib/build.sh

out=$root/target/consumer
repository=$out/repository
# Outside of this tree: Maven looks for .mvn in every folder above a project.
work=$(mktemp -d "${TMPDIR:-/tmp}/macula-consumer.XXXXXX")
rm -rf "$out/logs" "$out/projects"
mkdir -p "$out/logs"

cleanup() {
	trap - EXIT INT TERM
	for pid in ${pids:-}; do
		kill -9 "$pid" 2> /dev/null || true
	done
	mv "$work" "$out/projects"
}
trap cleanup EXIT
trap 'cleanup; exit 130' INT TERM

step() {
	echo "-- $1 ($(date +%T))"
}

fail() {
	echo "FAILED: $1" >&2
	if [ -n "${2:-}" ]; then
		tail -n 40 "$2" >&2
		echo "The whole of it: $2" >&2
	fi
	exit 1
}

# maven LOG ARGUMENTS: Maven with the repository of its own, and a bound.
maven() {
	log=$out/logs/$1.log
	shift
	# shellcheck disable=SC2086
	timeout 900 mvn -B ${MVN:-} "-Dmaven.repo.local=$repository" "$@" > "$log" 2>&1 \
		|| fail "mvn $* (status $?)" "$log"
}

step "repository"
local_repository=${LOCAL_REPOSITORY:-$HOME/.m2/repository}
if [ -d "$local_repository" ]; then
	# Links where they are possible. Nothing is written through them: Maven replaces jars and poms by new files, and what it
	# writes to in place, its notes about where a file came from, is not kept.
	rm -rf "$repository"
	cp -Rl "$local_repository" "$repository" 2> /dev/null || {
		rm -rf "$repository"
		cp -R "$local_repository" "$repository"
	}
	find "$repository" -type f ! -name '*.jar' ! -name '*.pom' -exec rm -f {} +
fi
mkdir -p "$repository"
rm -rf "$repository/io/macula" "$repository/com/example"

step "installing what is published"
# All that the BOM names, and the BOM.
published=$(sed -n '/<groupId>io.macula</{n;s/.*<artifactId>\(.*\)<.*/\1/p;}' macula-bom/pom.xml | sort -u | paste -sd, -)
maven install -DskipTests -pl "$published" -am install

step "the snippets of README.md, docs/getting-started.md and docs/contracts.md"
awk -v work="$work" '
	/^<!-- consumer: .* -->$/ { path = $3; next }
	/^```/ && open { open = 0; if (file != "") close(file); file = ""; next }
	/^```/ {
		open = 1
		if (path == "" && FILENAME != "docs/contracts.md" && $0 ~ /^```(java|xml|ya?ml|sh|properties|kotlin)$/) {
			print FILENAME ":" FNR ": the snippet does not say where it belongs: <!-- consumer: PATH -->" > "/dev/stderr"
			failed = 1
		}
		if (path != "") {
			file = work "/" path
			folder = file
			sub("/[^/]*$", "", folder)
			system("mkdir -p \"" folder "\"")
			printf "" > file
		}
		path = ""
		next
	}
	open && file != "" { print > file }
	END { exit failed }
' README.md docs/getting-started.md docs/contracts.md || fail "A page has a snippet that nobody tries"

# The provider of README is that of the other page, and is built there.
for folder in contract/src client/src/main/java provider; do
	(cd "$work" && find "$folder" -type f) | while read -r file; do
		diff "$work/$file" "$work/shop/$file" || fail "README.md and docs/getting-started.md differ in $file"
	done || exit 1
done

boot=$(sed -n 's#.*<spring-boot.version>\(.*\)</spring-boot.version>.*#\1#p' pom.xml)
boot_pom=$repository/org/springframework/boot/spring-boot-dependencies/$boot/spring-boot-dependencies-$boot.pom

# dependency GROUP ARTIFACT [VERSION]
dependency() {
	echo "<dependency><groupId>$1</groupId><artifactId>$2</artifactId>${3:+<version>$3</version>}</dependency>"
}

# plugin ARTIFACT [MORE]: one of Maven's own, in the version that Boot knows.
plugin() {
	echo "<plugin><artifactId>$1</artifactId>"
	echo "<version>$(sed -n "s#.*<$1.version>\(.*\)</.*#\1#p" "$boot_pom")</version>${2:-}</plugin>"
}

# project NAME PARENT MANAGEMENT DEPENDENCIES PLUGINS [PROPERTIES]: the pom around the snippets.
project() {
	cat > "$work/$1/pom.xml" << END
<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion>
$2
<groupId>com.example</groupId>
<artifactId>$1</artifactId>
<version>1</version>
${6:-}
$3
<dependencies>
$4
</dependencies>
<build><plugins>
$5
</plugins></build>
</project>
END
}

# application NAME PACKAGE: the main class that start.spring.io makes.
application() {
	cat > "$work/$1/src/main/java/com/example/$2/Application.java" << END
package com.example.$2;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class Application {

	public static void main(String[] args) {
		SpringApplication.run(Application.class, args);
	}

}
END
}

snippet() {
	[ -f "$work/$1" ] || fail "README.md and docs/getting-started.md have no snippet $1"
	cat "$work/$1"
}

versions=$(snippet versions.xml)
core=$(snippet contract/dependencies.xml)
starter=$(snippet starter.xml)
contract=$(dependency com.example contract 1)
no_parent="<properties><maven.compiler.release>17</maven.compiler.release>
<maven.compiler.parameters>true</maven.compiler.parameters>
<project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>"
plugins=$(for name in resources compiler surefire jar install; do plugin "maven-$name-plugin"; done)
boot_plugin="<groupId>org.springframework.boot</groupId><artifactId>spring-boot-maven-plugin</artifactId>"

project contract '' "$versions" "$core" "$plugins$(snippet contract/plugin.xml)" "$no_parent"

application client shop
boot_bom="<dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-dependencies</artifactId>
<version>$boot</version><type>pom</type><scope>import</scope></dependency>"
project client '' "${versions%</dependencies>*}$boot_bom</dependencies></dependencyManagement>" \
	"$contract$starter$(dependency org.springframework.boot spring-boot-starter-webmvc)" \
	"$plugins<plugin>$boot_plugin<version>$boot</version>
<executions><execution><goals><goal>repackage</goal></goals></execution></executions></plugin>" "$no_parent"

project plain '' "$versions" "$contract$core" "$plugins$(plugin maven-dependency-plugin "<executions><execution>
<phase>package</phase><goals><goal>copy-dependencies</goal></goals></execution></executions>
<configuration><includeScope>runtime</includeScope></configuration>")" "$no_parent"

step "writing the contract, and changing it"
maven contract-write -f "$work/contract/pom.xml" macula-contract:write
file=src/main/contract/com.example.calculator.Calculator.contract
expect_line() {
	grep -qF "$2" "$1" || fail "Expected '$2' in $1" "$1"
	echo "$2"
}
expect_line "$work/contract/$file" "method multiply(question: Question): Answer (idempotent)"
calculator=$work/contract/src/main/java/com/example/calculator/Calculator.java
cp "$calculator" "$work/Calculator.java"
sed 's/long result/String result/' "$work/Calculator.java" > "$calculator"
if (maven contract-broken -f "$work/contract/pom.xml" verify) 2> /dev/null; then
	fail "The check lets a change pass that breaks peers" "$out/logs/contract-broken.log"
fi
expect_line "$out/logs/contract-broken.log" "Answer.result: the type changed from long to String. This breaks old clients \
with new providers: the old side refuses texts that are no long."
sed 's/long result/long result, String unit/' "$work/Calculator.java" > "$calculator"
if (maven contract-stale -f "$work/contract/pom.xml" verify) 2> /dev/null; then
	fail "The check lets a file pass that is not up to date" "$out/logs/contract-stale.log"
fi
expect_line "$out/logs/contract-stale.log" "Answer.unit: the property was added (from the old side it reads null)"
# A copy is newer than the classes, which are compiled again.
cp "$work/Calculator.java" "$calculator"

for name in contract client plain; do
	step "building $name"
	maven "$name" -f "$work/$name/pom.xml" "$([ "$name" = contract ] && echo install || echo package)"
done

# typed NAME: what docs/getting-started.md has the reader type, with the ports that are free here.
typed() {
	sed -e "s/localhost:8080/localhost:$http/g" -e "s/localhost:9443/localhost:$port/g" -e "s/=9444/=$second_port/g" \
		"$work/shop/steps/$1.sh"
}

step "building docs/getting-started.md, with its tests"
expect_line "$work/shop/steps/build.sh" "mvn -DskipTests package"
expect_line "$work/shop/steps/test.sh" "mvn verify"
maven shop -f "$work/shop/pom.xml" verify
grep -q 'Tests run: 2, Failures: 0, Errors: 0, Skipped: 0' "$out/logs/shop.log" \
	|| fail "The two tests of docs/getting-started.md did not run" "$out/logs/shop.log"

step "starting providers and clients"
(cd "$work/shop" && sh steps/secret.sh) || fail "The command for a secret does not work"
REALM_SECRET=$(cat "$work/shop/realm-secret")
export REALM_SECRET
# Below the ports that the system gives away.
port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 10000))
second_port=$((port + 1))
plain_port=$((port + 2))
http=$((port + 3))
PATH=$(dirname "$java"):$PATH
export PATH

# start NAME COMMAND: in the background, with its log.
start() {
	name=$1
	shift
	"$@" > "$out/logs/$name-run.log" 2>&1 &
	pids="${pids:-} $!"
}

# await SECONDS LOG PATTERN
await() {
	left=$1
	until grep -q "$3" "$2" 2> /dev/null; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || fail "Nothing like '$3' within $1 s" "$2"
		sleep 1
	done
}

# Replaces the present shell, which is one of its own each time: its process is that of Java.
plain() {
	exec "$java" --enable-native-access=ALL-UNNAMED -cp "$work/plain/target/plain-1.jar:$work/plain/target/dependency/*" "$@"
}

cd "$work/shop"
start provider env "MACULA_PROVIDER_PORT=$port" sh -c "exec $(typed provider)"
provider=$!
# A client that is there first says so, and the first start of a reader shall say nothing.
await 120 "$out/logs/provider-run.log" 'is ready at endpoint'
start client env "SERVER_PORT=$http" "MACULA_REALM_SEEDS=localhost:$port" sh -c "exec $(typed client)"
client=$!
# README's client; the profile has its example of settings.
start readme env SPRING_PROFILES_ACTIVE=tuned SERVER_PORT=0 "MACULA_REALM_SEEDS=localhost:$port" \
	"$java" --enable-native-access=ALL-UNNAMED -jar "$work/client/target/client-1.jar"
readme=$!
start plain-provider plain com.example.plain.PlainProvider "$plain_port"
plain_provider=$!

await 120 "$out/logs/client-run.log" 'Tomcat started on port'
await 120 "$out/logs/readme-run.log" 'Tomcat started on port'
readme_http=$(sed -n 's/.*Tomcat started on port \([0-9]*\).*/\1/p' "$out/logs/readme-run.log")

# expect WHAT EXPECTED ACTUAL
expect() {
	[ "$2" = "$3" ] || fail "$1: expected $2, but it was $3" "$out/logs/client-run.log"
	echo "$1: $3"
}

# outputs WHAT COMMAND FILE: of the reader's command, compared with what the page shows.
outputs() {
	answer=$(typed "$2" | sh 2> "$out/logs/$2.log") || true
	expect "$1" "$(cat "$work/shop/steps/$3.out")" "$answer"
}

outputs "getting started: the first call" call call
answer=$(curl -sS --max-time 40 "http://localhost:$readme_http/double?x=21" 2>&1) || true
expect "README: client without parent" '{"node":"node1","result":42}' "$answer"
answer=$(plain com.example.plain.PlainClient "localhost:$port" 2> "$out/logs/plain-client-1.log" | grep '^Answer') || true
expect "plain client, Spring provider" 'Answer[node=node1, result=42]' "$answer"
answer=$(plain com.example.plain.PlainClient "localhost:$plain_port" 2> "$out/logs/plain-client-2.log" | grep '^Answer') || true
expect "plain client, plain provider" 'Answer[node=plain, result=42]' "$answer"

start second sh -c "exec $(typed second)"
second=$!
await 120 "$out/logs/second-run.log" 'is ready at endpoint'
# It is the turn of either; from the first of node2 on, the reader's calls are as the page shows them.
left=30
until curl -sS --max-time 40 "http://localhost:$http/double?x=1" 2> /dev/null | grep -q node2; do
	left=$((left - 1))
	[ "$left" -gt 0 ] || fail "The client does not call the second provider" "$out/logs/client-run.log"
	sleep 1
done
outputs "getting started: two providers" calls calls

# A first start without a word of warning.
for log in provider second client readme plain-provider; do
	# On a machine that is busy a first handshake takes longer than a handshake may.
	! grep -n ' WARN \| ERROR ' "$out/logs/$log-run.log" | grep -v 'is dialled again until it is back' \
		|| fail "A first start warns" "$out/logs/$log-run.log"
done

kill -9 "$provider"
outputs "getting started: failover" calls after
start again env "MACULA_PROVIDER_PORT=$port" sh -c "exec $(typed provider)"
again=$!
left=60
until curl -sS --max-time 40 "http://localhost:$http/double?x=1" 2> /dev/null | grep -q node1; do
	left=$((left - 1))
	[ "$left" -gt 0 ] || fail "The client does not call the provider that came back" "$out/logs/client-run.log"
	sleep 1
done
typed metrics | sh > "$out/logs/metrics.txt" 2>&1 || fail "The figures cannot be asked for" "$out/logs/metrics.txt"
for expected in '"service":"test.calculator"' '"name":"macula.client.call"' '"name":"macula.client.attempt"'; do
	expect_line "$out/logs/metrics.txt" "$expected"
done

# An end when it is asked for.
kill "$client" "$readme" "$second" "$again" "$plain_provider"
left=30
while kill -0 "$client" 2> /dev/null || kill -0 "$readme" 2> /dev/null || kill -0 "$second" 2> /dev/null \
	|| kill -0 "$again" 2> /dev/null || kill -0 "$plain_provider" 2> /dev/null; do
	left=$((left - 1))
	[ "$left" -gt 0 ] || fail "Not all ended within 30 s of SIGTERM" "$out/logs/provider-run.log"
	sleep 1
done

step "done"
