# Shared by the scripts that make network namespaces: how they are taken away. A run's namespaces begin with a word of its
# script and the id of its shell: faults.sh has mf<id>-, multi-node.sh has mn<id>-.

# End what runs in namespaces that begin so, and remove them.
remove_namespaces() {
	for namespace in $(ip netns list | cut -d' ' -f1 | grep "^$1"); do
		for pid in $(ip netns pids "$namespace"); do
			kill -9 "$pid" 2> /dev/null || true
		done
		ip netns del "$namespace" || true
	done
}

# Remove the namespaces of earlier runs that did not come to their end: remove_left WORD SCRIPT. Those of a run that is under way
# stay.
remove_left() {
	for left in $(ip netns list | cut -d' ' -f1 | grep -E "^$1[0-9]+-" | sed "s/^\($1[0-9]*-\).*/\1/" | sort -u); do
		id=${left#"$1"}
		id=${id%-}
		if [ ! -r "/proc/$id/cmdline" ] || ! tr '\0' ' ' < "/proc/$id/cmdline" | grep -qF "$2"; then
			echo "Removing the network namespaces $left*, which an earlier run left behind"
			remove_namespaces "$left"
		fi
	done
}
