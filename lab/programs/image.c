/*
 * A file system made outside comes into the guest as its blocks that are not zero.
 * image pack FILE > BLOCKS; image pour BLOCKS DEVICE
 */
#include "lab.h"

int main(int argc, char **argv)
{
	static uint8_t block[PAGE] __attribute__((aligned(PAGE))), zeros[PAGE];
	uint64_t at;
	if (argc == 3 && !strcmp(argv[1], "pack")) {
		int in = must(open(argv[2], O_RDONLY), argv[2]);
		for (at = 0; read(in, block, PAGE) == PAGE; at += PAGE)
			if (memcmp(block, zeros, PAGE) && (write(1, &at, 8) != 8 || write(1, block, PAGE) != PAGE))
				return 1;
		return 0;
	}
	if (argc != 4)
		return 2;
	int in = must(open(argv[2], O_RDONLY), argv[2]), out = must(open(argv[3], O_WRONLY), argv[3]);
	while (read(in, &at, 8) == 8) {
		must(read(in, block, PAGE) == PAGE ? 0 : -1, "image");
		must(pwrite(out, block, PAGE, at) == PAGE ? 0 : -1, "pour");
	}
	must(fsync(out), "fsync");
	return 0;
}
