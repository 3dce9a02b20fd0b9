/* fsync and fdatasync fail with EIO as often as SYNC_EIO_P says, as those of a dying disk do. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int fails(void) {
    static double chance = -1;
    static unsigned seed;
    if (chance < 0) {
        const char *given = getenv("SYNC_EIO_P");
        chance = given ? atof(given) : 0;
        seed = (unsigned)getpid() ^ (unsigned)time(0);
    }
    return (double)rand_r(&seed) / RAND_MAX < chance;
}

#define WRAP(name)                                             \
    int name(int file) {                                       \
        static int (*real)(int);                               \
        if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, #name); \
        if (fails()) {                                         \
            errno = EIO;                                       \
            return -1;                                         \
        }                                                      \
        return real(file);                                     \
    }
WRAP(fsync)
WRAP(fdatasync)
