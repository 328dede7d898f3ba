/* load: many server-sent-event viewers and one open-loop publisher in a single thread.
 *
 *   load --port P --path /sse [options]      (see usage() below)
 *
 * It takes commands on stdin, one a line, and answers each with one line of JSON on stdout; between two commands it goes
 * on reading whatever the server sends, so that an idle stretch is simply a pause between two commands:
 *
 *   connect N TIMEOUT              open N viewers; done when each has its head (and its snapshot, with --ready-event/--flushes)
 *   publish M RATE EXPECT TIMEOUT  send M requests, RATE a second (0: each one after the answer to the last); done when
 *                                  every request is answered and every viewer has EXPECT deliveries
 *   resume EXPECT TIMEOUT          open all viewers again, each with its own Last-Event-ID; done when each has EXPECT deliveries
 *   stall N                        open N viewers that never read
 *   disconnect                     close all viewers (each remembers its last id), not the stalled ones
 *   report                         the counters since the last publish, resume or connect
 *   quit
 *
 * A delivery is a marker `t=<20 digits: CLOCK_MONOTONIC ns>;n=<8 digits>;` inside a data line of a counted event, so
 * that it is the publisher's change that is counted and not the server's way of framing it; or, with --count frames, a
 * frame. Latency runs from the moment a request was due, not from the moment it got its turn: a server that stalls the
 * publisher does not thereby look fast. All times are nanoseconds.
 *
 * Linux, C11, no libraries. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
    READ_BUFFER = 1 << 18,    /* one recv(): a snapshot of 5 MB then takes some twenty calls, an event one */
    LINE_KEPT = 1 << 16,      /* of a line that spans reads we keep this much: every marker lies well within it */
    ID_SIZE = 80,             /* an event id of ours is an epoch and a number; nchan's are shorter */
    EVENT_NAMES = 48,         /* the contract has some twenty */
    PER_SOURCE = 4000,        /* viewers per source address: far below the ~28,000 ephemeral ports of one */
    BATCH = 512,              /* epoll events taken at once */
    MAX_PUBLISHERS = 64,
    MARK_SIZE = 34,           /* "t=" 20 digits ";n=" 8 digits ";" */
};
#define SECOND UINT64_C(1000000000)

/* ---- small pieces ------------------------------------------------------------------------------------------------ */

