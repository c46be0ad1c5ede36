#include "debug/trace.h"

#include <stdlib.h>
#include <string.h>

#include "debug/chip.h"
#include "debug/disasm.h"
#include "debug/symbols.h"

#define TEXT_COLS 20 /* of an instruction with changes behind it */

bool trace_init(struct trace *t, const struct board *board, uint32_t size)
{
    *t = (struct trace){ .board = board, .step = calloc(size, sizeof *t->step), .size = size };
    return t->step != NULL;
}

void trace_free(struct trace *t)
{
    free(t->step);
    t->step = NULL;
}

static void look(const struct board *b, struct trace_step *s)
{
    const avr_t *avr = b->mcu.avr;

    s->at_ps = mcu_now_ps(&b->mcu);
    s->cycle = avr->cycle;
    s->pc = avr->pc;
    s->sp = chip_sp(avr);
    s->sreg = chip_sreg(avr);
    memcpy(s->r, avr->data, sizeof s->r);
}

void trace_take(struct trace *t)
{
    look(t->board, &t->step[t->count++ % t->size]);
}

static void print_flags(FILE *out, uint8_t sreg)
{
    static const char flag[] = "CZNVSHTI";

    fputs("  SREG=", out);
    for (int bit = 7; bit >= 0; bit--)
        fputc(sreg >> bit & 1 ? flag[bit] : '-', out);
}

static bool changed(const struct trace_step *before, const struct trace_step *after)
{
    return memcmp(before->r, after->r, sizeof before->r) != 0 || before->sp != after->sp ||
           before->sreg != after->sreg;
}

static void print_changes(FILE *out, const struct trace_step *before,
                          const struct trace_step *after)
{
    for (int i = 0; i < 32; i++)
        if (before->r[i] != after->r[i])
            fprintf(out, "  r%d=%02x", i, after->r[i]);
    if (before->sp != after->sp)
        fprintf(out, "  SP=%04x", after->sp);
    if (before->sreg != after->sreg)
        print_flags(out, after->sreg);
}

void trace_print(const struct trace *t, FILE *out)
{
    const avr_t *avr = t->board->mcu.avr;
    struct symbols *symbols = symbols_load(t->board->firmware->path);
    uint64_t from = t->count > t->size ? t->count - t->size : 0;
    struct trace_step now;

    look(t->board, &now);
    fprintf(out, "board %d, its last %llu instructions:\n", t->board->number,
            (unsigned long long)(t->count - from));
    for (uint64_t i = from; i < t->count; i++) {
        const struct trace_step *s = &t->step[i % t->size];
        const struct trace_step *next = i + 1 < t->count ? &t->step[(i + 1) % t->size] : &now;
        char place[96], text[64];
        symbols_place(symbols, s->pc, place, sizeof place);
        disasm(text, sizeof text, avr->flash, avr->flashend + 1u, s->pc);
        fprintf(out, "%14.9f s  %10llu  %05x  %-28s  %-*s", (double)s->at_ps * 1e-12,
                (unsigned long long)s->cycle, s->pc, place, changed(s, next) ? TEXT_COLS : 0, text);
        print_changes(out, s, next);
        fputc('\n', out);
    }
    symbols_free(symbols);
}
