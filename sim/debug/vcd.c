#include "debug/vcd.h"

#include <stdlib.h>
#include <string.h>

#define LATE_PS \
    1000000000LL /* an instruction that is under way at the end of a step may come later */
#define MODE_BITS 3
#define ID_FIRST '!'
#define ID_CHARS 94

enum signal { SIGNAL_IN, SIGNAL_OUT, SIGNAL_PIN, SIGNAL_MODE = SIGNAL_PIN + BOARD_PINS, SIGNALS };

struct change {
    int64_t at_ps;
    uint64_t order; /* of those at one time */
    int signal;
    uint8_t value;
};

/* One board. Its callbacks run in the thread of the board: what they note stays here until the step is
 * over. */
struct wave {
    struct vcd *vcd;
    struct board *board;
    int index;
    struct change *change;
    int changes;
    int room;
    int last[SIGNALS]; /* written last; -1: nothing */
    bool has[SIGNALS];
};

/* A wire that begins at a board: what is sent and what arrives. */
struct hop {
    struct wire_tap seen;
    struct wire_tap sent; /* only where it is another wire than `seen` */
    struct wire *sent_wire;
    bool was_broken; /* in the last step */
    bool wanted;
};

struct entry {
    struct change change;
    struct wave *wave;
};

struct vcd {
    FILE *out;
    struct chain *chain;
    struct wave *wave; /* of all boards; without a vcd: not wanted */
    struct hop *hop;   /* of all boards */
    struct entry *entry;
    int entries;
    int room;
    uint64_t order;
    int64_t written_ps; /* time that stands in the file; -1: none */
};

/* ---- noting ------------------------------------------------------------------------------------- */

static void note(struct wave *w, int64_t at_ps, int signal, uint8_t value)
{
    if (w->changes == w->room) {
        int room = w->room ? 2 * w->room : 64;
        struct change *all = realloc(w->change, (size_t)room * sizeof *all);
        if (!all)
            return;
        w->change = all;
        w->room = room;
    }
    w->change[w->changes++] = (struct change){ .at_ps = at_ps, .signal = signal, .value = value };
}

static void note_pins(struct wave *w, int64_t at_ps)
{
    for (int pin = 0; pin < BOARD_PINS; pin++)
        if (w->has[SIGNAL_PIN + pin])
            note(w, at_ps, SIGNAL_PIN + pin, board_pin_on(w->board, (enum board_pin)pin));
}

static void pin_moved(avr_irq_t *irq, uint32_t value, void *param)
{
    struct wave *w = param;

    (void)irq;
    (void)value;
    note_pins(w, mcu_now_ps(&w->board->mcu));
}

/* A chip in reset drives no pin. */
void vcd_mode(struct vcd *v, int board, enum mcu_mode mode, int64_t at_ps)
{
    struct wave *w = &v->wave[board];

    note(w, at_ps, SIGNAL_MODE, (uint8_t)mode);
    for (int pin = 0; mode == MCU_RESET && pin < BOARD_PINS; pin++)
        if (w->has[SIGNAL_PIN + pin])
            note(w, at_ps, SIGNAL_PIN + pin, 0);
}

/* ---- wires -------------------------------------------------------------------------------------- */

static struct wire *sent_wire(struct chain *c, int hop)
{
    if (hop == c->cells - 1)
        return &c->back;
    return c->disturb[hop] ? &c->disturb[hop]->raw : &c->wire[hop];
}

/* A wire is disturbed from some moment on: then what is sent and what arrives are two. */
static void listen(struct vcd *v, int hop)
{
    struct chain *c = v->chain;
    struct hop *h = &v->hop[hop];
    struct wire *sent = sent_wire(c, hop);

    if (!c->wire[hop].tap)
        wire_listen(&c->wire[hop], &h->seen, c->now_ps);
    if (h->sent_wire == sent)
        return;
    h->sent_wire = sent;
    if (sent != &c->wire[hop])
        wire_listen(sent, &h->sent, c->now_ps);
}

static void add(struct vcd *v, struct wave *w, int64_t at_ps, int signal, uint8_t value)
{
    if (v->entries == v->room) {
        int room = v->room ? 2 * v->room : 256;
        struct entry *all = realloc(v->entry, (size_t)room * sizeof *all);
        if (!all)
            return;
        v->entry = all;
        v->room = room;
    }
    v->entry[v->entries++] =
        (struct entry){ { .at_ps = at_ps, .order = v->order++, .signal = signal, .value = value },
                        w };
}

