/* Stands between the program and the system's C library (LD_PRELOAD). Of everything done to files under one folder that
 * has to reach the disk, it either writes down what was done, or lets the n-th of these calls fail in a chosen way.
 * Tests only. Linux only. Compiled when the proofs run. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NONE, KILL, TORN, ENOSPC_ONCE, ENOSPC_FOR_GOOD, EIO_ONCE, EFBIG_ONCE, SHORT };
enum { CREATES = 1, WRITES = 2, SYNCS = 4, RENAMES = 8, REMOVES = 16, CUTS = 32 };

static char root[4096];
static size_t root_length;
static int record = -1;
static long counted, fail_at;
static int mode;
static unsigned char tracked[1 << 16], kinds[1 << 16];  /* by handle; by number of the call */

void shim_root(const char *path) { snprintf(root, sizeof root, "%s", path); root_length = strlen(root); }
void shim_record(int handle) { record = handle; }
void shim_arm(long at, int how) { counted = 0; fail_at = at; mode = how; }
long shim_counted(void) { return counted; }
int shim_kind(long number) { return number < (long)sizeof kinds ? kinds[number] : 0; }

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static int inside(const char *path) {
    if (!root_length || !path || strncmp(path, root, root_length) || (path[root_length] != '/' && path[root_length])) return 0;
    const char *name = strrchr(path, '/');
    return strcmp(name, "/lock") != 0;  /* the lock's content means nothing */
}

static const char *named(int folder, const char *path, char *room) {
    if (path[0] == '/' || folder == AT_FDCWD) return path;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t n = readlink(link, room, 4000);
    if (n < 0) return path;
    snprintf(room + n, 4096 - n, "/%s", path);
    return room;
}

static int is_tracked(int handle) { return handle >= 0 && handle < (int)sizeof tracked && tracked[handle]; }

static void put(const void *data, size_t length) {
    const char *at = data;
    while (length) {
        ssize_t n = syscall(SYS_write, record, at, length);
        if (n <= 0) _exit(98);
        at += n; length -= n;
    }
}

static void note(char what, int handle, int64_t number, const char *name, const void *data, size_t length) {
    if (record < 0) return;
    struct __attribute__((packed)) { char what; int32_t handle; int64_t number; uint32_t name, data; } head =
        { what, handle, number, name ? strlen(name) : 0, length };
    int kept = errno;
    put(&head, sizeof head);
    if (name) put(name, head.name);
    if (length) put(data, length);
    errno = kept;
}

/* Counts a durable call. Gives the error with which it is to fail, 0 for none, -1 where a write is to be done by half. */
static int fault(int kind) {
    counted++;
    if (counted < (long)sizeof kinds) kinds[counted] = kind;
    if (!mode || counted < fail_at || (counted > fail_at && mode != ENOSPC_FOR_GOOD)) return 0;
    switch (mode) {
    case KILL: kill(getpid(), SIGKILL); return 0;
    case TORN: case SHORT: return kind == WRITES ? -1 : 0;
    case ENOSPC_ONCE: case ENOSPC_FOR_GOOD: return kind == REMOVES ? 0 : ENOSPC;
    case EIO_ONCE: return EIO;
    case EFBIG_ONCE: return kind & (WRITES | CUTS) ? EFBIG : 0;
    }
    return 0;
}

#define FAIL(kind) do { int told = fault(kind); if (told > 0) { errno = told; return -1; } } while (0)

static int opened(int folder, const char *path, int flags, mode_t rights, int (*call)(int, const char *, int, ...)) {
    char room[4096];
    const char *full = named(folder, path, room);
    int ours = inside(full);
    struct stat found;
    int changes = 0;
    if (ours) {
        int there = stat(full, &found) == 0;
        changes = (!there && flags & O_CREAT) || (there && flags & O_TRUNC && found.st_size > 0);
        if (changes) FAIL(CREATES);
    }
    int handle = call(folder, path, flags, rights);
    if (handle >= 0 && handle < (int)sizeof tracked) {
        tracked[handle] = ours;
        if (ours) note('o', handle, flags & O_TRUNC && (flags & O_ACCMODE) != O_RDONLY, full, 0, 0);
    }
    return handle;
}

#define RIGHTS mode_t rights = 0; if (flags & O_CREAT) { va_list more; va_start(more, flags); rights = va_arg(more, int); va_end(more); }
typedef int (*openat_call)(int, const char *, int, ...);
static openat_call real_openat(void) {
    static openat_call real;
    if (!real) real = (openat_call)dlsym(RTLD_NEXT, "openat64");
    return real;
}
int open(const char *path, int flags, ...) { RIGHTS return opened(AT_FDCWD, path, flags, rights, real_openat()); }
int open64(const char *path, int flags, ...) { RIGHTS return opened(AT_FDCWD, path, flags, rights, real_openat()); }
int openat(int folder, const char *path, int flags, ...) { RIGHTS return opened(folder, path, flags, rights, real_openat()); }
int openat64(int folder, const char *path, int flags, ...) { RIGHTS return opened(folder, path, flags, rights, real_openat()); }
int __open_2(const char *path, int flags) { return opened(AT_FDCWD, path, flags, 0, real_openat()); }
int __open64_2(const char *path, int flags) { return opened(AT_FDCWD, path, flags, 0, real_openat()); }