static void die(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static void *checked(void *memory) {
    if (!memory) die("out of memory");
    return memory;
}

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

/* Log-linear histogram: 64 steps per power of two, so a percentile is right within 1.6 %. */
struct histogram {
    uint64_t buckets[64 * 64], count, max, sum;
};

static void record(struct histogram *h, uint64_t value) {
    unsigned shift = value < 64 ? 0 : 58u - (unsigned)__builtin_clzll(value);
    h->buckets[shift * 64 + (value >> shift)]++;
    h->count++;
    h->sum += value;
    if (value > h->max) h->max = value;
}

static uint64_t percentile(const struct histogram *h, double share) {
    uint64_t wanted = (uint64_t)(share * (double)h->count + 0.5), seen = 0;
    for (unsigned i = 0; i < 64 * 64; i++) {
        seen += h->buckets[i];
        if (seen && seen >= wanted) {
            uint64_t upper = (((uint64_t)i % 64 + 1) << (i / 64)) - 1;
            return upper < h->max ? upper : h->max;
        }
    }
    return h->max;
}

/* ---- configuration ----------------------------------------------------------------------------------------------- */

static struct {
    int port;
    int publishers;
    int window;              /* connects under way at once */
    int flushes;             /* compressed viewers: ready after so many full-flush marks */
    const char *path, *ready_event, *dump;
    bool count_frames, check_ids;
    char viewer_headers[2048], publisher_headers[2048];
    const char *events[16];  /* counted event names; none: all but those of the handshake and heartbeats */
    int event_count;
} config = {.publishers = 1, .window = 256};

/* One request template: METHOD, PATH and BODY, with {t} and {n} to be filled in. */
struct template { char *method, *path, *body; };
static struct template *script;
static size_t script_size;

/* ---- an HTTP/1.1 response, read piece by piece ------------------------------------------------------------------- */

enum stage { STATUS, HEADER, BODY_LENGTH, BODY_CLOSE, CHUNK_SIZE, CHUNK_DATA, CHUNK_END, TRAILER, COMPLETE, BROKEN };

struct response {
    enum stage stage;
    int status;
    bool chunked, has_length;
    uint64_t left;           /* bytes left of the body or of the chunk */
    char *line;              /* the beginning of a line whose end has not come yet */
    uint32_t line_length, line_capacity;
};

/* ---- viewers and publishers -------------------------------------------------------------------------------------- */

enum kind { VIEWER, STALLED, PUBLISHER, TIMER, COMMANDS };
enum link { UNUSED, CONNECTING, OPEN, CLOSED };

struct viewer {
    enum kind kind;
    int fd, index;
    enum link link;
    bool ready, done;
    struct response response;
    /* the SSE frame being read: kept apart from `response`'s line, which serves head and chunk sizes */
    char *line;
    uint32_t line_length, line_capacity, line_total;
    int event;
    bool has_data, has_id;
    char id[ID_SIZE], last_id[ID_SIZE];
    uint64_t last_sequence;
    bool has_sequence;
    /* counters of the running phase */
    uint64_t bytes, counted, gaps, repeats;
    uint8_t *seen;           /* one bit per marker of the phase */
    /* compressed viewers */
    int flush_match, flushes;
    char *raw;
    size_t raw_length, raw_capacity;
};

struct publisher {
    enum kind kind;
    int fd;
    bool busy;
    uint64_t due, sent;
    struct response response;
};

static struct viewer *viewers;
static int viewer_count, viewer_slots, stalled_count, stalled_closed;
static struct publisher publishers[MAX_PUBLISHERS];
static int poller, timer;
static enum kind timer_kind = TIMER, commands_kind = COMMANDS;
static char read_buffer[READ_BUFFER];
static uint64_t received_at;  /* when the bytes being parsed were read */

static struct { char name[48]; uint64_t frames; bool counted; } events[EVENT_NAMES];
static int event_names, ready_event = -1;

/* The running phase. */
static struct {
    uint64_t began, ended, first_mark, expect, marks, requests, next, answered, refused, rate;
    int unready, unfinished, failed, closed, connecting, next_connect, target;
    uint64_t stale, protocol_errors, cpu_began;
    bool resume;
    struct histogram latency, request, service;
} phase;

static char first_failure[256];

static uint64_t own_cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

static void note_failure(const char *format, ...) {
    if (first_failure[0]) return;
    va_list args;
    va_start(args, format);
    vsnprintf(first_failure, sizeof first_failure, format, args);
    va_end(args);
    for (char *c = first_failure; *c; c++)
        if (*c == '"' || *c == '\\' || (unsigned char)*c < ' ') *c = ' ';
}

static int intern(const char *name, size_t length) {
    if (length > sizeof events[0].name - 1) length = sizeof events[0].name - 1;
    for (int i = 0; i < event_names; i++)
        if (strlen(events[i].name) == length && !memcmp(events[i].name, name, length)) return i;
    if (event_names == EVENT_NAMES) die("more than %d event names", EVENT_NAMES);
    memcpy(events[event_names].name, name, length);
    bool counted = config.event_count == 0 && !memmem(name, length, "heartbeat", 9) &&
                   !(length == 5 && (!memcmp(name, "hello", 5) || !memcmp(name, "state", 5)));
    for (int i = 0; i < config.event_count; i++)
        counted |= strlen(config.events[i]) == length && !memcmp(config.events[i], name, length);
    events[event_names].counted = counted;
    return event_names++;
}

static void append(char **line, uint32_t *length, uint32_t *capacity, const char *from, size_t size) {
    if (*length + size > LINE_KEPT) size = LINE_KEPT > *length ? LINE_KEPT - *length : 0;
    if (*length + size > *capacity) {
        uint32_t wanted = *capacity ? *capacity : 512;
        while (wanted < *length + size) wanted *= 2;
        *line = checked(realloc(*line, wanted));
        *capacity = wanted;
    }
    memcpy(*line + *length, from, size);
    *length += (uint32_t)size;
}

/* ---- server-sent events ------------------------------------------------------------------------------------------ */

static void viewer_ready(struct viewer *v) {
    if (v->ready) return;
    v->ready = true;
    phase.unready--;
}

static void viewer_counts(struct viewer *v) {
    v->counted++;
    if (!v->done && phase.expect && v->counted >= phase.expect) {
        v->done = true;
        phase.unfinished--;
    }
}

static bool digits(const char *from, int count, uint64_t *value) {
    uint64_t result = 0;
    for (int i = 0; i < count; i++) {
        if (from[i] < '0' || from[i] > '9') return false;
        result = result * 10 + (uint64_t)(from[i] - '0');
    }
    *value = result;
    return true;
}

/* All markers of a data line. One that was seen before (a frame may name a title twice) is a repeat, not a delivery. */
static void find_marks(struct viewer *v, const char *data, size_t length) {
    const char *end = data + length, *at = data;
    uint64_t sent, number;
    while ((at = memmem(at, (size_t)(end - at), "t=0", 3)) && end - at >= MARK_SIZE) {
        if (digits(at + 2, 20, &sent) && !memcmp(at + 22, ";n=", 3) && digits(at + 25, 8, &number)) {
            uint64_t bit = number - phase.first_mark;
            if (bit >= phase.marks || !v->seen) {
                phase.stale++;
            } else if (v->seen[bit / 8] >> (bit % 8) & 1) {
                v->repeats++;
            } else {
                v->seen[bit / 8] |= (uint8_t)(1 << (bit % 8));
                record(&phase.latency, received_at > sent ? received_at - sent : 0);
                viewer_counts(v);
            }
            at += MARK_SIZE;
        } else {
            at += 3;
        }
    }
}

/* Ids are <epoch>-<seq>: within an epoch each counted frame must carry the number after the last one. */
static void follow_id(struct viewer *v, bool counted) {
    uint64_t sequence;
    char *dash = strrchr(v->id, '-'), *end = NULL;
    if (!dash || (sequence = strtoull(dash + 1, &end, 10), *end)) {
        phase.protocol_errors++;
        return;
    }
    bool same_epoch = !strncmp(v->id, v->last_id, (size_t)(dash - v->id) + 1);
    if (v->has_sequence && same_epoch && counted) {
        if (sequence > v->last_sequence + 1) v->gaps++;
        else if (sequence <= v->last_sequence) v->repeats++;
    }
    v->last_sequence = sequence;
    v->has_sequence = true;
}

static void frame_ends(struct viewer *v) {
    if (v->has_data) {
        int event = v->event >= 0 ? v->event : intern("message", 7);
        events[event].frames++;
        if (v->has_id) {
            if (config.check_ids) follow_id(v, events[event].counted);
            memcpy(v->last_id, v->id, ID_SIZE);
        }
        if (config.count_frames && events[event].counted) viewer_counts(v);
        if (event == ready_event) viewer_ready(v);
    }
    v->event = -1;
    v->has_data = v->has_id = false;
}

static void sse_line(struct viewer *v, const char *line, size_t length) {
    if (length && line[length - 1] == '\r') length--;
    if (!length) {
        frame_ends(v);
    } else if (length >= 5 && !memcmp(line, "data:", 5)) {
        v->has_data = true;
        /* The event's name comes before its data in every server measured here; the next branch checks that it does. */
        if (!config.count_frames && phase.marks && (v->event < 0 ? !config.event_count : events[v->event].counted))
            find_marks(v, line + 5, length - 5);
    } else if (length >= 6 && !memcmp(line, "event:", 6)) {
        size_t skip = length > 6 && line[6] == ' ' ? 7 : 6;
        if (v->has_data) phase.protocol_errors++;
        v->event = intern(line + skip, length - skip);
    } else if (length >= 3 && !memcmp(line, "id:", 3)) {
        size_t skip = length > 3 && line[3] == ' ' ? 4 : 3, size = length - skip;
        if (size >= ID_SIZE) die("an event id of %zu bytes", size);
        memcpy(v->id, line + skip, size);
        v->id[size] = 0;
        v->has_id = true;
    } else if (line[0] != ':' && !(length >= 6 && !memcmp(line, "retry:", 6))) {
        phase.protocol_errors++;
        note_failure("not a line of an event stream: %.*s", (int)(length > 60 ? 60 : length), line);
    }
}

static void sse_bytes(struct viewer *v, const char *from, size_t length) {
    const char *end = from + length;
    while (from < end) {
        const char *newline = memchr(from, '\n', (size_t)(end - from));
        if (!newline) {
            append(&v->line, &v->line_length, &v->line_capacity, from, (size_t)(end - from));
            return;
        }
        if (v->line_length) {
            append(&v->line, &v->line_length, &v->line_capacity, from, (size_t)(newline - from));
            sse_line(v, v->line, v->line_length);
            v->line_length = 0;
            if (v->line_capacity > 4096) {  /* ten thousand viewers must not each keep a snapshot's worth */
                free(v->line);
                v->line = NULL;
                v->line_capacity = 0;
            }
        } else {
            sse_line(v, from, (size_t)(newline - from));
        }
        from = newline + 1;
    }
}

/* A compressed stream is not inflated here (that would make this program the limit): each frame is a full-flushed block,
 * and a full flush ends with 00 00 FF FF. The bytes are kept so that the caller can inflate and check them afterwards. */
static void compressed_bytes(struct viewer *v, const char *from, size_t length) {
    static const unsigned char flush[4] = {0, 0, 0xFF, 0xFF};
    if (v->ready) return;
    if (config.dump) {
        while (v->raw_length + length > v->raw_capacity) {
            v->raw_capacity = v->raw_capacity ? v->raw_capacity * 2 : 1 << 16;
            v->raw = checked(realloc(v->raw, v->raw_capacity));
        }
        memcpy(v->raw + v->raw_length, from, length);
        v->raw_length += length;
    }
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)from[i];
        if (c == flush[v->flush_match]) {
            if (++v->flush_match == 4) {
                v->flush_match = 0;
                if (++v->flushes == config.flushes) viewer_ready(v);
            }
        } else {
            v->flush_match = c == 0 ? (v->flush_match == 2 ? 2 : 1) : 0;
        }
    }
}

