#include "outside.h"

#include <errno.h>
#include <string.h>

#define EXT_BAUD 9600.0
#define FRAME_GAP_PS 20000000000LL /* 20 ms of silence end a frame */
#define AHEAD_PS 20000000000LL     /* bytes are put on the wire this far ahead */

/* ---- extended data output ------------------------------------------------------------------------- */

static void end_frame(struct outside *o)
{
    if (o->ext_log && o->frame_size > 0) {
        fprintf(o->ext_log, "%.6f ", (double)o->frame_ps * 1e-12);
        for (int i = 0; i < o->frame_size; i++)
            fprintf(o->ext_log, "%02x", o->frame[i]);
        fprintf(o->ext_log, " %.6f%s\n", (double)(o->heard_ps - o->frame_ps) * 1e-12,
                o->frame_errors ? " framing" : "");
    }
    o->frame_size = 0;
    o->frame_errors = 0;
}

static void hear_ext(struct outside *o, int64_t now_ps)
{
    struct serial_byte byte;

    while (serial_hear(&o->ext, now_ps, &byte)) {
        if (o->frame_size > 0 &&
            (byte.at_ps - o->heard_ps > FRAME_GAP_PS || o->frame_size == OUTSIDE_FRAME_MAX))
            end_frame(o);
        if (o->frame_size == 0)
            o->frame_ps = byte.at_ps;
        o->frame[o->frame_size++] = byte.value;
        o->frame_errors += byte.framing_error;
        o->heard_ps = byte.at_ps;
        pty_write(&o->ext_pty, byte.value);
    }
    if (now_ps - o->heard_ps > FRAME_GAP_PS)
        end_frame(o);
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

/* ---- both ----------------------------------------------------------------------------------------- */

void outside_step(struct outside *o, int64_t now_ps)
{
    hear_ext(o, now_ps);
    hear_app(o, now_ps);
    send_typed(o, now_ps);
}

bool outside_open(struct outside *o, struct ports *ports, const struct options *options,
                  struct scenario *scenario, struct err *err)
{
    *o = (struct outside){ .ports = ports, .scenario = scenario };
    o->ext_pty = o->app_pty = (struct pty){ .fd = -1, .other = -1 };
    if (!ports)
        return err_set(err, "out of memory");
    serial_ear_init(&o->ext, &ports->ext, EXT_BAUD);
    serial_ear_init(&o->app, &ports->app_out, options->app_baud);
    serial_mouth_init(&o->mouth, &ports->app_in, options->app_baud);
    if (options->ext_log_path) {
        o->ext_log = fopen(options->ext_log_path, "w");
        if (!o->ext_log)
            return err_set(err, "%s: cannot write: %s", options->ext_log_path, strerror(errno));
    }
    return (!options->ext_path || pty_open(&o->ext_pty, options->ext_path, err)) &&
           (!options->app_path || pty_open(&o->app_pty, options->app_path, err));
}

void outside_close(struct outside *o)
{
    if (!o->ports)
        return;
    if (o->ext_log)
        fclose(o->ext_log);
    pty_close(&o->ext_pty);
    pty_close(&o->app_pty);
}
