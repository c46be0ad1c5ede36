#include "world/replay.h"

static double recorded_time_s(const struct replay *replay, double now_s)
{
    return replay->recording->time_s[0] + (now_s - replay->start_s);
}

/* Column of a table with `width` values per row, at the playhead. */
static double at_playhead(const struct replay *replay, const double *table, int width, int column)
{
    const double *row = table + replay->row * (size_t)width + (size_t)column;

    if (replay->fraction <= 0.0)
        return row[0];
    return row[0] + replay->fraction * (row[width] - row[0]);
}

void replay_start(struct replay *replay, const struct recording *recording, double now_s)
{
    *replay = (struct replay){ .recording = recording, .start_s = now_s };
}

void replay_seek(struct replay *replay, double now_s)
{
    const struct recording *rec = replay->recording;

    replay->row =
        timeline_find(rec->time_s, rec->n, recorded_time_s(replay, now_s), &replay->fraction);
}

double replay_cell_v(const struct replay *replay, int cell)
{
    const struct recording *rec = replay->recording;

    if (cell >= rec->cells)
        return 0.0;
    return at_playhead(replay, rec->mv, rec->cells, cell) / 1000.0;
}

double replay_cell_temp_c(const struct replay *replay, int cell)
{
    const struct recording *rec = replay->recording;
    int last = rec->cells - 1;
    int index = recording_temp_index(rec, cell < last ? cell : last);

    return at_playhead(replay, rec->temp_c, rec->temps, index);
}

double replay_current_a(const struct replay *replay, double now_s)
{
    const struct recording *rec = replay->recording;
    struct series current = { .time_s = rec->time_s, .value = rec->current_a, .n = rec->n };

    return series_at(&current, recorded_time_s(replay, now_s));
}

void replay_state(struct replay *replay, struct state *s)
{
    STATE(s, replay->start_s);
    STATE(s, replay->row);
    STATE(s, replay->fraction);
}