/* ---- reading a response ------------------------------------------------------------------------------------------ */

static void header_line(struct response *r, const char *line, size_t length) {
    if (r->stage == STATUS) {
        if (length < 12 || memcmp(line, "HTTP/1.", 7)) {
            r->stage = BROKEN;
            return;
        }
        r->status = atoi(line + 9);
        r->chunked = r->has_length = false;
        r->stage = HEADER;
    } else if (length) {
        if (length > 15 && !strncasecmp(line, "content-length:", 15)) {
            r->has_length = true;
            r->left = strtoull(line + 15, NULL, 10);
        } else if (length > 18 && !strncasecmp(line, "transfer-encoding:", 18)) {
            r->chunked = memmem(line, length, "chunked", 7) != NULL;
        }
    } else if (r->status == 100) {
        r->stage = STATUS;
    } else if (r->chunked) {
        r->stage = CHUNK_SIZE;
    } else if (r->has_length || r->status == 204 || r->status == 304) {
        if (!r->has_length) r->left = 0;
        r->stage = r->left ? BODY_LENGTH : COMPLETE;
    } else {
        r->stage = BODY_CLOSE;
    }
}

/* A line of the head, a chunk's size, the end of a chunk or a trailer. */
static void framing_line(struct response *r, const char *line, size_t length) {
    if (length && line[length - 1] == '\r') length--;
    if (r->stage == STATUS || r->stage == HEADER) {
        header_line(r, line, length);
    } else if (r->stage == CHUNK_SIZE) {
        char number[20] = {0};
        char *end;
        memcpy(number, line, length < sizeof number - 1 ? length : sizeof number - 1);
        r->left = strtoull(number, &end, 16);
        if (end == number) r->stage = BROKEN;
        else r->stage = r->left ? CHUNK_DATA : TRAILER;
    } else if (r->stage == CHUNK_END) {
        r->stage = length ? BROKEN : CHUNK_SIZE;
    } else if (r->stage == TRAILER && !length) {
        r->stage = COMPLETE;
    }
}

