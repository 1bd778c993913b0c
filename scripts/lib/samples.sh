# Shared by the scripts: the JDK, the samples' jars. Sourced from the root of the repository.

if [ -n "${JAVA_HOME:-}" ]; then
	java=$JAVA_HOME/bin/java
else
	java=java
fi

provider_jar=sample-provider/target/sample-provider.jar
client_jar=sample-client/target/sample-client.jar

# Build the samples' jars unless they are there and newer than every source.
build_samples() {
	if [ -f "$provider_jar" ] && [ -f "$client_jar" ] && [ -z "$(find pom.xml macula-*/pom.xml macula-*/src/main sample-*/pom.xml sample-*/src/main \
		-newer "$provider_jar" -type f -print -quit)" ]; then
		return 0
	fi
	echo "Building the samples"
	mvn -q -B -DskipTests -pl sample-provider,sample-client -am package
}

# 128 bits of randomness, as hex.
random_secret() {
	od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}

# Whether a process id is that of a sample still.
is_sample() {
	tr '\0' ' ' < "/proc/$1/cmdline" 2>/dev/null | grep -q 'sample-[a-z]*\.jar'
}
