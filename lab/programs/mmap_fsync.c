/*
 * A thread stores through a shared mapping, the main thread calls fsync.
 * mmap_fsync FILE SECONDS
 */
#include "lab.h"

#define LENGTH (16 * PAGE)

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	pin(0);
	int file = must(open(argv[1], O_RDWR | O_CREAT, 0600), "open");
	uint8_t bytes[PAGE];
	fill(bytes, PAGE);
	for (int page = 0; page < LENGTH / PAGE; page++)
		must(pwrite(file, bytes, PAGE, page * PAGE), "first write");
	must(fsync(file), "first fsync");
	scribbled = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	must(scribbled == MAP_FAILED ? -1 : 0, "mmap");
	scribbled_length = LENGTH;

	race_for(argv[2]);
	pthread_t other = start(scribble);
	while (racing())
		count(fsync(file));
	pthread_join(other, NULL);
	report();
	return 0;
}