static void viewer_body(struct viewer *v, const char *from, size_t length);

/* Reads what came; body bytes go to the viewer, if there is one. Returns how much was taken (all, unless complete). */
static size_t response_bytes(struct response *r, struct viewer *v, const char *from, size_t length) {
    const char *start = from, *end = from + length;
    while (from < end && r->stage != COMPLETE && r->stage != BROKEN) {
        if (r->stage == BODY_LENGTH || r->stage == BODY_CLOSE || r->stage == CHUNK_DATA) {
            size_t size = (size_t)(end - from);
            if (r->stage != BODY_CLOSE && size > r->left) size = (size_t)r->left;
            if (v) viewer_body(v, from, size);
            from += size;
            if (r->stage == BODY_CLOSE) continue;
            r->left -= size;
            if (!r->left) r->stage = r->stage == CHUNK_DATA ? CHUNK_END : COMPLETE;
        } else {
            const char *newline = memchr(from, '\n', (size_t)(end - from));
            const char *stop = newline ? newline : end;
            if (!newline || r->line_length) append(&r->line, &r->line_length, &r->line_capacity, from, (size_t)(stop - from));
            if (newline) {
                if (r->line_length) framing_line(r, r->line, r->line_length);
                else framing_line(r, from, (size_t)(stop - from));
                r->line_length = 0;
            }
            from = newline ? newline + 1 : end;
        }
    }
    return (size_t)(from - start);
}

static void response_reset(struct response *r) {
    r->stage = STATUS;
    r->line_length = 0;
}

static void viewer_body(struct viewer *v, const char *from, size_t length) {
    v->bytes += length;
    if (v->response.status != 200) note_failure("viewer: status %d: %.*s", v->response.status, (int)(length > 160 ? 160 : length), from);
    else if (config.flushes) compressed_bytes(v, from, length);
    else sse_bytes(v, from, length);
}

/* ---- viewers ----------------------------------------------------------------------------------------------------- */

static void viewer_closed(struct viewer *v, bool failed) {
    if (v->link == CONNECTING) phase.connecting--;
    close(v->fd);
    v->fd = -1;
    v->link = CLOSED;
    if (!v->ready) {
        v->ready = true;
        phase.unready--;
        failed = true;
    }
    if (phase.expect && !v->done) {
        v->done = true;
        phase.unfinished--;
    }
    if (failed) phase.failed++;
    else phase.closed++;
}

static void viewer_readable(struct viewer *v) {
    for (;;) {
        ssize_t size = recv(v->fd, read_buffer, sizeof read_buffer, 0);
        if (size < 0) {
            if (errno == EAGAIN) return;
            note_failure("viewer: %s", strerror(errno));
            viewer_closed(v, false);
            return;
        }
        if (!size) {
            viewer_closed(v, false);
            return;
        }
        received_at = now_ns();
        enum stage before = v->response.stage;
        response_bytes(&v->response, v, read_buffer, (size_t)size);
        if (v->response.stage == BROKEN || v->response.stage == COMPLETE ||
            (v->response.stage > HEADER && v->response.status != 200)) {
            if (v->response.status != 200) note_failure("viewer: status %d", v->response.status);
            if (v->response.stage == BROKEN) phase.protocol_errors++;
            viewer_closed(v, v->response.status != 200);
            return;
        }
        if (before <= HEADER && v->response.stage > HEADER && !config.ready_event && !config.flushes) viewer_ready(v);
        if (size < (ssize_t)sizeof read_buffer) return;  /* level-triggered: what comes later wakes us again */
    }
}

static void send_all(int fd, const char *from, size_t length, const char *what) {
    /* A request is far smaller than an empty send buffer; a short write here is a broken connection. */
    ssize_t sent = send(fd, from, length, MSG_NOSIGNAL);
    if (sent != (ssize_t)length) die("%s: cannot send a request: %s", what, sent < 0 ? strerror(errno) : "short write");
}

