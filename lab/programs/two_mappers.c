/*
 * Two processes map one page. The child stores, the parent stores now and then, and calls fsync.
 * two_mappers FILE SECONDS
 */
#include "lab.h"

static uint8_t *map(const char *name, int *file)
{
	*file = must(open(name, O_RDWR), "open");
	uint8_t *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, *file, 0);
	must(page == MAP_FAILED ? -1 : 0, "mmap");
	return page;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	uint8_t bytes[PAGE];
	int file = must(open(argv[1], O_RDWR | O_CREAT, 0600), "open");
	fill(bytes, PAGE);
	must(pwrite(file, bytes, PAGE, 0), "first write");
	must(fsync(file), "first fsync");

	race_for(argv[2]);
	pid_t child = must(fork(), "fork");
	if (!child) {
		scribbled = map(argv[1], &file);
		scribbled_length = PAGE;
		scribble(NULL);
		_exit(0);
	}
	pin(0);
	volatile uint8_t *page = map(argv[1], &file);
	for (uint8_t value = 0; racing(); value++) {
		page[PAGE - SECTOR] = value;
		count(fsync(file));
	}
	waitpid(child, NULL, 0);
	report();
	return 0;
}
