# Shared by the scripts: the JDK, the jars. Sourced from the root of the repository.

if [ -n "${JAVA_HOME:-}" ]; then
	java=$JAVA_HOME/bin/java
else
	java=java
fi

provider_jar=sample-provider/target/sample-provider.jar
client_jar=sample-client/target/sample-client.jar
suite_jar=fault-suite/target/fault-suite.jar

# Build the samples' jars, and those of further modules, unless they are there and newer than every source.
build_samples() {
	modules=sample-provider,sample-client
	missing=
	for module in sample-provider sample-client "$@"; do
		jar=$module/target/$module.jar
		if [ ! -f "$jar" ] || [ -n "$(find pom.xml macula-*/pom.xml macula-*/src/main sample-*/pom.xml sample-*/src/main \
			"$module/pom.xml" "$module/src/main" -newer "$jar" -type f -print -quit)" ]; then
			missing="$missing $module"
		fi
	done
	for module in "$@"; do
		modules=$modules,$module
	done
	if [ -n "$missing" ]; then
		echo "Building$missing"
		mvn -q -B -DskipTests -pl "$modules" -am package
	fi
}

# 128 bits of randomness, as hex.
random_secret() {
	od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}

# Whether a process id is that of a sample still.
is_sample() {
	[ -r "/proc/$1/cmdline" ] && tr '\0' ' ' < "/proc/$1/cmdline" | grep -q 'sample-[a-z]*\.jar'
}
