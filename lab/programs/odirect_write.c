/*
 * O_DIRECT writes; with "scribbled" another thread stores into the buffer meanwhile.
 * odirect_write FILE quiet|scribbled SECONDS
 */
#include "lab.h"

#define LENGTH (64 * 1024)

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	pin(0);
	int file = must(open(argv[1], O_RDWR | O_CREAT | O_DIRECT, 0600), "open");
	uint8_t *buffer = aligned_alloc(PAGE, LENGTH);
	fill(buffer, LENGTH);
	/* The blocks are there before the race, so that it is about data alone. */
	for (int part = 0; part < 8; part++)
		must(pwrite(file, buffer, LENGTH, part * LENGTH), "first write");
	must(fsync(file), "first fsync");

	scribbled = buffer;
	scribbled_length = LENGTH;
	race_for(argv[3]);
	pthread_t other;
	int racer = !strcmp(argv[2], "scribbled");
	if (racer)
		other = start(scribble);
	for (int part = 0; racing(); part = (part + 1) % 8)
		count(pwrite(file, buffer, LENGTH, part * LENGTH));
	if (racer)
		pthread_join(other, NULL);
	report();
	return 0;
}
