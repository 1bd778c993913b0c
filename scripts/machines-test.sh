#!/bin/sh
# scripts/machines.sh over real ssh: four machines that are network namespaces, each with an ssh server, names and an /opt of its own,
# and a desk from which it is run. Needs Linux, root, iproute2 and sshd; without them it says SKIPPED.
#
#   scripts/machines-test.sh [--short]
#
# --short   with fewer scenarios, without the update that fails and the rollback: about a minute
#
# Ends with 1 if something did not hold. All that was printed, and logs, are in target/machines-test.
set -eu
cd "$(dirname "$0")/.."

short=
case "${1:-}" in
	'') ;;
	--short) short=yes ;;
	*) echo "Argument '$1' is not known: expected --short" >&2; exit 2 ;;
esac

out=$PWD/target/machines-test
if [ "$(uname -s)" != Linux ] || [ "$(id -u)" != 0 ] || ! command -v ip > /dev/null || ! unshare -n true 2> /dev/null; then
	echo "SKIPPED: the test of scripts/machines.sh needs Linux, root, iproute2 and the right to make network namespaces"
	exit 0
fi
sshd=$(command -v sshd || echo /usr/sbin/sshd)
if [ ! -x "$sshd" ] || ! command -v ssh-keygen > /dev/null; then
	echo "SKIPPED: the test of scripts/machines.sh needs an ssh server (Debian's package openssh-server)"
	exit 0
fi

# shellcheck source=scripts/lib/build.sh
. scripts/lib/build.sh
build_jars multi-node sample-provider sample-client
rm -rf "$out"
mkdir -p "$out"
prefix=mm$$-
machines='beam00 beam01 beam02 beam03'
net=10.77.14

# shellcheck disable=SC2317
cleanup() {
	trap - EXIT INT TERM
	for namespace in $(ip netns list | cut -d' ' -f1 | grep "^$prefix"); do
		for pid in $(ip netns pids "$namespace"); do
			kill -9 "$pid" 2> /dev/null || true
		done
		ip netns del "$namespace" || true
		rm -rf "/etc/netns/$namespace"
	done
	rmdir /etc/netns 2> /dev/null || true
	[ -z "${made_run:-}" ] || rmdir /run/sshd 2> /dev/null || true
}
trap cleanup EXIT
trap 'cleanup; exit 130' INT TERM

failed=0
part() {
	echo "== $1 ($(date +%T))"
}
holds() {
	echo "holds: $1"
}
does_not_hold() {
	echo "DOES NOT HOLD: $1"
	failed=1
}
# what file: each further word is a pattern that some line of the file must match.
says() {
	what=$1 file=$2
	shift 2
	for pattern in "$@"; do
		if grep -qE -- "$pattern" "$file"; then
			holds "$what: $(grep -m 1 -E -- "$pattern" "$file" | cut -c1-180)"
		else
			does_not_hold "$what: no line like '$pattern' in $file:"
			tail -n 20 "$file"
		fi
	done
}
is() {
	if [ "$2" = "$3" ]; then
		holds "$1"
	else
		does_not_hold "$1: expected '$2', was '$3'"
	fi
}

# ---- the machines
ip netns add "${prefix}net"
ip -n "${prefix}net" link add br0 type bridge
ip -n "${prefix}net" link set br0 up
mkdir -p /run/sshd && made_run=yes
ssh-keygen -q -t ed25519 -N '' -f "$out/key"
ssh-keygen -q -t ed25519 -N '' -f "$out/wrong-key"
{ grep -v '^deploy:' /etc/passwd; echo 'deploy:*:12345:12345::/home/deploy:/bin/sh'; } > "$out/passwd"
# Names for one machine more than it has faults: old-java is beam01 once more, and so on.
cat > "$out/hosts" << END
127.0.0.1 localhost
$net.10 beam00
$net.11 beam01 old-java
$net.12 beam02 no-java full
$net.13 beam03 taken foreign
$net.14 changed
$net.99 nobody
END
number=10
for machine in desk $machines; do
	namespace=$prefix$machine
	ip netns add "$namespace"
	ip -n "$namespace" link set lo up
	ip link add "v$number" netns "${prefix}net" type veth peer name eth0 netns "$namespace"
	ip -n "${prefix}net" link set "v$number" master br0 up
	ip -n "$namespace" link set eth0 up
	address=$net.$([ "$machine" = desk ] && echo 9 || echo "1${machine#beam0}")
	ip -n "$namespace" addr add "$address/24" dev eth0
	mkdir -p "/etc/netns/$namespace"
	cp "$out/hosts" "/etc/netns/$namespace/hosts"
	number=$((number + 1))
done
ip -n "${prefix}beam03" addr add "$net.14/24" dev eth0

