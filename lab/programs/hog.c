/*
 * Keeps the disk's only queue slot busy with reads far from the file systems, so that other requests wait behind
 * bio_integrity_prep. hog DEVICE OFFSET, until it is killed.
 */
#include "lab.h"

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	int disk = must(open(argv[1], O_RDONLY | O_DIRECT), "open");
	void *buffer = aligned_alloc(PAGE, PAGE);
	for (;;)
		if (pread(disk, buffer, PAGE, atol(argv[2])) < 0)
			usleep(1000); /* A write of the file system failed; the read tells of it as well. */
}
