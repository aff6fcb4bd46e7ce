/* Writes down every address outside this machine that a process reaches for, and every name that it looks up.
 * Loaded by LD_PRELOAD, so that libraries that are not written in Python are seen too; the file is $SOCKETS_SEEN. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void note(const char *what, const char *where) {
    const char *path = getenv("SOCKETS_SEEN");
    char line[512];
    int file, length;
    if (!path || (file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)) < 0) return;
    length = snprintf(line, sizeof line, "%s %s (process %d)\n", what, where, (int)getpid());
    if (length > 0 && write(file, line, length < (int)sizeof line ? length : (int)sizeof line) < 0) abort();
    close(file);
}

static void look(const char *what, const struct sockaddr *address) {
    char text[INET6_ADDRSTRLEN] = "";
    if (!address) return;
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)address;
        if ((ntohl(four->sin_addr.s_addr) >> 24) == 127) return;
        inet_ntop(AF_INET, &four->sin_addr, text, sizeof text);
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
        if (IN6_IS_ADDR_LOOPBACK(&six->sin6_addr)) return;
        if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr) && six->sin6_addr.s6_addr[12] == 127) return;
        inet_ntop(AF_INET6, &six->sin6_addr, text, sizeof text);
    } else {
        return;
    }
    note(what, text);
}

__attribute__((constructor)) static void begin(void) { note("begin", "native"); }

int connect(int socket, const struct sockaddr *address, socklen_t length) {
    static int (*real)(int, const struct sockaddr *, socklen_t);
    if (!real) real = (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "connect");
    look("connect", address);
    return real(socket, address, length);
}

ssize_t sendto(int socket, const void *data, size_t size, int flags, const struct sockaddr *address, socklen_t length) {
    static ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
    if (!real)
        real = (ssize_t(*)(int, const void *, size_t, int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "sendto");
    look("sendto", address);
    return real(socket, data, size, flags, address, length);
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    if (!real)
        real = (int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))dlsym(
            RTLD_NEXT, "getaddrinfo");
    if (name && strcmp(name, "localhost") && strcmp(name, "::1") && strncmp(name, "127.", 4)) note("getaddrinfo", name);
    return real(name, service, hints, found);
}