# Its own /opt, /root and /home, in the mount namespace that "ip netns exec" makes.
cat > "$out/serve.sh" << 'END'
set -eu
base=$1
mkdir -p "$base/opt" "$base/root" "$base/home/deploy"
chown 12345:12345 "$base/home/deploy"
mount --bind "$base/opt" /opt
mount --bind "$base/root" /root
mount --bind "$base/home" /home
mount --bind "$base/../passwd" /etc/passwd
exec "$2" -D -e -f "$base/sshd_config" 2> "$base/sshd.log"
END
for machine in $machines; do
	base=$out/$machine
	mkdir -p "$base"
	ssh-keygen -q -t ed25519 -N '' -f "$base/host_key"
	cat > "$base/sshd_config" << END
Port 22
Port 2222
HostKey $base/host_key
PidFile none
AuthorizedKeysFile $out/key.pub
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
LogLevel VERBOSE
END
	ip netns exec "$prefix$machine" sh "$out/serve.sh" "$base" "$sshd" < /dev/null > "$base/serve.log" 2>&1 &
	echo $! > "$base/pid"
	known=$(cut -d' ' -f1,2 < "$base/host_key.pub")
	grep "$machine" "$out/hosts" | cut -d' ' -f2- | tr ' ' '\n' | sed "s/.*/&,[&]:2222 $(echo "$known" | sed 's/\//\\\//g')/" >> "$out/known_hosts"
done
# The key of another machine, as if this one had been installed anew.
echo "changed $(cut -d' ' -f1,2 < "$out/beam00/host_key.pub")" >> "$out/known_hosts"
chmod 755 "$out" # for the user deploy

on() {
	machine_of=$1
	shift
	nsenter -t "$(cat "$out/$machine_of/pid")" -m -n -- "$@"
}
for machine in $machines; do
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		on "$machine" bash -c 'exec 3<> /dev/tcp/127.0.0.1/22' 2> /dev/null && break
		sleep 0.1
	done
done

SSH_KNOWN_HOSTS=$out/known_hosts
SSH_IDENTITY=$out/key
export SSH_KNOWN_HOSTS SSH_IDENTITY
unset MACULA_REALM_SECRET

# name command ...: the real script, at the desk; what it prints is NAME.txt, its status in $status.
run() {
	text=$out/$1.txt
	shift
	status=0
	ip netns exec "${prefix}desk" "$@" > "$text" 2>&1 < /dev/null || status=$?
}
jvm=$(readlink -f "$(command -v "$java")")
java_setting="java=$jvm"
cat > "$out/realm" << END
beam00  beam00  root  22  client  $java_setting  # from here
beam01  beam01  root  22  provider  $java_setting
beam02  beam02  root  2222  provider  $java_setting
# As a user with no rights.
beam03  beam03  deploy  22  provider  directory=/home/deploy/macula $java_setting
END

part "bad input"
cat > "$out/bad" << END
beam01 beam01 root 22 provider
beam01 beam02 root 0 provider,router
beam03 -oProxyCommand=x root 22 provider
beam04 beam04 root 22
beam05 beam05 root 22 provider speed=9 directory=../x
END
run bad scripts/machines.sh "$out/bad" up --mode process
is "bad hosts file: status" 2 "$status"
says "bad hosts file" "$text" "line 2: port '0' is not valid: expected" "line 2: role 'router' is not known: expected" \
	"line 3: .*expected" "line 4: .*expected five fields" "line 5: 'speed=9' is not a setting: expected" "line 5: directory '../x'"
run bad-option scripts/machines.sh "$out/realm" up --password x
is "unknown option: status" 2 "$status"
says "unknown option" "$text" "'--password' is not known"

run early scripts/machines.sh "$out/realm" rollback
is "rollback before any up: status" 2 "$status"
says "rollback before any up" "$text" "^No machine of .*realm has a provider: deploy one by 'up'"

# One machine for each fault, all told at once.
on beam01 sh -c 'mkdir -p /opt/bin; printf "#!/bin/sh\necho openjdk version \\\"11.0.2\\\" >&2\n" > /opt/bin/java; chmod 755 /opt/bin/java'
on beam02 sh -c 'mkdir -p /opt/small && mount -t tmpfs -o size=16m none /opt/small'
on beam03 sh -c 'mkdir -p /opt/foreign/releases && touch /opt/foreign/releases/thesis.txt; mkdir -p /opt/locked/lock; echo "ann@desk process 7" > /opt/locked/lock/owner'
on beam03 "$sshd" -f "$out/beam03/sshd_config" -o Port=8081 -o PidFile="$out/beam03/second.pid"
cat > "$out/faults" << END
old-java  old-java  root    22    provider  java=/opt/bin/java
no-java   no-java   root    22    provider  java=/opt/bin/none directory=/opt/nj
full      full      root    2222  provider  directory=/opt/small $java_setting
taken     taken     root    22    provider  directory=/opt/locked http=8081 $java_setting
foreign   foreign   deploy  22    provider  directory=/opt/foreign $java_setting
END
run faults scripts/machines.sh "$out/faults" up --mode process
is "faults of machines: status" 2 "$status"
says "faults of machines" "$text" 'old-java: Java at /opt/bin/java is 11: expected 17' 'no-java: there is no Java at /opt/bin/none' \
	'full: [0-9]+ MB are free .*its disk is full: make room' 'taken: TCP port 8081 is taken by another process: stop' \
	'taken: another run holds its lock \(ann@desk process 7\): wait' 'foreign: /opt/foreign is there and has other things in it \(releases\): move' \
	'foreign: user deploy may not write to /opt/foreign'
