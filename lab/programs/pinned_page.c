/*
 * An O_DIRECT read of the raw disk has a mapped page of a file as its buffer, so that the page is pinned and written past
 * its page table; the main thread calls fsync on that file.
 * pinned_page FILE DISK SECONDS
 */
#include "lab.h"

#define FAR (380L << 20)

static uint8_t *page;
static int disk;

static void *reader(void *unused)
{
	(void)unused;
	pin(1);
	/* Two places of the disk with other bytes, by turns. */
	for (int turn = 0; racing(); turn++)
		must(pread(disk, page, PAGE, FAR + (turn & 1) * PAGE), "pread");
	return NULL;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	pin(0);
	uint8_t *bytes = aligned_alloc(PAGE, PAGE);
	disk = must(open(argv[2], O_RDWR | O_DIRECT), "open disk");
	for (int part = 0; part < 2; part++) {
		fill(bytes, PAGE);
		for (int at = 0; at < PAGE; at += SECTOR)
			bytes[at] = part + 1;
		must(pwrite(disk, bytes, PAGE, FAR + part * PAGE), "first write of the disk");
	}
	int file = must(open(argv[1], O_RDWR | O_CREAT, 0600), "open");
	must(pwrite(file, bytes, PAGE, 0), "first write");
	must(fsync(file), "first fsync");
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	must(page == MAP_FAILED ? -1 : 0, "mmap");

	race_for(argv[3]);
	pthread_t other = start(reader);
	while (racing())
		count(fsync(file));
	pthread_join(other, NULL);
	report();
	return 0;
}
