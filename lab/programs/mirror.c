/*
 * Writes to a mirror whose bytes a thread changes, by O_DIRECT or through a shared mapping; after each round md compares
 * the two members, and a round in which they differ counts as failed.
 * mirror ARRAY FILE odirect|mmap SECONDS
 */
#include "lab.h"

#define LENGTH (8 * 64 * 1024)

static char sys[96];

/* Opens one of md's attributes. */
static int attribute(const char *name, int how)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", sys, name);
	return must(open(path, how), path);
}

static void get(const char *name, char *text, size_t size)
{
	int file = attribute(name, O_RDONLY);
	long length = must(read(file, text, size - 1), name);
	text[length] = 0;
	close(file);
}

/* How many sectors differ between the members. */
static long differences(void)
{
	char text[32];
	int file = attribute("sync_action", O_WRONLY);
	must(write(file, "check", 5), "sync_action");
	close(file);
	do {
		usleep(5000);
		get("sync_action", text, sizeof text);
	} while (strncmp(text, "idle", 4));
	get("mismatch_cnt", text, sizeof text);
	return atol(text);
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	pin(0);
	int direct = !strcmp(argv[3], "odirect");
	snprintf(sys, sizeof sys, "/sys/block/%s/md", strrchr(argv[1], '/') + 1);
	int file = must(open(argv[2], O_RDWR | O_CREAT | O_DIRECT, 0600), "open");
	uint8_t *bytes = aligned_alloc(PAGE, LENGTH);
	fill(bytes, LENGTH);
	must(pwrite(file, bytes, LENGTH, 0), "first write");
	must(fsync(file), "first fsync");
	if (!direct)
		bytes = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	must(bytes == MAP_FAILED ? -1 : 0, "mmap");
	if (differences()) {
		printf("broken the members differ from the start\n");
		return 2;
	}
	unsigned long sectors = 0;
	double end = now() + atof(argv[4]);
	while (now() < end) {
		scribbled = bytes;
		scribbled_length = LENGTH;
		race_for("60");
		pthread_t other = start(scribble);
		usleep(2000);
		if (direct)
			must(pwrite(file, bytes, LENGTH, 0), "pwrite");
		else
			must(fsync(file), "fsync");
		end_of_race = 0;
		pthread_join(other, NULL);
		long found = differences();
		operations++;
		failures += found > 0;
		sectors += found;
	}
	/* A member that was thrown out is not compared any more. */
	char degraded[32];
	get("degraded", degraded, sizeof degraded);
	if (atol(degraded)) {
		printf("broken a member was thrown out of the array\n");
		return 2;
	}
	report();
	printf("sectors %lu\n", sectors);
	return 0;
}