echo "foreign  foreign  root  22  provider  directory=/opt/foreign" > "$out/foreign"
run faults-down scripts/machines.sh "$out/foreign" down --mode process
says "what is somebody else's is not taken away" "$text" '^foreign: /opt/foreign has other things in it, which stay: releases'
is "what is somebody else's" /opt/foreign/releases/thesis.txt "$(on beam03 find /opt/foreign -type f)"
kill "$(cat "$out/beam03/second.pid")"
cat > "$out/unreached" << END
changed  changed   root    22    provider
unknown  $net.13   root    2222  provider
nobody   nobody    root    22    provider
closed   beam01    root    2223  provider
nameless nowhere.invalid root 22 provider
nosudo   beam02    deploy  22    provider
END
run unreached scripts/machines.sh "$out/unreached" up --mode systemd
is "machines that cannot be used: status" 2 "$status"
says "machines that cannot be used" "$text" '^changed .*has another host key than the one known.*ssh-keygen -f' \
	'^unknown .*has a host key that is not known: ssh-keyscan' '^nobody .*cannot be reached' '^closed .*refuses the connection' \
	'^nameless .*name that is not known' '^nosudo .*sudo'
is "each has one line" 6 "$(wc -l < "$text")"
SSH_IDENTITY=$out/wrong-key run denied scripts/machines.sh "$out/realm" up --mode process
says "a key that is not taken" "$text" '^beam01 .*does not take the key: ssh-copy-id'
mkdir "$out/tools"
ln -s "$(command -v dirname)" "$out/tools"
PATH=$out/tools /bin/sh scripts/machines.sh "$out/realm" logs > "$out/no-ssh.txt" 2>&1 || true
says "no ssh" "$out/no-ssh.txt" 'There is no ssh here: install'
on beam02 umount /opt/small
for machine in $machines; do
	on "$machine" sh -c 'rm -rf /opt/*'
done

# The applications that run on a machine.
jars() {
	ip netns pids "$prefix$1" | while read -r pid; do
		tr '\0' '\n' 2> /dev/null < "/proc/$pid/cmdline" | grep '\.jar$' || true
	done
}

nothing_left() {
	for machine in $machines; do
		is "$1: nothing is left on $machine" '' "$(on "$machine" find /opt /root /home/deploy -mindepth 1)$(jars "$machine")"
	done
}

part "dry run"
run dry scripts/machines.sh "$out/realm" up --mode systemd --dry-run
is "dry run: status" 0 "$status"
says "dry run" "$text" '^ssh -T -o BatchMode=yes .* -l root -- beam01 .sh -s. << .END.' 'systemctl start "[$]service"' 'sudo -n -- sh -s'
nothing_left "dry run"

part "Ctrl-C"
setsid env --default-signal=INT ip netns exec "${prefix}desk" scripts/machines.sh "$out/realm" up --mode process > "$out/interrupted.txt" 2>&1 < /dev/null &
interrupted=$!
for _ in $(seq 150); do
	# The group has all of them, as that of a terminal.
	[ -z "$(jars beam01)" ] || break
	sleep 0.1
done
bash -c 'kill -INT -- "-$0"' "$interrupted"
status=0
wait "$interrupted" || status=$?
is "Ctrl-C: status" 130 "$status"
says "Ctrl-C" "$out/interrupted.txt" 'Taking back what was done' 'Nothing has changed'
nothing_left "Ctrl-C"

part "up"
# What is not measured needs no second compiler.
echo 'JAVA_TOOL_OPTIONS=-XX:TieredStopAtLevel=1' > "$out/settings"
run up scripts/machines.sh "$out/realm" up --mode process --settings "$out/settings" --settle 1
is "up: status" 0 "$status"
says "up" "$text" '^beam01 is ready after' '^beam03 is ready after' '^All have release 0'
is "the secret can be read by nobody else" 600 "$(on beam01 stat -Lc %a /opt/macula/current/provider.env)"
first=$(on beam01 readlink /opt/macula/current)

