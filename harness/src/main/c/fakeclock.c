/*
 * Copyright 2026 the Macula for Spring authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

/*
 * A clock that is wrong, for processes that preload this library: what they read of the time of day is ahead by as many
 * seconds as the file FAKECLOCK_FILE says (a 64-bit number in the order of the machine). Another process may write it
 * at any time. Monotonic time is the true one, and so is that by which the kernel waits.
 *
 *   gcc -O2 -shared -fPIC -o fakeclock.so fakeclock.c -ldl
 *   LD_PRELOAD=.../fakeclock.so FAKECLOCK_FILE=... java ...
 *
 * libfaketime does the same and more, but locks in every call: a JVM takes minutes to start with it on a busy machine.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <dlfcn.h>

static int (*true_clock)(clockid_t, struct timespec *);
static volatile int64_t *ahead;

__attribute__((constructor)) static void begin(void) {
	true_clock = dlsym(RTLD_NEXT, "clock_gettime");
	const char *file = getenv("FAKECLOCK_FILE");
	int fd = (file != NULL) ? open(file, O_RDONLY | O_CLOEXEC) : -1;
	if (fd >= 0) {
		void *mapped = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
		ahead = (mapped != MAP_FAILED) ? mapped : NULL;
		close(fd);
	}
}

int clock_gettime(clockid_t clock, struct timespec *time) {
	/* Others may ask before this library has begun. */
	int status = (true_clock != NULL) ? true_clock(clock, time) : (int) syscall(SYS_clock_gettime, clock, time);
	if (status == 0 && ahead != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
		time->tv_sec += *ahead;
	}
	return status;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
	struct timespec now;
	(void) zone;
	if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
		return -1;
	}
	time->tv_sec = now.tv_sec;
	time->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *result) {
	struct timespec now;
	if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
		return -1;
	}
	if (result != NULL) {
		*result = now.tv_sec;
	}
	return now.tv_sec;
}
