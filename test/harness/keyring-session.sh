#!/bin/sh
# usage: keyring-session.sh FOLDER unlocked|locked
# A private D-Bus session with a Secret Service of its own; nothing touches the person's keyring. Prints the bus address when the service
# answers, and then waits. It ends, and takes both daemons and FOLDER away, when its input closes: however its parent died.
set -eu
folder=$1
export XDG_DATA_HOME="$folder/data" XDG_CACHE_HOME="$folder/cache" XDG_RUNTIME_DIR="$folder/run"
mkdir -p -m 700 "$XDG_DATA_HOME" "$XDG_CACHE_HOME" "$XDG_RUNTIME_DIR"
bus= keyring=

stop_keyring() {
	[ -z "$keyring" ] || kill "$keyring" 2>/dev/null || :
	[ -z "$keyring" ] || wait "$keyring" 2>/dev/null || :
	keyring=
}
finish() {
	trap - EXIT
	stop_keyring
	[ -z "$bus" ] || kill "$bus" 2>/dev/null || :
	[ -z "$bus" ] || wait "$bus" 2>/dev/null || :
	rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

# Until `$1` succeeds: ten seconds at most, and only while process `$2` lives.
await() {
	tries=0
	until eval "$1"; do
		tries=$((tries + 1))
		[ "$tries" -lt 500 ] && kill -0 "$2" 2>/dev/null || return 1
		sleep 0.02
	done
}
answers() {
	dbus-send --session --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus \
		org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q 'boolean true'
}

dbus-daemon --session --nofork --nopidfile --address="unix:path=$folder/bus" </dev/null >/dev/null 2>"$folder/bus.log" &
bus=$!
export DBUS_SESSION_BUS_ADDRESS="unix:path=$folder/bus"
await '[ -S "$folder/bus" ]' "$bus" || { cat "$folder/bus.log" >&2; exit 1; }

# The first start makes the login keyring, with a password that nobody knows; a service that is started again has it locked.
od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$folder/password"
gnome-keyring-daemon --foreground --unlock --components=secrets <"$folder/password" >"$folder/keyring.log" 2>&1 &
keyring=$!
await answers "$keyring" || { cat "$folder/keyring.log" >&2; exit 1; }
rm "$folder/password"
if [ "$2" = locked ]; then
	stop_keyring
	gnome-keyring-daemon --foreground --components=secrets </dev/null >"$folder/keyring.log" 2>&1 &
	keyring=$!
	await answers "$keyring" || { cat "$folder/keyring.log" >&2; exit 1; }
fi

echo "$DBUS_SESSION_BUS_ADDRESS"
exec 1>&-
while read -r _; do :; done