part "test"
run_test() {
	run "$1" scripts/machines.sh "$out/realm" test --only "$2"
	is "$1: status" 0 "$status"
	[ "$status" = 0 ] || tail -n 20 "$text" target/multi-node/*.log
	tar -tf target/multi-node/client.tar > "$out/$1.client" || true
	says "$1: what the client wrote" "$out/$1.client" '^[.]/out/'
	nothing_of_the_test "$1"
}
nothing_of_the_test() {
	is "$1: nothing is left on beam00" '' "$(on beam00 find /opt /root /home/deploy -mindepth 1)$(jars beam00)"
	for machine in beam01 beam02 beam03; do
		is "$1: the provider of $machine runs" 1 "$(jars "$machine" | wc -l)"
	done
	is "$1: no lock is left" '' "$(on beam01 find /opt/macula -name lock)$(on beam03 find /home/deploy/macula -name lock)"
}
if [ -n "$short" ]; then
	run_test test multi-endpoint,failover
else
	run_test test multi-endpoint,failover,connection-caching,selection,latency,rolling-restart,seed-loss
	run_test stress stress
	setsid env --default-signal=INT ip netns exec "${prefix}desk" scripts/machines.sh "$out/realm" test --only failover > "$out/interrupted-test.txt" 2>&1 \
		< /dev/null &
	interrupted=$!
	# A provider is killed then.
	for _ in $(seq 600); do
		if [ -z "$(jars beam01)" ] || [ -z "$(jars beam02)" ] || [ -z "$(jars beam03)" ]; then
			break
		fi
		sleep 0.1
	done
	bash -c 'kill -INT -- "-$0"' "$interrupted"
	status=0
	wait "$interrupted" || status=$?
	is "Ctrl-C in a test: status" 130 "$status"
	nothing_of_the_test "Ctrl-C in a test"
fi

part "rolling update under load"
secret=$(on beam01 sed -n 's/^MACULA_REALM_SECRET=//p' /opt/macula/current/provider.env)
MACULA_REALM_SECRET=$secret ip netns exec "${prefix}beam00" "$jvm" --enable-native-access=ALL-UNNAMED -Xmx256m -XX:TieredStopAtLevel=1 -jar sample-client/target/sample-client.jar \
	--macula.realm.seeds=beam01:9443,beam02:9443,beam03:9443 > "$out/client.log" 2>&1 &
client=$!
for _ in $(seq 300); do
	grep -q 'Started ClientApplication' "$out/client.log" && break
	sleep 0.1
done
ip netns exec "${prefix}beam00" bash scripts/lib/calls.bash 600 > "$out/calls" 2>&1 &
calls=$!
echo 'CALCULATOR_FACTOR=3' >> "$out/settings"
run update scripts/machines.sh "$out/realm" up --settings "$out/settings" --settle 1
is "update: status" 0 "$status"
says "update" "$text" '^beam01 has drained' '^beam02 is ready after' '^beam03 is ready after' '^All have release'
second=$(on beam01 readlink /opt/macula/current)
is "the release before is kept" "$first" "$(on beam01 readlink /opt/macula/previous)"
[ "$first" != "$second" ] || does_not_hold "other settings are another release: $first"
if [ -z "$short" ]; then
	echo 'MACULA_PROVIDER_GRACE=for-ever' >> "$out/settings"
	run failed scripts/machines.sh "$out/realm" up --settings "$out/settings" --settle 1
	is "failed update: status" 1 "$status"
	says "failed update" "$text" '^beam01 .*it ended while it started.*; its log: ' "^beam01 runs release ${second#releases/} again" '^Nothing has changed'
	says "failed update" target/machines/logs/beam01-failed.log for-ever
	run rollback scripts/machines.sh "$out/realm" rollback --settle 1
	is "rollback: status" 0 "$status"
	is "rollback" "$first" "$(on beam02 readlink /opt/macula/current)"
fi
kill "$calls" "$client"
wait "$calls" "$client" 2> /dev/null || true
answered=$(grep -vc '^FAILED' "$out/calls" || true)
is "no call fails, of $answered" 0 "$(grep -c '^FAILED' "$out/calls" || true)"
[ "$answered" -gt 100 ] || does_not_hold "calls were made all the while: only $answered"
says "the update was seen by callers" "$out/calls" '"result":63' '"result":42'

part "logs"
run logs scripts/machines.sh "$out/realm" logs
is "logs: status" 0 "$status"
says "logs" target/machines/logs/beam02.log 'Started ProviderApplication' 'started .*releases/'
says "state" target/machines/logs/beam03.json '"nodeId" *: *"beam03"'

part "down"
run down scripts/machines.sh "$out/realm" down
is "down: status" 0 "$status"
nothing_left down
[ "$failed" = 0 ] && echo "All holds"
exit "$failed"
