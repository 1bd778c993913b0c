# Shared by the scripts: the JDK, the jars, the bad link. Sourced from the root of the repository.

if [ -n "${JAVA_HOME:-}" ]; then
	java=$JAVA_HOME/bin/java
else
	java=java
fi

provider_jar=sample-provider/target/sample-provider.jar
runner_jar=multi-node/target/multi-node.jar
suite_jar=fault-suite/target/fault-suite.jar

# Build the executable jars of modules, unless they are there and newer than every source. The jar itself has a fixed date, that of
# all its entries; what it was made of tells its age. Of an engine's module that is the list of the jars that it brings.
build_jars() {
	modules=
	missing=
	for module in "$@"; do
		modules=${modules:+$modules,}$module
		case "$module" in
			macula-directory-*) jar=$module/target/runtime.classpath made=$jar ;;
			macula-cli) jar=$module/target/macula made=$module/target/macula.jar ;;
			*) jar=$module/target/$module.jar made=$jar.original ;;
		esac
		if [ ! -f "$jar" ] || [ ! -f "$made" ] || [ -n "$(find pom.xml macula-*/pom.xml macula-*/src/main sample-api/pom.xml sample-api/src/main \
			harness/pom.xml harness/src/main "$module/pom.xml" "$module/src/main" -newer "$made" -type f -print -quit)" ]; then
			missing="$missing $module"
		fi
	done
	if [ -n "$missing" ]; then
		echo "Building$missing"
		mvn -q -B -DskipTests -pl "$modules" -am package
	fi
}

# The jar of an engine's module and those that it brings, with commas between, but for those that an executable jar has.
jars_beside() {
	own=$(find "$1/target" -maxdepth 1 -name "$1-*.jar" ! -name '*-sources.jar' ! -name '*-javadoc.jar')
	{
		"${java%java}jar" tf "$2"
		echo "$own"
		tr ':' '\n' < "$1/target/runtime.classpath"
	} | awk -F/ '/^BOOT-INF\/lib\// { had[$NF]; next } /\.jar$/ && !($NF in had) { print }' | paste -sd, -
}

# Build the daemon of bad links; what it needs is told in its source.
build_linkd() {
	rm -f "$1"
	gcc -O2 -o "$1" harness/src/main/c/linkd.c -lnetfilter_queue 2> "$1.log"
}

# Build the clock that is wrong; what it does is told in its source.
build_fake_clock() {
	rm -f "$1"
	gcc -O2 -shared -fPIC -o "$1" harness/src/main/c/fakeclock.c -ldl 2> "$1.log"
}

# 256 bits of randomness, as hex.
random_secret() {
	od -An -N32 -tx1 -w32 /dev/urandom | tr -d ' \n'
}

# Whether a process id still is that of a sample provider, or of a server whose files are in a directory.
is_started_for() {
	[ -r "/proc/$2/cmdline" ] && tr '\0' ' ' < "/proc/$2/cmdline" | grep -qF -e sample-provider.jar -e "$1/"
}
