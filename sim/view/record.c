#include "view/record.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/event_write.h"

static void option(FILE *out, const char *name, double value)
{
    fprintf(out, " --%s=", name);
    event_write_number(out, value, 100.0);
}

/* What a scenario has no word for. */
static void put_command(FILE *out, const struct options *o)
{
    struct setting row;

    fprintf(out, "# bms-sim --scenario=THIS-FILE");
    option(out, "clock-spread", o->clock_spread);
    if (!isnan(o->clock_begin))
        option(out, "clock-begin", o->clock_begin);
    if (!isnan(o->clock_end))
        option(out, "clock-end", o->clock_end);
    if (!o->calibrated)
        fprintf(out, " --uncalibrated");
    if (o->rig)
        fprintf(out, " --calibrate=ring");
    for (uint8_t id = 1; setting_row(id, &row); id++)
        if (o->setting_given[id - 1])
            fprintf(out, " --set=%s=%d", row.name, (int)o->setting[id - 1]);
    fputc('\n', out);
}

static void setting(FILE *out, const char *name, double value)
{
    fprintf(out, "set %s ", name);
    event_write_number(out, value, 1.0);
    fputc('\n', out);
}

static void put_path(FILE *out, const char *path)
{
    char absolute[PATH_MAX];

    fputs(realpath(path, absolute) ? absolute : path, out);
}

void record_begin(struct record *r, const struct options *o, const struct scenario *scenario)
{
    const char *recording = scenario ? scenario_recording_path(scenario) : NULL;
    FILE *out = r->out;

    r->scenario_path = o->scenario_path;
    put_command(out, o);
    fprintf(out, "set cells %d\nset chemistry %s\n", o->cells, chemistry_info(o->chemistry)->name);
    setting(out, "capacity", o->capacity_ah);
    setting(out, "soc", o->soc);
    setting(out, "spread", o->spread);
    setting(out, "ambient", o->ambient_c);
    fprintf(out, "set switches ");
    for (int i = 0; i < 8; i++)
        fputc(o->switches & (0x80 >> i) ? '1' : '0', out);
    fprintf(out, "\nset mode %s\nset sensors %d\nset passes %d\nset seed %llu\n",
            o->critical ? "critical" : "normal", o->sensors, o->passes,
            (unsigned long long)o->seed);
    if (!recording)
        return;
    fprintf(out, "replay ");
    put_path(out, recording);
    fputc('\n', out);
}

/* Its file is named from the folder of the scenario; the record may be elsewhere. */
static void make_absolute(const struct record *r, struct event *e)
{
    const char *slash = r->scenario_path ? strrchr(r->scenario_path, '/') : NULL;
    int folder = slash && e->text[0] != '/' ? (int)(slash - r->scenario_path) + 1 : 0;
    char absolute[PATH_MAX];
    char path[PATH_MAX];

    if (e->text[0] == '\0')
        return;
    snprintf(path, sizeof path, "%.*s%s", folder, r->scenario_path, e->text);
    if (realpath(path, absolute) && strlen(absolute) < sizeof e->text)
        memcpy(e->text, absolute, strlen(absolute) + 1);
}

void record_event(struct record *r, const struct event *event, double now_s)
{
    struct event e = *event;

    if (e.kind == EVENT_PROFILE)
        make_absolute(r, &e);
    fprintf(r->out, "at %.2f ", now_s);
    event_write(r->out, &e);
    fputc('\n', r->out);
    fflush(r->out);
}

void record_end(struct record *r, double now_s)
{
    fprintf(r->out, "set duration %.2f\n", now_s);
    fclose(r->out);
    r->out = NULL;
}
