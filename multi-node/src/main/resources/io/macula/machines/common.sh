# shellcheck shell=sh disable=SC2154
# What is done on a machine, whatever runs its provider. Each function is one step, or part of one: it is sent to the machine with
# those that it calls and with its variables. Functions that are not here are those of the mode.

say() {
	printf '%s=%s\n' "$1" "$2"
}

# One step at a time changes the machine: one that lost its connection goes on, and the next one waits for its end.
alone() {
	if [ -z "${is_alone:-}" ] && [ -d "$directory" ]; then
		exec 9< "$directory"
		flock -w "$patience" 9 || { echo "another step has not ended after $patience s" >&2; return 1; }
		is_alone=yes
	fi
}

# How what is there was deployed.
deployed() {
	if [ -f "$directory/mode" ]; then
		head -n 1 "$directory/mode"
	fi
}

# Whether what is there was put there by this script. Others lay out their folders alike.
own() {
	[ "$(deployed)" = "$mode" ]
}

# Facts, one a line; what follows from them is decided where they are read.
check() {
	say uid "$(id -u)"
	say system "$(uname -sr), $(getconf _NPROCESSORS_ONLN) processors"
	for tool in bash awk sha256sum readlink flock setsid df; do
		command -v "$tool" > /dev/null || say missing "$tool"
	done
	# Before its version it tells of JAVA_TOOL_OPTIONS and the like, which the machine may have.
	said=$("$java" -version 2>&1 || true)
	say java "$(printf '%s\n' "$said" | grep -m 1 ' version "' || printf '%s\n' "$said" | head -n 1)"
	parent=$directory
	while [ ! -d "$parent" ]; do
		parent=${parent%/*}
		parent=${parent:-/}
	done
	[ ! -w "$parent" ] || say writable "$parent"
	say free "$(df -Pk "$parent" | awk 'NR == 2 { print $4 }')"
	say udp "$(taken udp "$udp")"
	say http "$(taken tcp "$http")"
	if [ -d "$directory" ]; then
		say found "$(things)"
		[ ! -f "$directory/mode" ] || say mode "$(head -n 1 "$directory/mode")"
		say current "$(readlink "$directory/current" || true)"
		say previous "$(readlink "$directory/previous" || true)"
		for folder in "$directory"/releases/*; do
			[ ! -d "$folder" ] || say has "${folder##*/}"
		done
		[ ! -d "$directory/lock" ] || say lock "$(head -n 1 "$directory/lock/owner" 2> /dev/null || echo somebody)"
		if [ -r "$directory/current/provider.env" ]; then
			say present_udp "$(sed -n 's/^MACULA_PROVIDER_PORT=//p' "$directory/current/provider.env")"
			say present_http "$(sed -n 's/^SERVER_PORT=//p' "$directory/current/provider.env")"
		fi
	fi
	check_mode
	if alive; then
		say running yes
	fi
}

# What is in the directory.
things() {
	for thing in "$directory"/* "$directory"/.[!.]*; do
		[ ! -e "$thing" ] || printf '%s ' "${thing##*/}"
	done
}

# Whether a port of this machine is taken.
taken() {
	cat "/proc/net/$1" "/proc/net/${1}6" 2> /dev/null | awk -v protocol="$1" -v port="$(printf ':%04X' "$2")" '
		substr($2, length($2) - 4) == port && (protocol == "udp" || $4 == "0A") { found = 1 }
		END { print found ? "taken" : "free" }'
}

# The secret of the realm that this machine is part of.
secret() {
	sed -n 's/^MACULA_REALM_SECRET=//p' "$directory/current/provider.env"
}

# One at a time: whoever made the lock. From here on the directory is marked as this script's own.
begin() {
	mkdir -p "$directory"
	chmod 755 "$directory"
	alone
	if ! mkdir "$directory/lock" 2> /dev/null; then
		[ -d "$directory/lock" ] || { echo "$directory cannot be written to" >&2; return 1; }
		echo "lock is held by $(cat "$directory/lock/owner" 2> /dev/null || echo somebody)" >&2
		return 1
	fi
	# On a full disk a lock without an owner would be nobody's to give back.
	printf '%s\n' "$owner" > "$directory/lock/owner" || { rm -rf "$directory/lock"; return 1; }
	[ -f "$directory/mode" ] || printf '%s\n' "$mode" > "$directory/mode"
}

# Gives the lock back, and what is empty then; a lock of somebody else stays.
end() {
	alone
	[ "$(cat "$directory/lock/owner" 2> /dev/null)" = "$owner" ] || return 0
	rm -rf "$directory/lock"
	rmdir "$directory/releases" 2> /dev/null || true
	if [ ! -d "$directory/releases" ]; then
		rm -rf "$directory/mode" "$directory/run" "$directory/log"
		rmdir "$directory" 2> /dev/null || true
	fi
}

