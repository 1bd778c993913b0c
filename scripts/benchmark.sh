#!/bin/sh
# Measures the product and its peers side by side: a server and a client JVM for each, TLS on everywhere.
#
#   scripts/benchmark.sh [--quick] [--only STACK,...] [--workloads WORKLOAD,...] [--rounds N]
#                        [--warm-up MILLIS] [--window MILLIS]
#   scripts/benchmark.sh --scale [pick] [memory] [watch]      a large realm; writes target/benchmark/scale.json
#   scripts/benchmark.sh --profile STACK:WORKLOAD[:EVENT]
#
# --profile runs one stack at one workload with async-profiler in both processes, prints the frames that cost most and
# writes stacks and flame graphs to target/benchmark/profile-*. EVENT is cpu (the default), alloc, lock, wall ...
#
# Prints a table and writes target/benchmark/report.json and report.html. Ends with 1 if the figures
# cannot be trusted: errors, different payloads, or (not with --quick) a round more than 30 % off the median.
# JAVA_HOME chooses the JDK; MVN adds options to Maven, for example -o.
set -eu
cd "$(dirname "$0")/.."

java=java
[ -z "${JAVA_HOME:-}" ] || java=$JAVA_HOME/bin/java

# shellcheck disable=SC2086
mvn -q -B ${MVN:-} -pl benchmarks -am -DskipTests package

main=io.macula.benchmarks.BenchmarkRunner
case " $* " in *" --scale "*) main=io.macula.benchmarks.scale.ScaleBenchmark ;; esac

exec "$java" -Xmx256m -cp "benchmarks/target/classes:$(cat benchmarks/target/classpath)" \
	-Dbenchmark.directory=target/benchmark $main "$@"
