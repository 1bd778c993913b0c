# Runs in a container of sample-client, whose image has bash and no curl: callers, $3 of them (1), each of whom makes about ten calls a
# second for as many seconds as $1 says. A line for each call: the answer, or FAILED and why, then how long it took and when it ended.
port=${2:-8080}
end=$((SECONDS + $1))

calls() {
	while [ "$SECONDS" -lt "$end" ]; do
		status='no answer' body='' began=${EPOCHREALTIME/[.,]/}
		if exec 3<> "/dev/tcp/127.0.0.1/$port" && printf 'GET /multiply?x=21 HTTP/1.0\r\n\r\n' >&3; then
			read -r -t 30 status <&3
			while read -r -t 30 line <&3 || [ -n "$line" ]; do
				body=$line
			done
			exec 3<&- 3>&-
		fi 2> /dev/null
		ended=${EPOCHREALTIME/[.,]/}
		case "$status" in
			'HTTP/1.1 200'*) ;;
			*) body="FAILED ${status%$'\r'}" ;;
		esac
		# By one write, so that lines of several callers do not mix.
		echo "$body in $(((ended - began) / 1000)) ms at $((ended / 1000))"
		sleep 0.1
	done
}

for ((caller = 1; caller < ${3:-1}; caller++)); do
	calls &
done
calls
wait
