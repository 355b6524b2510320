/*
 * A thread writes a page and cuts the file off within it, over and over; the main thread calls fsync.
 * truncate_fsync FILE SECONDS
 */
#include "lab.h"

static int file;

static void *truncater(void *unused)
{
	uint8_t bytes[PAGE];
	(void)unused;
	pin(1);
	fill(bytes, PAGE);
	while (racing())
		if (pwrite(file, bytes, PAGE, 0) < 0 || ftruncate(file, SECTOR) < 0)
			break;
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
	pthread_t other = start(truncater);
	while (racing())
		count(fsync(file));
	pthread_join(other, NULL);
	report();
	return 0;
}
