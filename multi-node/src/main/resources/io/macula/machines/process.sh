# shellcheck shell=sh disable=SC2154
# A provider that is a process of its own, for machines without systemd.

check_mode() {
	true
}

# The id may long be that of another process, or be kept by another program.
alive() {
	own && pid=$(cat "$directory/run/pid" 2> /dev/null) && [ -r "/proc/$pid/cmdline" ] \
		&& tr '\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null | grep -qF "$directory/releases/"
}

# One log of all lives, each after a line that tells its begin.
start() {
	alone
	if alive; then
		return
	fi
	mkdir -p "$directory/run" "$directory/log"
	printf '== started %s: %s\n' "$(date -u +%FT%TZ)" "$(readlink "$directory/current")" >> "$directory/log/provider.log"
	(
		set -a
		# shellcheck source=/dev/null
		. "$directory/current/provider.env"
		set +a
		cd "$directory/run" || exit
		exec 9<&-
		exec setsid "$java" --enable-native-access=ALL-UNNAMED -Xmx256m -XX:+ExitOnOutOfMemoryError \
			-jar "$(readlink -f "$directory/current")/application.jar" < /dev/null >> "$directory/log/provider.log" 2>&1
	) &
	printf '%s\n' "$!" > "$directory/run/pid"
}

ended() {
	until=$(($(date +%s) + $2))
	# Of one that has ended and that nobody waited for, this is empty.
	while [ -n "$(tr -d '\0' < "/proc/$1/cmdline" 2> /dev/null)" ]; do
		[ "$(date +%s)" -lt "$until" ] || return 1
		sleep 0.1
	done
}

forget() {
	if [ "$(cat "$directory/run/pid" 2> /dev/null)" = "$1" ]; then
		rm -f "$directory/run/pid"
	fi
}

stop() {
	alone
	if alive; then
		kill "$pid"
		ended "$pid" "$stop_seconds" || kill -9 "$pid" 2> /dev/null || true
		ended "$pid" 10
		forget "$pid"
	fi
}

shoot() {
	alone
	if alive; then
		kill -9 "$pid"
		ended "$pid" 10
		forget "$pid"
	fi
}

remove() {
	alone
	if own; then
		stop
		rm -f "$directory/run/pid"
	fi
}

life() {
	awk '/^== started / { text = ""; next } { text = text $0 "\n" } END { printf "%s", text }' "$directory/log/provider.log"
}

logs() {
	cat "$directory/log/provider.log"
}
