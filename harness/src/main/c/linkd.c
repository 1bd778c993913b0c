/*
 * linkd: a bad link. Delays, drops and reorders the packets of a netfilter queue, for kernels without tc-netem.
 *
 *   linkd QUEUE DELAY_MS JITTER_MS LOSS_PERCENT REORDER_PERCENT SEED
 *
 * Packets leave in the order they came, DELAY_MS plus or minus up to JITTER_MS later; REORDER_PERCENT of them overtake
 * by leaving at once. Prints "ready" when the queue is bound. The same SEED gives the same losses.
 *
 * Build: gcc -O2 -o linkd linkd.c -lnetfilter_queue
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#include <libnetfilter_queue/libnetfilter_queue.h>

#define MAX_HELD (1 << 16)

struct held {
	uint64_t due;
	uint32_t id;
};

/* A heap: the packet that is due first is held[0]. */
static struct held held[MAX_HELD];
static int held_count;
static double delay_ms, jitter_ms, loss_percent, reorder_percent;
static uint64_t last_due;

static uint64_t now_nanos(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t) t.tv_sec * 1000000000u + (uint64_t) t.tv_nsec;
}

static void hold(struct held packet)
{
	int i = held_count++;
	while (i > 0 && held[(i - 1) / 2].due > packet.due) {
		held[i] = held[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	held[i] = packet;
}

static struct held take_first(void)
{
	struct held first = held[0];
	struct held last = held[--held_count];
	int i = 0;
	for (;;) {
		int child = 2 * i + 1;
		if (child >= held_count)
			break;
		if (child + 1 < held_count && held[child + 1].due < held[child].due)
			child++;
		if (held[child].due >= last.due)
			break;
		held[i] = held[child];
		i = child;
	}
	held[i] = last;
	return first;
}

static int on_packet(struct nfq_q_handle *queue, struct nfgenmsg *msg, struct nfq_data *data, void *arg)
{
	uint32_t id = ntohl(nfq_get_msg_packet_hdr(data)->packet_id);
	if (drand48() * 100 < loss_percent || held_count == MAX_HELD)
		return nfq_set_verdict(queue, id, NF_DROP, 0, NULL);
	double wait_ms = delay_ms + (drand48() * 2 - 1) * jitter_ms;
	uint64_t due = now_nanos() + (uint64_t) ((wait_ms > 0 ? wait_ms : 0) * 1e6);
	if (drand48() * 100 < reorder_percent) {
		return nfq_set_verdict(queue, id, NF_ACCEPT, 0, NULL);
	}
	if (due < last_due)
		due = last_due;
	last_due = due;
	hold((struct held) { due, id });
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 7) {
		fprintf(stderr, "usage: linkd QUEUE DELAY_MS JITTER_MS LOSS_PERCENT REORDER_PERCENT SEED\n");
		return 2;
	}
	delay_ms = atof(argv[2]);
	jitter_ms = atof(argv[3]);
	loss_percent = atof(argv[4]);
	reorder_percent = atof(argv[5]);
	srand48(atol(argv[6]));

	struct nfq_handle *handle = nfq_open();
	struct nfq_q_handle *queue = handle ? nfq_create_queue(handle, (uint16_t) atoi(argv[1]), on_packet, NULL) : NULL;
	if (!queue) {
		perror("linkd: queue");
		return 1;
	}
	nfq_set_mode(queue, NFQNL_COPY_META, 0);
	nfq_set_queue_maxlen(queue, MAX_HELD);
	int fd = nfq_fd(handle);
	int size = 8 << 20, one = 1;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	setsockopt(fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, &one, sizeof one);
	/* So that the delay is that of the link also where the machine is busy; without the right to it, as before. */
	setpriority(PRIO_PROCESS, 0, -20);
	printf("ready\n");
	fflush(stdout);

	static char buffer[65536] __attribute__((aligned));
	for (;;) {
		uint64_t now = now_nanos();
		while (held_count > 0 && held[0].due <= now)
			nfq_set_verdict(queue, take_first().id, NF_ACCEPT, 0, NULL);
		struct timespec wait, *timeout = NULL;
		if (held_count > 0) {
			uint64_t left = held[0].due - now;
			wait = (struct timespec) { (time_t) (left / 1000000000u), (long) (left % 1000000000u) };
			timeout = &wait;
		}
		struct pollfd ready = { fd, POLLIN, 0 };
		if (ppoll(&ready, 1, timeout, NULL) > 0) {
			int length = (int) recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
			if (length > 0) {
				nfq_handle_packet(handle, buffer, length);
			}
			else if (length < 0 && errno != EAGAIN && errno != ENOBUFS) {
				perror("linkd: recv");
				return 1;
			}
		}
	}
}
