/*
 * A thread calls write(2) on one page of a file, the main thread fsync.
 * write_fsync FILE SECONDS
 */
#include "lab.h"

static int file;

static void *writer(void *unused)
{
	uint8_t bytes[PAGE];
	(void)unused;
	pin(1);
	fill(bytes, PAGE);
	for (uint8_t value = 0; racing(); value++) {
		for (int at = 0; at < PAGE; at += SECTOR)
			bytes[at] = value;
		/* Errors are fsync's to tell. */
		if (pwrite(file, bytes, PAGE, 0) < 0)
			break;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	pin(0);
	uint8_t bytes[PAGE];
	fill(bytes, PAGE);
	file = must(open(argv[1], O_RDWR | O_CREAT, 0600), "open");
	must(pwrite(file, bytes, PAGE, 0), "first write");
	must(fsync(file), "first fsync");

	race_for(argv[2]);
	pthread_t other = start(writer);
	while (racing())
		count(fsync(file));
	pthread_join(other, NULL);
	report();
	return 0;
}
