/* floor: the least a server-sent-event server can do, as a yardstick: one send() per viewer and event.
 *
 *   floor PORT
 *
 * GET of anything: the connection gets the head of an event stream and is a viewer from then on.
 * POST of anything: the body becomes the data line of one event for all viewers; the answer is 204.
 * Bytes on the wire are what any server sends: chunked framing, a frame of `event:`, `data:` and an empty line.
 * No timers, no HTTP beyond that, no memory per viewer but its descriptor. A viewer that does not keep up is closed and
 * counted on stderr. Linux, C11, no libraries. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_FILES = 1 << 17, REQUEST = 1 << 16, BATCH = 256 };

static const char STREAM_HEAD[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n"
    "d\r\nretry: 1500\n\n\r\n";
static const char ACCEPTED[] = "HTTP/1.1 204 No Content\r\n\r\n";

static int poller;
static int viewers[MAX_FILES];      /* descriptors, packed, so that a broadcast is one walk */
static int place[MAX_FILES];        /* descriptor -> index in viewers, or -1 */
static int viewer_count;
static char *request[MAX_FILES];    /* descriptor -> what came of a request so far (publishers keep theirs) */
static size_t request_length[MAX_FILES];

static void die(const char *what) {
    fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void drop(int fd) {
    if (place[fd] >= 0) {
        int last = viewers[--viewer_count];
        viewers[place[fd]] = last;
        place[last] = place[fd];
        place[fd] = -1;
    }
    free(request[fd]);
    request[fd] = NULL;
    close(fd);
}

static void broadcast(const char *data, size_t length) {
    static char frame[REQUEST + 128];
    int head = sprintf(frame, "%zx\r\nevent: state_patch\ndata: ", length + 27);
    memcpy(frame + head, data, length);
    memcpy(frame + head + length, "\n\n\r\n", 4);
    size_t size = (size_t)head + length + 4;
    for (int i = viewer_count - 1; i >= 0; i--) {
        ssize_t sent = send(viewers[i], frame, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent != (ssize_t)size) {
            fprintf(stderr, "floor: a viewer did not keep up\n");
            drop(viewers[i]);
        }
    }
}

/* Handles every whole request in the buffer. */
static void obey(int fd) {
    char *buffer = request[fd], *end;
    while ((end = memmem(buffer, request_length[fd], "\r\n\r\n", 4))) {
        size_t head = (size_t)(end - buffer) + 4, body = 0;
        if (!memcmp(buffer, "GET", 3)) {
            place[fd] = viewer_count;
            viewers[viewer_count++] = fd;
            free(request[fd]);
            request[fd] = NULL;
            if (send(fd, STREAM_HEAD, sizeof STREAM_HEAD - 1, MSG_NOSIGNAL) < 0) drop(fd);
            return;
        }
        *end = 0;  /* strcasestr stops at the end of the head */
        char *length = strcasestr(buffer, "\r\ncontent-length:");
        *end = '\r';
        if (length) body = strtoul(length + 17, NULL, 10);
        if (head + body > REQUEST) {
            drop(fd);
            return;
        }
        if (request_length[fd] < head + body) return;
        broadcast(buffer + head, body);
        if (send(fd, ACCEPTED, sizeof ACCEPTED - 1, MSG_NOSIGNAL) < 0) {
            drop(fd);
            return;
        }
        request_length[fd] -= head + body;
        memmove(buffer, buffer + head + body, request_length[fd]);
    }
}

static void readable(int fd) {
    if (place[fd] >= 0) {  /* a viewer says nothing: this is its end */
        char ignored[64];
        if (recv(fd, ignored, sizeof ignored, MSG_DONTWAIT) <= 0) drop(fd);
        return;
    }
    if (!request[fd]) {
        if (!(request[fd] = malloc(REQUEST))) die("malloc");
        request_length[fd] = 0;
    }
    ssize_t size = recv(fd, request[fd] + request_length[fd], REQUEST - request_length[fd], MSG_DONTWAIT);
    if (size <= 0) {
        drop(fd);
        return;
    }
    request_length[fd] += (size_t)size;
    obey(fd);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fputs("floor PORT\n", stderr);
        return 2;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max < MAX_FILES ? files.rlim_max : MAX_FILES;
    setrlimit(RLIMIT_NOFILE, &files);
    memset(place, -1, sizeof place);

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1])),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) die("listen");
    poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, batch[BATCH];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(poller, batch, BATCH, -1);
        if (count < 0 && errno != EINTR) die("epoll_wait");
        for (int i = 0; i < count; i++) {
            if (batch[i].data.fd != listener) {
                readable(batch[i].data.fd);
                continue;
            }
            for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                event = (struct epoll_event){.events = EPOLLIN, .data.fd = fd};
                if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
            }
        }
    }
}
