#include "outside.h"

#include <errno.h>
#include <string.h>

#define EXT_BAUD 9600.0
#define FRAME_GAP_PS 20000000000LL /* 20 ms of silence end a frame */
#define AHEAD_PS 20000000000LL     /* bytes are put on the wire this far ahead */

/* ---- extended data output ------------------------------------------------------------------------- */

static void end_frame(struct ext_reader *r)
{
    if (r->log && r->frame_size > 0) {
        fprintf(r->log, "%.6f ", (double)r->frame_ps * 1e-12);
        for (int i = 0; i < r->frame_size; i++)
            fprintf(r->log, "%02x", r->frame[i]);
        fprintf(r->log, " %.6f%s\n", (double)(r->heard_ps - r->frame_ps) * 1e-12,
                r->frame_errors ? " framing" : "");
    }
    r->frame_size = 0;
    r->frame_errors = 0;
}

static void hear_ext(struct ext_reader *r, int64_t now_ps)
{
    struct serial_byte byte;

    while (serial_hear(&r->ear, now_ps, &byte)) {
        if (r->frame_size > 0 &&
            (byte.at_ps - r->heard_ps > FRAME_GAP_PS || r->frame_size == OUTSIDE_FRAME_MAX))
            end_frame(r);
        if (r->frame_size == 0)
            r->frame_ps = byte.at_ps;
        r->frame[r->frame_size++] = byte.value;
        r->frame_errors += byte.framing_error;
        r->heard_ps = byte.at_ps;
        pty_write(&r->pty, byte.value);
    }
    if (now_ps - r->heard_ps > FRAME_GAP_PS)
        end_frame(r);
}

static bool open_ext(struct ext_reader *r, struct ext_pin *pin, const char *pty, const char *log,
                     struct err *err)
{
    serial_ear_init(&r->ear, &pin->wire, EXT_BAUD);
    if (log) {
        r->log = fopen(log, "w");
        if (!r->log)
            return err_set(err, "%s: cannot write: %s", log, strerror(errno));
    }
    return !pty || pty_open(&r->pty, pty, err);
}

static void close_ext(struct ext_reader *r)
{
    if (r->log)
        fclose(r->log);
    pty_close(&r->pty);
}

/* ---- app port ------------------------------------------------------------------------------------- */

static void take_char(struct outside *o, uint8_t c, int64_t at_ps)
{
    if (c != '\r' && c != '\n') {
        if (o->line_size < OUTSIDE_LINE_MAX - 1)
            o->line[o->line_size++] = (char)c;
        return;
    }
    o->line[o->line_size] = '\0';
    if (o->line_size > 0 && o->scenario)
        scenario_app_line(o->scenario, (double)at_ps * 1e-12, o->line);
    o->line_size = 0;
}

static void hear_app(struct outside *o, int64_t now_ps)
{
    struct serial_byte byte;

    while (serial_hear(&o->app, now_ps, &byte)) {
        pty_write(&o->app_pty, byte.value);
        take_char(o, byte.framing_error ? '?' : byte.value, byte.at_ps);
    }
}

static void send_typed(struct outside *o, int64_t now_ps)
{
    size_t sent = 0;

    o->typed_size +=
        pty_read(&o->app_pty, o->typed + o->typed_size, sizeof o->typed - o->typed_size);
    while (sent < o->typed_size && o->mouth.free_ps < now_ps + AHEAD_PS)
        serial_say(&o->mouth, now_ps, o->typed[sent++]);
    memmove(o->typed, o->typed + sent, o->typed_size - sent);
    o->typed_size -= sent;
}

void outside_type(struct outside *o, const char *line)
{
    size_t length = strlen(line);

    if (o->typed_size + length + 1 > sizeof o->typed)
        return;
    memcpy(o->typed + o->typed_size, line, length);
    o->typed_size += length;
    o->typed[o->typed_size++] = '\r';
}

/* ---- all ------------------------------------------------------------------------------------------ */

void outside_step(struct outside *o, int64_t now_ps)
{
    hear_ext(&o->ext_begin, now_ps);
    hear_ext(&o->ext_end, now_ps);
    hear_app(o, now_ps);
    send_typed(o, now_ps);
}

bool outside_open(struct outside *o, struct chain *chain, const struct options *options,
                  struct scenario *scenario, struct err *err)
{
    struct board *begin = &chain->board[0];
    struct board *end = &chain->board[chain->cells - 1];

    *o = (struct outside){ .ports = end->ports, .scenario = scenario };
    o->ext_begin.pty = o->ext_end.pty = o->app_pty = (struct pty){ .fd = -1, .other = -1 };
    if (!o->ports)
        return err_set(err, "out of memory");
    serial_ear_init(&o->app, &o->ports->app_out, options->app_baud);
    serial_mouth_init(&o->mouth, &o->ports->app_in, options->app_baud);
    return open_ext(&o->ext_begin, &begin->ext, options->ext_begin_path,
                    options->ext_begin_log_path, err) &&
           open_ext(&o->ext_end, &end->ext, options->ext_path, options->ext_log_path, err) &&
           (!options->app_path || pty_open(&o->app_pty, options->app_path, err));
}

void outside_close(struct outside *o)
{
    if (!o->ports)
        return;
    close_ext(&o->ext_begin);
    close_ext(&o->ext_end);
    pty_close(&o->app_pty);
}

/* ---- state ---------------------------------------------------------------------------------------- */

static void ext_state(struct ext_reader *r, struct state *s)
{
    uint32_t size = (uint32_t)r->frame_size;

    STATE(s, r->ear.from_ps);
    state_count(s, "frame_size", &size, OUTSIDE_FRAME_MAX);
    r->frame_size = (int)size;
    state_bytes(s, "frame", r->frame, size);
    STATE(s, r->frame_ps);
    STATE(s, r->heard_ps);
    STATE(s, r->frame_errors);
}

void outside_state(struct outside *o, struct state *s)
{
    uint32_t typed = (uint32_t)o->typed_size;
    uint32_t line = (uint32_t)o->line_size;

    ext_state(&o->ext_begin, s);
    ext_state(&o->ext_end, s);
    STATE(s, o->app.from_ps);
    STATE(s, o->mouth.free_ps);
    state_count(s, "typed_size", &typed, OUTSIDE_TYPED_MAX);
    state_bytes(s, "typed", o->typed, typed);
    o->typed_size = typed;
    state_count(s, "line_size", &line, OUTSIDE_LINE_MAX - 1);
    state_bytes(s, "line", o->line, line);
    o->line_size = (int)line;
}
