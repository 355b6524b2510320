/*
 * O_DIRECT writes whose buffer a thread changes, each read back when all is quiet: the file system's own checksum is
 * of the bytes as they were sent.
 * read_again FILE SECONDS
 */
#include "lab.h"

#define LENGTH (64 * 1024)

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	pin(0);
	int file = must(open(argv[1], O_RDWR | O_CREAT | O_DIRECT, 0600), "open");
	uint8_t *buffer = aligned_alloc(PAGE, LENGTH), *read_into = aligned_alloc(PAGE, LENGTH);
	fill(buffer, LENGTH);
	double end = now() + atof(argv[2]);
	for (int part = 0; now() < end; part = (part + 1) % 8) {
		scribbled = buffer;
		scribbled_length = LENGTH;
		race_for("0.1");
		pthread_t other = start(scribble);
		must(pwrite(file, buffer, LENGTH, part * LENGTH), "pwrite");
		end_of_race = 0;
		pthread_join(other, NULL);
		count(pread(file, read_into, LENGTH, part * LENGTH));
	}
	report();
	return 0;
}
