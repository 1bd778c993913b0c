#!/bin/sh
# A realm on plain machines: deploys providers to them over ssh, tests it from one of them, and takes it away.
#
#   scripts/machines.sh HOSTS up [--mode MODE] [--jar FILE] [--settings FILE] ...   a release to all machines: the first time to all at
#                        once, then to one after the other, each of which drains first, and is ready before the next one's turn. If
#                        one is not, all go back to what they had
#   scripts/machines.sh HOSTS rollback   the release before, in the same way
#   scripts/machines.sh HOSTS test [--only SCENARIO[,SCENARIO]]   the multi-node scenarios, run from the machine with role client
#   scripts/machines.sh HOSTS stress [--rate-seconds N]   the scenario stress
#   scripts/machines.sh HOSTS logs       logs and state of all providers, to target/machines/logs
#   scripts/machines.sh HOSTS down       takes away all of it
#
# HOSTS       the machines, as in machines/hosts.example
# --dry-run   prints every remote command, and runs none
# --mode      systemd (default), docker, k3s, or process (no root); the others find out by themselves how it was deployed
# --jar       an executable jar of Spring Boot (default: sample-provider)
# --image     with docker and k3s: the image, which the machines have or can fetch; --image-archive: what docker save wrote of it
# --keep      with test and stress: keep criteria and figures, as scripts/multi-node.sh does
# --settings  further settings, VARIABLE=value a line
# --wait, --settle, --stop   seconds until a provider must be ready (60), must stay so (3), may drain (45)
#
# MACULA_REALM_SECRET  secret of the realm (default: that which the machines have, or a new one)
# SSH_IDENTITY         private key, SSH_KNOWN_HOSTS: keys of the machines (default: those of ssh itself). There is no password
#
# Ends with 1 if a release could not be brought to all machines or a criterion did not hold, and with 2 if what was asked for cannot be
# done.
set -eu

die() {
	echo "$1" >&2
	exit 2
}

# shellcheck source=scripts/lib/paths.sh
. "$(dirname "$0")/lib/paths.sh"

[ $# -ge 2 ] || die "Expected a hosts file and a command: scripts/machines.sh HOSTS up|rollback|test|stress|logs|down"
hosts=$(absolute "$1")
command=$2
shift 2
case "$command" in
	up | rollback | test | stress | logs | down) ;;
	*) die "Command '$command' is not known: expected up, rollback, test, stress, logs or down" ;;
esac
for file in SSH_IDENTITY SSH_KNOWN_HOSTS; do
	eval "value=\${$file:-}"
	[ -z "$value" ] || export "$file=$(absolute "$value")"
done

dry_run=
application=
only=
rate=
keep=
options=
while [ $# -gt 0 ]; do
	name=${1%%=*}
	case "$1" in
		--dry-run | --keep) ;;
		--*=*) value=${1#*=} ;;
		*)
			[ $# -gt 1 ] || die "$1 needs a value"
			value=$2
			shift
			;;
	esac
	case "$1" in
		--dry-run | --keep) ;;
		*) [ -n "$value" ] || die "$name needs a value" ;;
	esac
	case "$command $name" in
		*' --dry-run') dry_run=yes ;;
		'test --keep' | 'stress --keep') keep=--keep ;;
		'up --jar') application=$(absolute "$value") ;;
		'up --settings' | 'up --image-archive')
			value=$(absolute "$value")
			case "$value" in
				*[[:space:]]*) die "$name '$value' has a space in its path: expected a path without" ;;
			esac
			options="$options $name=$value"
			;;
		'test --only') only=$value ;;
		'test --rate-seconds' | 'stress --rate-seconds') rate=$value ;;
		'test --'* | 'stress --'*)
			die "Argument '$name' is not known to '$command': expected --only (test), --rate-seconds, --keep or --dry-run"
			;;
		*' --mode' | 'up --image' | *' --wait' | *' --settle' | *' --stop')
			case "$value" in
				'' | *[[:space:]]*) die "$name '$value' is not valid: expected one word" ;;
			esac
			options="$options $name=$value"
			;;
		*) die "Argument '$name' is not known to '$command': expected those that stand at the head of scripts/machines.sh" ;;
	esac
	shift
done

command -v ssh > /dev/null || die "There is no ssh here: install it (Debian's package openssh-client)"
cd "$(dirname "$0")/.."

case "$command" in
	stress) only=stress ;;
esac
case "$command $dry_run" in
	'test ' | 'stress ')
		exec scripts/multi-node.sh machines --hosts "$hosts" ${only:+--only "$only"} ${rate:+--rate-seconds "$rate"} $keep
		;;
esac

# shellcheck source=scripts/lib/build.sh
. scripts/lib/build.sh
command -v "$java" > /dev/null || die "There is no Java here: install 17 or later, or name it by JAVA_HOME"
build_jars multi-node
case "$command:$application:$options" in
	up::*--mode=docker* | up::*--mode=k3s*) application=$provider_jar ;;
	up::*)
		build_jars sample-provider
		application=$provider_jar
		;;
esac
case "$command" in
	stress) command='test' ;;
esac

# shellcheck disable=SC2086
exec "$java" -Xmx256m -XX:TieredStopAtLevel=1 -Dloader.main=io.macula.machines.MachinesCommand -cp "$runner_jar" \
	org.springframework.boot.loader.launch.PropertiesLauncher --command="$command" --hosts="$hosts" --templates=machines \
	--out=target/machines --jar="$application" --runner-jar="$runner_jar" ${dry_run:+--dry-run=true} $options
