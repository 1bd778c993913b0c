# shellcheck shell=sh disable=SC2154
# A provider that systemd runs.

check_mode() {
	[ -d /run/systemd/system ] || say missing systemd
	if [ -e "/etc/systemd/system/$service.service" ]; then
		if of_directory; then
			say installed "/etc/systemd/system/$service.service"
		else
			say elsewhere "$(sed -n 's#^EnvironmentFile=\(.*\)/current/.*#\1#p' "/etc/systemd/system/$service.service" | head -n 1)"
		fi
	fi
}

# Whether the unit is that of the directory: there is one of its name on a machine.
of_directory() {
	grep -qF "=$directory/current/" "/etc/systemd/system/$service.service"
}

its_own() {
	of_directory || { echo "unit $service.service is not that of $directory" >&2; return 1; }
}

# While it waits to be started again after it ended, its state is another.
alive() {
	[ "$(systemctl show --property ActiveState --value "$service" 2> /dev/null)" = active ]
}

start() {
	alone
	[ ! -e "/etc/systemd/system/$service.service" ] || its_own
	cp "$directory/current/$service.service" "/etc/systemd/system/$service.service"
	chmod 644 "/etc/systemd/system/$service.service"
	systemctl daemon-reload
	systemctl --quiet enable "$service"
	systemctl reset-failed "$service" 2> /dev/null || true
	systemctl start "$service"
}

stop() {
	alone
	systemctl stop "$service"
}

# The stop is what keeps it from being started again.
shoot() {
	alone
	systemctl kill --signal SIGKILL "$service" 2> /dev/null || true
	systemctl stop "$service"
	systemctl reset-failed "$service" 2> /dev/null || true
}

remove() {
	alone
	if [ -e "/etc/systemd/system/$service.service" ] && of_directory; then
		systemctl --quiet disable --now "$service"
		rm -f "/etc/systemd/system/$service.service"
		systemctl daemon-reload
		systemctl reset-failed "$service" 2> /dev/null || true
	elif [ -e "/etc/systemd/system/$service.service" ]; then
		say stays "unit $service.service"
	fi
}

life() {
	journalctl --sync
	journalctl --quiet --no-pager --output cat "_SYSTEMD_INVOCATION_ID=$(systemctl show --property InvocationID --value "$service")"
}

logs() {
	journalctl --sync
	journalctl --quiet --no-pager --output short-iso-precise --lines 100000 --unit "$service"
}
