/* What the programs of the lab share: two threads on two processors for some seconds, and one line of result. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define SECTOR 512
/* Every sector is this byte 511 times, behind a first byte that the racing thread changes. So its guard is one of 256. */
#define REST 0x5a

static const char *errno_name(int number)
{
	switch (number) {
	case EIO: return "EIO";
	case EILSEQ: return "EILSEQ";
	case ENOSPC: return "ENOSPC";
	case EROFS: return "EROFS";
	case EINVAL: return "EINVAL";
	default: return "other";
	}
}

/* A step of the set-up that fails ends the experiment, without a result. */
static long must(long result, const char *what)
{
	if (result < 0) {
		printf("broken %s: %s\n", what, strerror(errno));
		exit(2);
	}
	return result;
}

static inline void pin(int cpu)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	must(sched_setaffinity(0, sizeof set, &set), "sched_setaffinity");
}

static volatile double end_of_race;

static inline double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static inline void race_for(const char *seconds)
{
	end_of_race = now() + atof(seconds);
}

static inline int racing(void)
{
	return now() < end_of_race;
}

static unsigned long operations, failures, by_errno[256];

/* One operation is done: a sync, a read or a write. */
static inline void count(long result)
{
	operations++;
	if (result < 0) {
		failures++;
		by_errno[errno & 255]++;
	}
}

static inline void report(void)
{
	printf("result operations=%lu failures=%lu", operations, failures);
	for (int number = 0; number < 256; number++)
		if (by_errno[number])
			printf(" %s=%lu", errno_name(number), by_errno[number]);
	printf("\n");
}

static inline void fill(uint8_t *bytes, size_t length)
{
	memset(bytes, REST, length);
}

static uint8_t *scribbled;
static size_t scribbled_length;

/* Stores into the first byte of every sector, over and over, on the other processor. */
static inline void *scribble(void *unused)
{
	(void)unused;
	pin(1);
	for (uint8_t value = 0; racing(); value++)
		for (size_t at = 0; at < scribbled_length; at += SECTOR)
			*(volatile uint8_t *)(scribbled + at) = value;
	return NULL;
}

static inline pthread_t start(void *(*work)(void *))
{
	pthread_t thread;
	errno = pthread_create(&thread, NULL, work, NULL);
	must(errno ? -1 : 0, "pthread_create");
	return thread;
}