static void viewer_request(struct viewer *v, bool resume) {
    char request[8192], resume_header[ID_SIZE + 32] = "";
    if (resume) snprintf(resume_header, sizeof resume_header, "Last-Event-ID: %s\r\n", v->last_id);
    int length = snprintf(request, sizeof request,
                          "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/event-stream\r\n%s%s\r\n", config.path,
                          config.port, config.viewer_headers, resume_header);
    send_all(v->fd, request, (size_t)length, "viewer");
}

static int open_socket(int index) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0) die("socket: %s (open files are limited to what `ulimit -n` says)", strerror(errno));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (index >= PER_SOURCE) {
        struct sockaddr_in source = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)(index / PER_SOURCE))};
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        if (bind(fd, (struct sockaddr *)&source, sizeof source)) die("bind: %s", strerror(errno));
    }
    return fd;
}

static int start_connect(int fd) {
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)config.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return connect(fd, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS ? -1 : 0;
}

static void watch(int operation, int fd, uint32_t interest, void *what) {
    struct epoll_event event = {.events = interest, .data.ptr = what};
    if (epoll_ctl(poller, operation, fd, &event)) die("epoll_ctl: %s", strerror(errno));
}

static void connect_more(void) {
    while (phase.next_connect < phase.target && phase.connecting < config.window) {
        struct viewer *v = &viewers[phase.next_connect++];
        v->fd = open_socket(v->index);
        v->link = CONNECTING;
        phase.connecting++;
        if (start_connect(v->fd)) {
            note_failure("connect: %s", strerror(errno));
            viewer_closed(v, true);
        } else {
            watch(EPOLL_CTL_ADD, v->fd, EPOLLOUT, v);
        }
    }
}

static void viewer_event(struct viewer *v, uint32_t what) {
    if (v->link == CONNECTING) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(v->fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error) {
            note_failure("connect: %s", strerror(error));
            viewer_closed(v, true);
        } else {
            v->link = OPEN;
            phase.connecting--;
            watch(EPOLL_CTL_MOD, v->fd, EPOLLIN, v);
            viewer_request(v, phase.resume);
        }
        connect_more();
    } else if (v->link == OPEN && what) {
        viewer_readable(v);
    }
}

/* ---- the publisher ----------------------------------------------------------------------------------------------- */

static void arm_timer(uint64_t at) {
    struct itimerspec when = {.it_value = {.tv_sec = (time_t)(at / SECOND), .tv_nsec = (long)(at % SECOND)}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

/* Copies a template, putting the time a request was due for {t} and its number for {n}. */
static size_t fill(char *to, size_t room, const char *from, uint64_t due, uint64_t number) {
    size_t length = 0;
    for (; *from; from++) {
        if (length + 24 > room) die("a request of more than %zu bytes", room);
        if (!strncmp(from, "{t}", 3)) {
            length += (size_t)sprintf(to + length, "%020" PRIu64, due);
            from += 2;
        } else if (!strncmp(from, "{n}", 3)) {
            length += (size_t)sprintf(to + length, "%08" PRIu64, number);
            from += 2;
        } else {
            to[length++] = *from;
        }
    }
    to[length] = 0;
    return length;
}

static void publish_one(struct publisher *p, uint64_t due) {
    static char path[4096], body[1 << 20], request[(1 << 20) + 8192];
    uint64_t number = phase.first_mark + phase.next++;
    const struct template *t = &script[number % script_size];
    fill(path, sizeof path, t->path, due, number);
    size_t size = fill(body, sizeof body, t->body, due, number);
    int head = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%sContent-Length: %zu\r\n\r\n",
                        t->method, path, config.port, config.publisher_headers, size);
    memcpy(request + head, body, size);
    p->busy = true;
    p->due = due;
    p->sent = now_ns();
    response_reset(&p->response);
    send_all(p->fd, request, (size_t)head + size, "publisher");
}

static void publish_due(void) {
    uint64_t now = now_ns();
    for (int i = 0; i < config.publishers && phase.next < phase.requests; i++) {
        if (publishers[i].busy) continue;
        uint64_t due = phase.rate ? phase.began + phase.next * SECOND / phase.rate : now_ns();
        if (due > now && phase.rate) {
            arm_timer(due);
            return;
        }
        publish_one(&publishers[i], due);
    }
    /* All connections are busy or all is sent: the next answer calls us again. */
}

static void publisher_readable(struct publisher *p) {
    ssize_t size = recv(p->fd, read_buffer, sizeof read_buffer, 0);
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) die("the server closed the publisher's connection");
    response_bytes(&p->response, NULL, read_buffer, (size_t)size);
    if (p->response.stage == BROKEN) die("the publisher cannot read the answer");
    if (p->response.stage != COMPLETE) return;
    uint64_t now = now_ns();
    p->busy = false;
    phase.answered++;
    if (p->response.status < 200 || p->response.status > 299) {
        phase.refused++;
        note_failure("publisher: status %d: %.*s", p->response.status, (int)(size > 400 ? 400 : size), read_buffer);
    }
    record(&phase.request, now - p->due);
    record(&phase.service, now - p->sent);
    publish_due();
}

