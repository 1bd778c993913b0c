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
# all its entries; what it was made of tells its age.
build_jars() {
	modules=
	missing=
	for module in "$@"; do
		modules=${modules:+$modules,}$module
		made=$module/target/$module.jar.original
		if [ ! -f "$module/target/$module.jar" ] || [ ! -f "$made" ] || [ -n "$(find pom.xml macula-*/pom.xml macula-*/src/main sample-api/pom.xml sample-api/src/main \
			harness/pom.xml harness/src/main "$module/pom.xml" "$module/src/main" -newer "$made" -type f -print -quit)" ]; then
			missing="$missing $module"
		fi
	done
	if [ -n "$missing" ]; then
		echo "Building$missing"
		mvn -q -B -DskipTests -pl "$modules" -am package
	fi
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

# Whether a process id is that of a sample provider still.
is_provider() {
	[ -r "/proc/$1/cmdline" ] && tr '\0' ' ' < "/proc/$1/cmdline" | grep -q 'sample-provider\.jar'
}
