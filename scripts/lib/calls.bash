# Runs in a container of sample-client, whose image has bash and no curl: about ten calls a second for as many seconds as $1 says, and for
# each of them a line with the answer, or with FAILED and why.
end=$((SECONDS + $1))
while [ "$SECONDS" -lt "$end" ]; do
	status='no answer' body=
	if exec 3<> "/dev/tcp/127.0.0.1/${2:-8080}" && printf 'GET /multiply?x=21 HTTP/1.0\r\n\r\n' >&3; then
		read -r -t 30 status <&3
		while read -r -t 30 line <&3 || [ -n "$line" ]; do
			body=$line
		done
		exec 3<&- 3>&-
	fi 2> /dev/null
	case "$status" in
		'HTTP/1.1 200'*) echo "$body" ;;
		*) echo "FAILED ${status%$'\r'}" ;;
	esac
	sleep 0.1
done