static void open_publishers(void) {
    for (int i = 0; i < config.publishers; i++) {
        struct publisher *p = &publishers[i];
        if (p->kind == PUBLISHER) continue;
        p->kind = PUBLISHER;
        p->fd = open_socket(0);
        fcntl(p->fd, F_SETFL, 0);
        if (start_connect(p->fd)) die("publisher: %s", strerror(errno));
        fcntl(p->fd, F_SETFL, O_NONBLOCK);
        watch(EPOLL_CTL_ADD, p->fd, EPOLLIN, p);
    }
}

/* ---- the loop ---------------------------------------------------------------------------------------------------- */

static bool command_waiting;

static void turn(int timeout_ms) {
    struct epoll_event batch[BATCH];
    int count = epoll_wait(poller, batch, BATCH, timeout_ms);
    if (count < 0 && errno != EINTR) die("epoll_wait: %s", strerror(errno));
    for (int i = 0; i < count; i++) {
        enum kind kind = *(enum kind *)batch[i].data.ptr;
        if (kind == VIEWER) {
            viewer_event(batch[i].data.ptr, batch[i].events);
        } else if (kind == PUBLISHER) {
            publisher_readable(batch[i].data.ptr);
        } else if (kind == TIMER) {
            uint64_t expirations;
            if (read(timer, &expirations, sizeof expirations) > 0) publish_due();
        } else if (kind == STALLED) {
            struct viewer *v = batch[i].data.ptr;
            close(v->fd);
            v->link = CLOSED;
            stalled_closed++;
        } else {
            command_waiting = true;
        }
    }
}

static bool until(bool (*finished)(void), uint64_t deadline) {
    while (!finished()) {
        uint64_t now = now_ns();
        if (now >= deadline) return false;
        uint64_t left = (deadline - now) / 1000000 + 1;
        turn(left > 1000 ? 1000 : (int)left);
    }
    return true;
}

static bool all_ready(void) { return phase.next_connect == phase.target && phase.unready <= 0; }
static bool all_delivered(void) { return phase.answered == phase.requests && phase.unfinished <= 0; }
/* Who resumes gets no `state`, so nobody becomes ready: having everything is the end of it. */
static bool all_resumed(void) { return phase.next_connect == phase.target && phase.unfinished <= 0; }

static void begin_phase(uint64_t expect, uint64_t marks) {
    uint64_t first = phase.first_mark + phase.next;
    memset(&phase, 0, sizeof phase);
    phase.first_mark = first;
    phase.expect = expect;
    phase.marks = marks;
    phase.target = phase.next_connect = viewer_count;
    for (int i = 0; i < event_names; i++) events[i].frames = 0;
    for (int i = 0; i < viewer_count; i++) {
        struct viewer *v = &viewers[i];
        v->bytes = v->counted = v->gaps = v->repeats = 0;
        free(v->seen);
        v->seen = marks ? checked(calloc(1, (size_t)marks / 8 + 1)) : NULL;
        v->done = !expect || v->link != OPEN;
        if (!v->done) phase.unfinished++;
    }
    first_failure[0] = 0;
    phase.cpu_began = own_cpu();
    phase.began = now_ns();
}

