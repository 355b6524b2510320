/*
 * Sectors whose bytes are other than their guards say: written with guards, then once more while the kernel inserts none.
 * Every read of one is to be refused.
 * read_back DISK SECONDS
 */
#include "lab.h"

static void generate(const char *disk, const char *value)
{
	char name[96];
	snprintf(name, sizeof name, "/sys/block/%s/integrity/write_generate", strrchr(disk, '/') + 1);
	int file = must(open(name, O_WRONLY), name);
	must(write(file, value, 1), name);
	close(file);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	pin(0);
	uint8_t *bytes = aligned_alloc(PAGE, PAGE);
	int disk = must(open(argv[1], O_RDWR | O_DIRECT), "open");
	fill(bytes, PAGE);
	for (int part = 0; part < 8; part++)
		must(pwrite(disk, bytes, PAGE, part * PAGE), "write with guards");
	generate(argv[1], "0");
	for (int part = 0; part < 8; part++) {
		bytes[0] = part;
		must(pwrite(disk, bytes, PAGE, part * PAGE), "write without guards");
	}
	generate(argv[1], "1");

	race_for(argv[2]);
	for (int part = 0; racing() && operations < 64; part = (part + 1) % 8)
		count(pread(disk, bytes, PAGE, part * PAGE));
	report();
	return 0;
}