# A release is put together beside the others, where nobody looks.
install() {
	alone
	mkdir -p "$directory/releases"
	chmod 755 "$directory/releases"
	rm -rf "$directory/releases/.$release.part"
	mkdir "$directory/releases/.$release.part"
	chmod 755 "$directory/releases/.$release.part"
}

# Whole, or not at all; the file comes on the standard input.
put() {
	alone
	umask 077
	if cat > "$file.part" && [ "$(sha256sum < "$file.part" | cut -c1-64)" = "$sum" ]; then
		chmod "$permissions" "$file.part"
		mv "$file.part" "$file"
	else
		rm -f "$file.part"
		echo "$file did not arrive whole" >&2
		return 1
	fi
}

publish() {
	alone
	mv "$directory/releases/.$release.part" "$directory/releases/$release"
}

discard() {
	alone
	rm -rf "$directory/releases/.$release.part" "$directory/releases/$release"
}

# Which release is started next, and which one would be after a rollback.
links() {
	alone
	for link in current previous; do
		[ "$link" = current ] && target=$current || target=$previous
		if [ -n "$target" ]; then
			ln -sfn "releases/$target" "$directory/.$link"
			mv -T "$directory/.$link" "$directory/$link"
		else
			rm -f "$directory/$link"
		fi
	done
}

# Only these two can be gone back to.
prune() {
	alone
	for folder in "$directory"/releases/* "$directory"/releases/.*.part; do
		case "${folder##*/}" in
			"$current" | "$previous") ;;
			*) rm -rf "$folder" ;;
		esac
	done
}

answers() {
	bash -c 'exec 3<> "/dev/tcp/127.0.0.1/$0" && printf "GET /actuator/health/readiness HTTP/1.0\r\n\r\n" >&3 \
		&& read -r -t 5 _ status _ <&3 && [ "$status" = 200 ]' "$http" 2> /dev/null
}

# Until it serves, and goes on doing so for a while.
ready() {
	until=$(($(date +%s) + seconds))
	while ! answers; do
		alive || { echo "it ended while it started" >&2; return 1; }
		[ "$(date +%s)" -lt "$until" ] || { echo "it was not ready within $seconds s" >&2; return 1; }
		sleep 0.3
	done
	sleep "$settle"
	alive || { echo "it ended soon after it was ready" >&2; return 1; }
	answers || { echo "it was ready, and then no more" >&2; return 1; }
}

# Whoever is not ready now must not be left alone with all calls.
serves() {
	alive && answers
}

down() {
	if [ -d "$directory/lock" ]; then
		echo "lock is held by $(cat "$directory/lock/owner" 2> /dev/null || echo somebody)" >&2
		return 1
	fi
	alone
	remove
	if own; then
		rm -rf "$directory/releases" "$directory/current" "$directory/previous" "$directory/.current" "$directory/.previous" \
			"$directory/run" "$directory/log"
		rm -f "$directory/mode"
	fi
	if [ -d "$directory" ] && ! rmdir "$directory" 2> /dev/null; then
		say left "$(things)"
	fi
}

# What the node says of itself.
report() {
	bash -c 'exec 3<> "/dev/tcp/127.0.0.1/$0" && printf "GET /actuator/macula HTTP/1.0\r\n\r\n" >&3 && cat <&3' "$http" 2> /dev/null \
		| sed '1,/^\r*$/d'
}

# Where the scenarios are run from: a folder for one run, of the user who logs in.
client() {
	if ! mkdir -m 700 "$HOME/macula-client" 2> /dev/null; then
		[ -d "$HOME/macula-client" ] || { echo "$HOME cannot be written to" >&2; return 1; }
		echo "$HOME/macula-client is there already" >&2
		return 1
	fi
	printf '%s\n' "$owner" > "$HOME/macula-client/owner"
}

run_client() {
	cd "$HOME/macula-client" || return
	set -a
	# shellcheck source=/dev/null
	. ./client.env
	set +a
	exec "$java" --enable-native-access=ALL-UNNAMED -Xmx512m -jar client.jar "$@"
}

collect_client() {
	cd "$HOME/macula-client" || return
	tar -cf - --exclude client.jar --exclude client.env --exclude owner .
}

end_client() {
	if [ "$(cat "$HOME/macula-client/owner" 2> /dev/null)" = "$owner" ]; then
		rm -rf "$HOME/macula-client"
	fi
}

remove_client() {
	rm -rf "$HOME/macula-client"
}