int close(int handle) {
    REAL(close);
    if (is_tracked(handle)) tracked[handle] = 0;
    return real(handle);
}

static ssize_t half(size_t length) { return length > 512 ? (ssize_t)(length / 2 / 512 * 512 + (length / 2 < 512) * 512) : (ssize_t)(length / 2); }

static ssize_t written(int handle, const void *data, size_t length, off64_t at) {
    int told = fault(WRITES);
    if (told > 0) { errno = told; return -1; }
    if (told < 0) length = half(length);
    ssize_t done = syscall(SYS_pwrite64, handle, data, length, at);
    if (done > 0) note('w', handle, at, 0, data, done);
    if (told < 0 && mode == TORN) kill(getpid(), SIGKILL);
    return done;
}

ssize_t write(int handle, const void *data, size_t length) {
    REAL(write);
    if (!is_tracked(handle)) return real(handle, data, length);
    int flags = fcntl(handle, F_GETFL);
    off64_t at = lseek64(handle, 0, flags & O_APPEND ? SEEK_END : SEEK_CUR);
    ssize_t done = written(handle, data, length, at);
    if (done > 0) lseek64(handle, at + done, SEEK_SET);
    return done;
}
ssize_t pwrite(int handle, const void *data, size_t length, off_t at) {
    if (!is_tracked(handle)) return syscall(SYS_pwrite64, handle, data, length, at);
    return written(handle, data, length, at);
}
ssize_t pwrite64(int handle, const void *data, size_t length, off64_t at) { return pwrite(handle, data, length, at); }

static int cut(int handle, off64_t length) {
    if (is_tracked(handle)) {
        FAIL(CUTS);
        int done = syscall(SYS_ftruncate, handle, length);
        if (!done) note('t', handle, length, 0, 0, 0);
        return done;
    }
    return syscall(SYS_ftruncate, handle, length);
}
int ftruncate(int handle, off_t length) { return cut(handle, length); }
int ftruncate64(int handle, off64_t length) { return cut(handle, length); }

static int synced(int handle, long call) {
    if (!is_tracked(handle)) return syscall(call, handle);
    FAIL(SYNCS);
    int done = syscall(call, handle);
    if (!done) note('s', handle, 0, 0, 0, 0);
    return done;
}
int fsync(int handle) { return synced(handle, SYS_fsync); }
int fdatasync(int handle) { return synced(handle, SYS_fdatasync); }

static int renamed(int from, const char *old, int to, const char *new) {
    char room[4096], other[4096];
    const char *a = named(from, old, room), *b = named(to, new, other);
    if (!inside(a) && !inside(b)) return syscall(SYS_renameat, from, old, to, new);
    FAIL(RENAMES);
    int done = syscall(SYS_renameat, from, old, to, new);
    if (!done) note('r', -1, 0, a, b, strlen(b));
    return done;
}
int rename(const char *old, const char *new) { return renamed(AT_FDCWD, old, AT_FDCWD, new); }
int renameat(int from, const char *old, int to, const char *new) { return renamed(from, old, to, new); }

static int removed(int folder, const char *path, int flags) {
    char room[4096];
    const char *full = named(folder, path, room);
    struct stat found;
    if (!inside(full) || lstat(full, &found)) return syscall(SYS_unlinkat, folder, path, flags);
    FAIL(REMOVES);
    int done = syscall(SYS_unlinkat, folder, path, flags);
    if (!done) note('u', -1, 0, full, 0, 0);
    return done;
}
int unlink(const char *path) { return removed(AT_FDCWD, path, 0); }
int unlinkat(int folder, const char *path, int flags) { return removed(folder, path, flags); }
int rmdir(const char *path) { return removed(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdir(const char *path, mode_t rights) {
    struct stat found;
    if (!inside(path) || !stat(path, &found)) return syscall(SYS_mkdirat, AT_FDCWD, path, rights);
    FAIL(CREATES);
    int done = syscall(SYS_mkdirat, AT_FDCWD, path, rights);
    if (!done) note('m', -1, 0, path, 0, 0);
    return done;
}

/* Ways of writing that are not watched: refused, so that the caller takes the ordinary way, or seen where it cannot. */
ssize_t sendfile(int out, int in, off_t *at, size_t count) {
    REAL(sendfile);
    if (is_tracked(out)) { errno = EINVAL; return -1; }
    return real(out, in, at, count);
}
ssize_t sendfile64(int out, int in, off64_t *at, size_t count) { return sendfile(out, in, (off_t *)at, count); }
ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags) {
    REAL(copy_file_range);
    if (is_tracked(out)) { errno = EXDEV; return -1; }
    return real(in, from, out, to, length, flags);
}
int truncate(const char *path, off_t length) {
    REAL(truncate);
    if (inside(path)) note('?', -1, 0, path, 0, 0);
    return real(path, length);
}
int link(const char *old, const char *new) {
    REAL(link);
    if (inside(new)) note('?', -1, 0, new, 0, 0);
    return real(old, new);
}