static void begin_connect(int count, bool resume) {
    for (int i = 0; i < count; i++) {
        struct viewer *v = &viewers[i];
        v->kind = VIEWER;
        v->index = i;
        v->ready = false;
        v->event = -1;
        v->has_data = v->has_id = false;
        v->line_length = 0;
        if (!resume) v->has_sequence = false, v->last_id[0] = 0;
        response_reset(&v->response);
        v->done = !phase.expect;
    }
    viewer_count = count;
    phase.resume = resume;
    phase.unready = count;
    phase.unfinished = phase.expect ? count : 0;
    phase.target = count;
    phase.next_connect = 0;
    connect_more();
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

static void print_histogram(const char *name, const struct histogram *h) {
    printf(", \"%s\": {\"count\": %" PRIu64 ", \"mean\": %" PRIu64 ", \"p50\": %" PRIu64 ", \"p90\": %" PRIu64
           ", \"p99\": %" PRIu64 ", \"max\": %" PRIu64 "}",
           name, h->count, h->count ? h->sum / h->count : 0, percentile(h, 0.5), percentile(h, 0.9), percentile(h, 0.99), h->max);
}

static void write_dumps(void) {
    for (int i = 0; i < viewer_count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%d.gz", config.dump, i);
        FILE *file = fopen(path, "wb");
        if (!file || fwrite(viewers[i].raw, 1, viewers[i].raw_length, file) != viewers[i].raw_length || fclose(file))
            die("cannot write %s", path);
    }
}

static void answer(const char *what, bool in_time) {
    uint64_t deliveries = 0, missing = 0, bytes = 0, gaps = 0, repeats = 0, least = UINT64_MAX, most = 0;
    int open = 0, exact = 0;
    phase.ended = now_ns();
    if (config.dump) write_dumps();  /* before the answer, upon which they are read */
    for (int i = 0; i < viewer_count; i++) {
        struct viewer *v = &viewers[i];
        open += v->link == OPEN;
        deliveries += v->counted;
        bytes += v->bytes;
        gaps += v->gaps;
        repeats += v->repeats;
        if (v->counted < phase.expect) missing += phase.expect - v->counted;
        exact += v->counted == phase.expect && !v->gaps && !v->repeats;
        if (v->counted < least) least = v->counted;
        if (v->counted > most) most = v->counted;
    }
    printf("{\"command\": \"%s\", \"in_time\": %s, \"wall\": %" PRIu64 ", \"load_cpu\": %" PRIu64
           ", \"viewers\": %d, \"open\": %d, \"failed\": %d, \"closed\": %d, \"deliveries\": %" PRIu64 ", \"missing\": %" PRIu64
           ", \"least\": %" PRIu64 ", \"most\": %" PRIu64 ", \"exact\": %d, \"gaps\": %" PRIu64 ", \"repeats\": %" PRIu64
           ", \"stale\": %" PRIu64 ", \"protocol_errors\": %" PRIu64 ", \"bytes\": %" PRIu64
           ", \"requests\": %" PRIu64 ", \"refused\": %" PRIu64 ", \"stalled\": %d, \"stalled_closed\": %d, \"failure\": \"%s\"",
           what, in_time ? "true" : "false", phase.ended - phase.began, own_cpu() - phase.cpu_began, viewer_count, open,
           phase.failed, phase.closed, deliveries, missing, viewer_count ? least : 0, most, exact, gaps, repeats, phase.stale,
           phase.protocol_errors, bytes, phase.answered, phase.refused, stalled_count, stalled_closed, first_failure);
    print_histogram("latency", &phase.latency);
    print_histogram("request", &phase.request);
    print_histogram("service", &phase.service);
    printf(", \"frames\": {");
    for (int i = 0, first = 1; i < event_names; i++)
        if (events[i].frames) printf("%s\"%s\": %" PRIu64, first ? first = 0, "" : ", ", events[i].name, events[i].frames);
    printf("}}\n");
    fflush(stdout);
}

/* ---- commands ---------------------------------------------------------------------------------------------------- */

static void command_connect(int count, double timeout) {
    if (viewer_count) die("connect: viewers are there already");
    if (count > viewer_slots) {
        viewers = checked(calloc((size_t)count, sizeof *viewers));
        viewer_slots = count;
    }
    begin_phase(0, 0);
    begin_connect(count, false);
    bool in_time = until(all_ready, phase.began + (uint64_t)(timeout * 1e9));
    answer("connect", in_time);
}

static void command_publish(uint64_t requests, uint64_t rate, uint64_t expect, double timeout) {
    if (!script_size) die("publish: no --script");
    open_publishers();
    begin_phase(viewer_count ? expect : 0, requests);
    phase.requests = requests;
    phase.rate = rate;
    publish_due();
    answer("publish", until(all_delivered, phase.began + (uint64_t)(timeout * 1e9)));
}

static void command_resume(uint64_t expect, double timeout) {
    int count = viewer_count;
    for (int i = 0; i < count; i++)
        if (viewers[i].link == OPEN) die("resume: disconnect first");
    uint64_t first = phase.first_mark, marks = phase.marks, next = phase.next;
    begin_phase(expect, 0);
    /* What was published while nobody listened is what is expected now. */
    phase.first_mark = first;
    phase.marks = marks;
    phase.next = next;
    for (int i = 0; i < count; i++) viewers[i].seen = checked(calloc(1, (size_t)marks / 8 + 1));
    begin_connect(count, true);
    answer("resume", until(all_resumed, phase.began + (uint64_t)(timeout * 1e9)));
}

static void command_disconnect(void) {
    for (int i = 0; i < viewer_count; i++)
        if (viewers[i].link == OPEN) {
            close(viewers[i].fd);
            viewers[i].link = CLOSED;
        }
    answer("disconnect", true);
}

static void command_stall(int count) {
    for (int i = 0; i < count; i++) {
        struct viewer *v = checked(calloc(1, sizeof *v));
        v->kind = STALLED;
        v->fd = open_socket(0);
        int small = 4096;  /* the reader's side of the pipe is short, so that what is not read stays with the server */
        setsockopt(v->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        fcntl(v->fd, F_SETFL, 0);
        if (start_connect(v->fd)) die("stall: %s", strerror(errno));
        viewer_request(v, false);
        fcntl(v->fd, F_SETFL, O_NONBLOCK);
        watch(EPOLL_CTL_ADD, v->fd, EPOLLRDHUP, v);
        stalled_count++;
    }
    answer("stall", true);
}

static bool has_command(void) { return command_waiting; }

static void obey(char *line) {
    int count;
    uint64_t first, second, third;
    double timeout;
    if (sscanf(line, "connect %d %lf", &count, &timeout) == 2) command_connect(count, timeout);
    else if (sscanf(line, "publish %" SCNu64 " %" SCNu64 " %" SCNu64 " %lf", &first, &second, &third, &timeout) == 4) command_publish(first, second, third, timeout);
    else if (sscanf(line, "resume %" SCNu64 " %lf", &first, &timeout) == 2) command_resume(first, timeout);
    else if (sscanf(line, "stall %d", &count) == 1) command_stall(count);
    else if (!strncmp(line, "disconnect", 10)) command_disconnect();
    else if (!strncmp(line, "report", 6)) answer("report", true);
    else if (!strncmp(line, "quit", 4)) exit(0);
    else die("no such command: %s", line);
}

static void serve_commands(void) {
    char pending[4096];
    size_t length = 0;
    for (;;) {
        watch(EPOLL_CTL_MOD, 0, EPOLLIN | EPOLLONESHOT, &commands_kind);  /* the next command may lie there while one runs */
        until(has_command, UINT64_MAX);
        command_waiting = false;
        ssize_t size = read(0, pending + length, sizeof pending - 1 - length);
        if (size <= 0) exit(0);
        length += (size_t)size;
        pending[length] = 0;
        char *newline;
        while ((newline = strchr(pending, '\n'))) {
            *newline = 0;
            obey(pending);
            length -= (size_t)(newline + 1 - pending);
            memmove(pending, newline + 1, length + 1);
        }
    }
}

/* ---- start ------------------------------------------------------------------------------------------------------- */

static void read_script(const char *name) {
    FILE *file = fopen(name, "r");
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    if (!file) die("cannot read %s: %s", name, strerror(errno));
    while ((length = getline(&line, &size, file)) > 0) {
        if (line[length - 1] == '\n') line[length - 1] = 0;
        char *copy = checked(strdup(line)), *path = strchr(copy, '\t'), *body = path ? strchr(path + 1, '\t') : NULL;
        if (!body) die("%s: a line is METHOD<tab>PATH<tab>BODY", name);
        *path = *body = 0;
        script = checked(realloc(script, (script_size + 1) * sizeof *script));
        script[script_size++] = (struct template){copy, path + 1, body + 1};
    }
    free(line);
    fclose(file);
    if (!script_size) die("%s is empty", name);
}

static void usage(void) {
    fputs("load --port P --path PATH [options], commands on stdin\n"
          "  --header 'K: V'            header of every viewer (repeatable)\n"
          "  --publisher-header 'K: V'  header of every publisher's request (repeatable)\n"
          "  --script FILE              requests, one a line: METHOD<tab>PATH<tab>BODY, with {t} and {n}; taken in turn\n"
          "  --publishers C             kept-alive connections that share the publishing (default 1)\n"
          "  --event NAME               count only this event (repeatable)\n"
          "  --count marks|frames       what a delivery is (default marks)\n"
          "  --check-ids                ids are <epoch>-<seq>: count gaps and repeats\n"
          "  --ready-event NAME         a viewer is connected when it has this event\n"
          "  --flushes K [--dump DIR]   compressed viewers: connected after K full flushes; keep the bytes in DIR\n"
          "  --window W                 connects under way at once (default 256)\n", stderr);
    exit(2);
}

static void add_header(char *headers, size_t room, const char *header) {
    size_t used = strlen(headers);
    if ((size_t)snprintf(headers + used, room - used, "%s\r\n", header) >= room - used) die("too many headers");
}

int main(int argc, char **argv) {
    static const struct option options[] = {
        {"port", 1, 0, 'p'}, {"path", 1, 0, 'a'}, {"header", 1, 0, 'h'}, {"publisher-header", 1, 0, 'H'}, {"script", 1, 0, 's'},
        {"publishers", 1, 0, 'c'}, {"event", 1, 0, 'e'}, {"count", 1, 0, 'k'}, {"check-ids", 0, 0, 'i'}, {"ready-event", 1, 0, 'r'},
        {"flushes", 1, 0, 'f'}, {"dump", 1, 0, 'd'}, {"window", 1, 0, 'w'}, {0}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'p': config.port = atoi(optarg); break;
        case 'a': config.path = optarg; break;
        case 'h': add_header(config.viewer_headers, sizeof config.viewer_headers, optarg); break;
        case 'H': add_header(config.publisher_headers, sizeof config.publisher_headers, optarg); break;
        case 's': read_script(optarg); break;
        case 'c': config.publishers = atoi(optarg); break;
        case 'e':
            if (config.event_count == 16) die("too many --event");
            config.events[config.event_count++] = optarg;
            break;
        case 'k': config.count_frames = !strcmp(optarg, "frames"); break;
        case 'i': config.check_ids = true; break;
        case 'r': config.ready_event = optarg; break;
        case 'f': config.flushes = atoi(optarg); break;
        case 'd': config.dump = optarg; break;
        case 'w': config.window = atoi(optarg); break;
        default: usage();
        }
    }
    if (!config.port || !config.path || config.publishers < 1 || config.publishers > MAX_PUBLISHERS) usage();
    if (config.ready_event) ready_event = intern(config.ready_event, strlen(config.ready_event));

    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if ((poller = epoll_create1(EPOLL_CLOEXEC)) < 0) die("epoll_create1: %s", strerror(errno));
    if ((timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) < 0) die("timerfd_create: %s", strerror(errno));
    watch(EPOLL_CTL_ADD, timer, EPOLLIN, &timer_kind);
    watch(EPOLL_CTL_ADD, 0, EPOLLIN | EPOLLONESHOT, &commands_kind);
    serve_commands();
}
