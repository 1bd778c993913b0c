#!/bin/sh
# Measures the product and its peers side by side: a server and a client JVM for each, TLS on everywhere.
#
#   scripts/benchmark.sh [--quick] [--only STACK,...] [--workloads WORKLOAD,...] [--rounds N]
#                        [--warm-up MILLIS] [--window MILLIS]
#   scripts/benchmark.sh --scale [pick] [memory] [watch] [idle]  a large realm; writes target/benchmark/scale.json
#   scripts/benchmark.sh --start         from the start of a JVM to the first answer; writes target/benchmark/start-JDK.json
#   scripts/benchmark.sh --profile STACK:WORKLOAD[:EVENT]
#   scripts/benchmark.sh --jmh [PATTERN]
#
# --profile runs one stack at one workload with async-profiler in both processes, prints the frames that cost most and
# writes stacks and flame graphs to target/benchmark/profile-*. EVENT is cpu (the default), alloc, lock, wall ...
#
# --start starts a small Spring application with the starter and one with Spring gRPC in turn, seven times each, as they
# are, with an archive of classes, and on JDK 25 with an AOT cache; JAVA_HOME chooses the JDK, each has a file of its own.
#
# --jmh runs the JMH benches whose names match (default: all of io.macula.benchmarks.jmh) with the gc profiler and writes
# target/benchmark/jmh.json.
#
# Prints a table and writes target/benchmark/report.json and report.html; a whole run writes the figures of
# docs/performance.md too, with the verdicts of scale.json and start-*.json in target/benchmark if there are any. Ends with 1 if the figures cannot
# be trusted: errors, different payloads, or (not with --quick) a machine that is not quiet, or a round in which a judged figure
# is too far off the median (30 %, a p99 60 %). Stacks that no target needs run only when --only names them. Workloads between
# two hosts need Linux, root, iproute2, iptables, gcc and libnetfilter-queue-dev; elsewhere they say SKIPPED.
# JAVA_HOME chooses the JDK; MVN adds options to Maven, for example -o.
set -eu
cd "$(dirname "$0")/.."

. scripts/lib/build.sh

# shellcheck disable=SC2086
mvn -q -B ${MVN:-} -pl benchmarks -am -DskipTests package

mkdir -p target/benchmark
classpath="benchmarks/target/classes:$(cat benchmarks/target/classpath)"

if [ "${1:-}" = --jmh ]; then
	exec "$java" --enable-native-access=ALL-UNNAMED -cp "$classpath" org.openjdk.jmh.Main "${2:-io.macula.benchmarks.jmh}" \
		-f 1 -wi 3 -w 1 -i 5 -r 1 -prof gc -rf json -rff target/benchmark/jmh.json
fi

main=io.macula.benchmarks.BenchmarkRunner
case " $* " in
	*" --scale "*) main=io.macula.benchmarks.scale.ScaleBenchmark ;;
	*" --start "*) main=io.macula.benchmarks.start.StartBenchmark ;;
esac

# The bad link between two hosts; without it the workload over that link is skipped.
linkd=target/benchmark/linkd
build_linkd "$linkd" || true

exec "$java" -Xmx256m -cp "$classpath" \
	-Dbenchmark.directory=target/benchmark "-Dbenchmark.linkd=$linkd" $main "$@"
