#include "view/view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "actions.h"
#include "scenario/event_write.h"
#include "view/hands.h"
#include "view/layout.h"
#include "view/screen.h"
#include "view/take.h"
#include "world/supply.h"

#define DRAW_S 0.05
#define LATE_S 0.5    /* who is later than this does not try to catch up */
#define REACHED_S 1.0 /* how fast it runs is measured over this long */

struct view {
    struct grid grid;
    struct view_model model;
    struct hands hands;
    struct layout_place place;
    FILE *said;
    char *said_text;
    size_t said_size;
    double drawn_s;     /* wall clock of the last drawing */
    double base_wall_s; /* the pace is kept from here on */
    double base_s;
    double reached_wall_s;
    double reached_s;
};

static double wall_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double simulated_s(const struct run *r)
{
    return (double)r->chain.now_ps * 1e-12;
}

/* ---- messages ----------------------------------------------------------------------------------- */

static void add_message(struct view_model *m, const char *text, size_t length)
{
    if (m->messages == VIEW_MESSAGES) {
        memmove(m->message, m->message + 1, (VIEW_MESSAGES - 1) * sizeof m->message[0]);
        m->messages--;
    }
    snprintf(m->message[m->messages++], VIEW_TEXT_MAX, "%.*s", (int)length, text);
}

void view_print(struct view *v, const char *lines)
{
    fputs(lines, v->said);
    while (*lines != '\0') {
        size_t length = strcspn(lines, "\n");
        add_message(&v->model, lines, length);
        lines += length + (lines[length] == '\n');
    }
}

void view_note(struct view *v, const struct run *r, const struct event *event)
{
    char line[VIEW_TEXT_MAX] = "";
    FILE *out = event->kind == EVENT_PRINT ? NULL : fmemopen(line, sizeof line - 1, "w");

    hands_note(&v->hands, event);
    if (!out)
        return;
    fprintf(out, "%8.2f s  ", simulated_s(r));
    event_write(out, event);
    fputc('\n', out);
    fclose(out);
    view_print(v, line);
}

/* ---- pace --------------------------------------------------------------------------------------- */

static void set_base(struct view *v, const struct run *r)
{
    v->base_wall_s = wall_s();
    v->base_s = simulated_s(r);
}

/* Seconds that the run is ahead of its pace. */
static double ahead_s(struct view *v, const struct run *r)
{
    double speed = hands_speed(&v->hands);
    double ahead;

    if (isinf(speed))
        return 0.0;
    ahead = (simulated_s(r) - v->base_s) / speed - (wall_s() - v->base_wall_s);
    if (ahead < -LATE_S)
        set_base(v, r);
    return ahead;
}

static void measure_reached(struct view *v, const struct run *r)
{
    double now_s = wall_s();

    if (now_s - v->reached_wall_s < REACHED_S)
        return;
    v->model.reached = (simulated_s(r) - v->reached_s) / (now_s - v->reached_wall_s);
    v->reached_wall_s = now_s;
    v->reached_s = simulated_s(r);
}

/* ---- keys --------------------------------------------------------------------------------------- */

static void do_key(struct view *v, struct run *r, int key)
{
    struct hands *h = &v->hands;
    int speed = h->speed;
    bool paused = h->paused;
    struct event e;

    if (hands_key(h, key, r->chain.wire[h->chosen].broken, world_cell_temp_c(r->world, h->chosen),
                  &v->place, &e)) {
        e.t_s = simulated_s(r);
        action_do(r, &e);
    }
    if (speed != h->speed || paused != h->paused)
        set_base(v, r);
}

static void look_only(struct view *v, int key)
{
    struct event ignored;

    if (key == 'q' || key >= VIEW_KEY_UP)
        hands_key(&v->hands, key, false, 0.0, &v->place, &ignored);
}

static void read_keys(struct view *v, struct run *r, bool over)
{
    int key;

    while ((key = screen_key()) != VIEW_KEY_NONE && !v->hands.quit) {
        if (over)
            look_only(v, key);
        else
            do_key(v, r, key);
    }
    v->hands.quit = v->hands.quit || screen_ended();
}

/* ---- drawing ------------------------------------------------------------------------------------ */

static void draw(struct view *v, const struct run *r, enum view_state state)
{
    int cols, rows;

    screen_size(&cols, &rows);
    if (!grid_resize(&v->grid, cols, rows))
        return;
    measure_reached(v, r);
    take_model(&v->model, r, &v->hands);
    v->model.state = state;
    v->model.speed = hands_speed(&v->hands);
    v->place = layout_draw(&v->grid, &v->model);
    screen_show(&v->grid);
    v->drawn_s = wall_s();
}

bool view_step(struct view *v, struct run *r)
{
    for (;;) {
        double ahead;

        if (wall_s() - v->drawn_s >= DRAW_S) {
            read_keys(v, r, false);
            draw(v, r, v->hands.paused ? VIEW_PAUSED : VIEW_RUNS);
        }
        if (v->hands.quit)
            return false;
        ahead = v->hands.paused ? DRAW_S : ahead_s(v, r);
        if (ahead <= 0.0)
            return true;
        screen_wait(fmin(ahead, DRAW_S));
    }
}

void view_linger(struct view *v, struct run *r)
{
    enum view_state state = r->crashed_board ? VIEW_CRASHED : VIEW_ENDED;

    while (!v->hands.quit) {
        read_keys(v, r, true);
        draw(v, r, state);
        screen_wait(DRAW_S);
    }
}

/* ---- opening and closing ------------------------------------------------------------------------ */

/* What was set before, in a run that goes on. */
static void take_over(struct hands *h, const struct run *r)
{
    const struct supply *supply = world_supply(r->world);

    h->load_a = supply->load_a;
    h->charger_a = supply->charger_a;
    if (supply->charger_a > 0.0)
        h->charger_v = supply->charger_v / r->chain.cells;
    h->switches = r->chain.board[0].switches;
}

struct view *view_open(const struct run *r, struct err *err)
{
    const struct options *o = r->options;
    const struct chemistry_info *chemistry = chemistry_info(o->chemistry);
    struct view *v = calloc(1, sizeof *v);

    if (!v || !(v->said = open_memstream(&v->said_text, &v->said_size))) {
        free(v);
        err_set(err, "out of memory");
        return NULL;
    }
    hands_init(&v->hands, o->cells, o->capacity_ah,
               (chemistry->vbalance_mv + chemistry->vmax_mv) / 2000.0, o->switches);
    take_over(&v->hands, r);
    if (screen_open(err)) {
        v->reached_wall_s = wall_s();
        set_base(v, r);
        return v;
    }
    fclose(v->said);
    free(v->said_text);
    free(v);
    return NULL;
}

void view_close(struct view *v)
{
    if (!v)
        return;
    screen_close();
    fclose(v->said);
    fputs(v->said_text, stdout);
    free(v->said_text);
    grid_free(&v->grid);
    free(v);
}
