# The rows of the directory's contract test, one column for each report of Surefire given, as tables in Markdown.
#
#   awk -f scripts/lib/contract-matrix.awk */target/surefire-reports/TEST-io.macula.directory.*ContractTests.xml

# whatIsAdvertisedIsSeen -> what is advertised is seen
function words(name,    text, i, c) {
	text = ""
	for (i = 1; i <= length(name); i++) {
		c = substr(name, i, 1)
		text = text ((c ~ /[A-Z]/) ? " " tolower(c) : c)
	}
	return text
}

# etcd.EtcdContractTests -> etcd
function column(file,    name) {
	name = file
	sub(/ContractTests\.xml$/, "", name)
	sub(/^.*\./, "", name)
	sub(/Directory$/, "", name)
	sub(/Engine$/, " helpers", name)
	return (name in spoken) ? spoken[name] : tolower(name)
}

function attribute(line, key,    text) {
	if (!match(line, "[ <]" key "=\"[^\"]*\"")) {
		return ""
	}
	text = substr(line, RSTART + length(key) + 3, RLENGTH - length(key) - 4)
	return text
}

BEGIN {
	spoken["ZooKeeper"] = "zookeeper"
	spoken["InMemory"] = "in memory, of tests"
	spoken["Remote helpers"] = "shared by remote engines"
	spoken["DiscoveryClient"] = "discovery-client, reading"
	spoken["ServiceRegistry"] = "discovery-client, registering"
}

FNR == 1 {
	engine = column(FILENAME)
	engines[++columns] = engine
}

/<testcase / {
	row = attribute($0, "name")
	if (!(row in seen)) {
		seen[row] = 1
		rows[++count] = row
	}
	said[row, engine] = "holds"
}

/<(failure|error) / && row != "" { said[row, engine] = "**fails**" }

# The reason stands behind the name of the ability that the engine has not.
/Assumption failed: / && row != "" {
	text = $0
	sub(/^.*Assumption failed: /, "", text)
	sub(/\]\]>.*$/, "", text)
	ability = text
	sub(/: .*$/, "", ability)
	sub(/^[A-Z_]*: /, "", text)
	key = engine ": " text
	if (!(key in number)) {
		number[key] = ++notes
		note[notes] = key
	}
	said[row, engine] = "(" number[key] ")"
}

/<\/testcase>/ { row = "" }

END {
	line = "| |"
	rule = "| --- |"
	for (c = 1; c <= columns; c++) {
		line = line " " engines[c] " |"
		rule = rule " --- |"
	}
	print line
	print rule
	for (r = 1; r <= count; r++) {
		line = "| " words(rows[r]) " |"
		for (c = 1; c <= columns; c++) {
			cell = said[rows[r], engines[c]]
			line = line " " ((cell == "") ? "not run" : cell) " |"
		}
		print line
	}
	print ""
	print "What an engine cannot have:"
	print ""
	for (n = 1; n <= notes; n++) {
		print n ". " note[n]
	}
}