static bool wanted(const struct vcd *v, int board)
{
    return v->wave[board].vcd != NULL;
}

/* Takes the edges before end_ps out of a tap. */
static void take_edges(struct vcd *v, struct wire_tap *tap, int64_t end_ps, struct wave *out,
                       struct wave *in)
{
    int taken = 0;

    for (; taken < tap->count && tap->edge[taken].at_ps < end_ps; taken++) {
        struct wire_edge e = tap->edge[taken];
        if (out)
            add(v, out, e.at_ps, SIGNAL_OUT, e.level);
        if (in)
            add(v, in, e.at_ps, SIGNAL_IN, e.level);
    }
    tap->count -= taken;
    if (tap->count > 0)
        memmove(tap->edge, tap->edge + taken, (size_t)tap->count * sizeof *tap->edge);
}

/* A wire is broken and mended between steps; its receiver sees idle meanwhile. */
static void take_hop(struct vcd *v, int hop, int64_t begin_ps, int64_t end_ps)
{
    struct chain *c = v->chain;
    struct hop *h = &v->hop[hop];
    int next = (hop + 1) % c->cells;
    struct wave *out = wanted(v, hop) ? &v->wave[hop] : NULL;
    struct wave *in = wanted(v, next) ? &v->wave[next] : NULL;
    bool broken = c->wire[hop].broken;
    bool apart = h->sent_wire != &c->wire[hop];

    if (in && broken && !h->was_broken)
        add(v, in, begin_ps, SIGNAL_IN, 1);
    if (in && !broken && h->was_broken)
        add(v, in, begin_ps, SIGNAL_IN, wire_level(&c->wire[hop], begin_ps));
    h->was_broken = broken;
    take_edges(v, &h->seen, end_ps, apart ? NULL : out, broken ? NULL : in);
    if (apart)
        take_edges(v, &h->sent, end_ps, out, NULL);
}

/* ---- writing ------------------------------------------------------------------------------------ */

static void put_id(FILE *out, int board, int signal)
{
    int number = board * SIGNALS + signal;

    do {
        fputc(ID_FIRST + number % ID_CHARS, out);
        number /= ID_CHARS;
    } while (number > 0);
}

static void put_value(struct vcd *v, const struct wave *w, int signal, int value)
{
    if (signal == SIGNAL_MODE) {
        fputc('b', v->out);
        for (int bit = MODE_BITS - 1; bit >= 0; bit--)
            fputc('0' + (value >> bit & 1), v->out);
        fputc(' ', v->out);
    } else {
        fputc('0' + value, v->out);
    }
    put_id(v->out, w->index, signal);
    fputc('\n', v->out);
}

