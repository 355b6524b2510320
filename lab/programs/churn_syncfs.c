/*
 * A thread makes and removes files, the main thread calls syncfs.
 * churn_syncfs FOLDER SECONDS
 */
#include "lab.h"

static const char *folder;

static void *churn(void *unused)
{
	char name[64];
	(void)unused;
	pin(1);
	for (unsigned turn = 0; racing(); turn++) {
		snprintf(name, sizeof name, "%s/%u", folder, turn % 64);
		int file = open(name, O_WRONLY | O_CREAT, 0600);
		if (file >= 0)
			close(file);
		snprintf(name, sizeof name, "%s/%u", folder, (turn + 32) % 64);
		unlink(name);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	pin(0);
	folder = argv[1];
	int directory = must(open(folder, O_RDONLY | O_DIRECTORY), "open");
	must(syncfs(directory), "first syncfs");

	race_for(argv[2]);
	pthread_t other = start(churn);
	while (racing())
		count(syncfs(directory));
	pthread_join(other, NULL);
	report();
	return 0;
}
