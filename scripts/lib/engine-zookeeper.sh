# To be sourced by scripts/engines.sh: the rows of ZooKeeper, on three processes that the tests start themselves.
#
#   engine_zookeeper [--short]    prints ENGINE-ROW|zookeeper|what|bound|figure|ok
#
# MACULA_ZOOKEEPER_JAR=/usr/share/java/zookeeper.jar runs Debian's servers instead of those on Maven Central.
engine_zookeeper() {
	[ "${1:-}" = --short ] && zookeeper_short=true || zookeeper_short=false
	mvn -q -B -pl macula-directory-zookeeper -am test -Dmacula.excluded-groups= -Dgroups=engines \
		-Dtest=ZooKeeperEngineTests -Dsurefire.failIfNoSpecifiedTests=false -Dmacula.engines.short="$zookeeper_short"
}