static int by_time(const void *left, const void *right)
{
    const struct change *a = &((const struct entry *)left)->change;
    const struct change *b = &((const struct entry *)right)->change;

    if (a->at_ps != b->at_ps)
        return a->at_ps < b->at_ps ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

static void put_entry(struct vcd *v, const struct entry *e)
{
    int *last = &e->wave->last[e->change.signal];
    int64_t at_ps = e->change.at_ps > v->written_ps ? e->change.at_ps : v->written_ps;

    if (*last == e->change.value)
        return;
    *last = e->change.value;
    if (at_ps != v->written_ps)
        fprintf(v->out, "#%lld\n", (long long)at_ps);
    v->written_ps = at_ps;
    put_value(v, e->wave, e->change.signal, e->change.value);
}

/* Everything before end_ps is known now. */
static void write_until(struct vcd *v, int64_t end_ps)
{
    int done = 0;

    qsort(v->entry, (size_t)v->entries, sizeof *v->entry, by_time);
    while (done < v->entries && v->entry[done].change.at_ps < end_ps)
        put_entry(v, &v->entry[done++]);
    v->entries -= done;
    memmove(v->entry, v->entry + done, (size_t)v->entries * sizeof *v->entry);
}

void vcd_before_step(struct vcd *v)
{
    for (int i = 0; i < v->chain->cells; i++)
        if (v->hop[i].wanted)
            listen(v, i);
}

void vcd_after_step(struct vcd *v)
{
    struct chain *c = v->chain;
    int64_t end_ps = c->now_ps;

    for (int i = 0; i < c->cells; i++)
        if (v->hop[i].wanted)
            take_hop(v, i, end_ps - CHAIN_STEP_PS, end_ps);
    for (int i = 0; i < c->cells; i++) {
        struct wave *w = &v->wave[i];
        for (int k = 0; k < w->changes; k++)
            add(v, w, w->change[k].at_ps, w->change[k].signal, w->change[k].value);
        w->changes = 0;
    }
    write_until(v, end_ps - LATE_PS);
}

/* ---- opening and closing ------------------------------------------------------------------------ */

static void put_header(struct vcd *v)
{
    static const char *const kind[BOARD_KINDS] = { "begin", "between", "end" };
    static const char *const name[SIGNALS] = { "IN",     "OUT",  "LED", "balance",
                                               "charge", "load", "mode" };

    fprintf(v->out, "$comment mode: 0 active, 1 idle, 2 ADC noise reduction, 3 power-save, "
                    "4 power-down, 5 standby, 6 reset $end\n"
                    "$timescale 1 ps $end\n$scope module chain $end\n");
    for (int i = 0; i < v->chain->cells; i++) {
        struct wave *w = &v->wave[i];
        if (!wanted(v, i))
            continue;
        fprintf(v->out, "$scope module board_%d_%s $end\n", i + 1, kind[w->board->kind]);
        for (int s = 0; s < SIGNALS; s++) {
            if (!w->has[s])
                continue;
            fprintf(v->out, "$var %s %d ", s == SIGNAL_MODE ? "reg" : "wire",
                    s == SIGNAL_MODE ? MODE_BITS : 1);
            put_id(v->out, i, s);
            fprintf(v->out, " %s $end\n", name[s]);
        }
        fprintf(v->out, "$upscope $end\n");
    }
    fprintf(v->out, "$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n");
}

static int value_now(const struct vcd *v, const struct wave *w, int signal)
{
    struct chain *c = v->chain;

    if (signal == SIGNAL_IN)
        return wire_level(w->board->in, c->now_ps);
    if (signal == SIGNAL_OUT)
        return wire_level(sent_wire(c, w->index), c->now_ps);
    if (signal == SIGNAL_MODE)
        return w->board->mcu.frozen ? (int)w->board->mcu.mode : MCU_ACTIVE;
    return board_pin_on(w->board, (enum board_pin)(signal - SIGNAL_PIN));
}

static void put_begin(struct vcd *v)
{
    for (int i = 0; i < v->chain->cells; i++)
        for (int s = 0; wanted(v, i) && s < SIGNALS; s++) {
            struct wave *w = &v->wave[i];
            if (!w->has[s])
                continue;
            w->last[s] = value_now(v, w, s);
            put_value(v, w, s, w->last[s]);
        }
    fprintf(v->out, "$end\n");
    v->written_ps = 0;
}

static void want(struct vcd *v, int board)
{
    struct chain *c = v->chain;
    struct wave *w = &v->wave[board];

    *w = (struct wave){ .vcd = v, .board = &c->board[board], .index = board };
    v->hop[board].wanted = true;
    v->hop[(board + c->cells - 1) % c->cells].wanted = true;
    for (int s = 0; s < SIGNALS; s++)
        w->has[s] = true;
    for (int pin = 0; pin < BOARD_PINS; pin++) {
        avr_irq_t *irq = board_pin_irq(w->board, (enum board_pin)pin);
        w->has[SIGNAL_PIN + pin] = irq != NULL;
        if (irq)
            avr_irq_register_notify(irq, pin_moved, w);
    }
}

struct vcd *vcd_open(FILE *out, struct chain *chain, const bool *board)
{
    struct vcd *v = calloc(1, sizeof *v);

    if (!v)
        return NULL;
    v->out = out;
    v->chain = chain;
    v->wave = calloc((size_t)chain->cells, sizeof *v->wave);
    v->hop = calloc((size_t)chain->cells, sizeof *v->hop);
    if (!v->wave || !v->hop) {
        free(v->wave);
        free(v->hop);
        free(v);
        return NULL;
    }
    for (int i = 0; i < chain->cells; i++)
        if (board[i])
            want(v, i);
    put_header(v);
    put_begin(v);
    return v;
}

void vcd_close(struct vcd *v)
{
    if (!v)
        return;
    write_until(v, v->chain->now_ps);
    fprintf(v->out, "#%lld\n", (long long)v->chain->now_ps);
    fclose(v->out);
    for (int i = 0; i < v->chain->cells; i++) {
        free(v->wave[i].change);
        wire_tap_free(&v->hop[i].seen);
        wire_tap_free(&v->hop[i].sent);
    }
    free(v->wave);
    free(v->hop);
    free(v->entry);
    free(v);
}
