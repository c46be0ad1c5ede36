/* `watch on`: changes are reported without being asked, at most one line of a kind a second. */
#include "end_board/app.h"

#include "common/pgm.h"

static void see(const struct decide *d, struct app_seen *now)
{
    now->pack_mv = d->facts.pack->total_mv;
    now->battery_ma = d->facts.battery_ma;
    now->soc_pm = d->facts.soc_pm;
    now->current_known = d->facts.current_known;
    now->warnings = app_warnings(d);
    now->broken = d->facts.pack->place.broken;
    now->noisy_hops = d->facts.pack->noisy_hops;
    now->broken_after = d->facts.pack->place.after;
    now->closed = (uint8_t)(d->relay.closed[RELAY_CHARGE] << RELAY_CHARGE |
                            d->relay.closed[RELAY_LOAD] << RELAY_LOAD);
}

static bool differs(enum app_kind kind, const struct app_seen *a, const struct app_seen *b)
{
    switch (kind) {
    case KIND_PACK:
        return a->pack_mv != b->pack_mv || a->battery_ma != b->battery_ma ||
               a->soc_pm != b->soc_pm || a->current_known != b->current_known;
    case KIND_WARNINGS:
        return a->warnings != b->warnings || a->broken != b->broken ||
               a->broken_after != b->broken_after || a->noisy_hops != b->noisy_hops;
    case KIND_RELAYS:
        return a->closed != b->closed;
    case KINDS:
        break;
    }
    return false;
}

static void pack_line(struct app_text *t, struct app_seen *seen, const struct app_seen *now)
{
    text_flash(t, FLASH_TEXT("!pack"));
    text_fixed(t, now->pack_mv, 3);
    text_flash(t, FLASH_TEXT(" V"));
    if (now->current_known)
        text_fixed(t, now->battery_ma, 3);
    else
        text_flash(t, FLASH_TEXT(" unknown"));
    text_flash(t, FLASH_TEXT(" A"));
    text_fixed(t, now->soc_pm, 1);
    text_flash(t, FLASH_TEXT(" %"));
    seen->pack_mv = now->pack_mv;
    seen->battery_ma = now->battery_ma;
    seen->soc_pm = now->soc_pm;
    seen->current_known = now->current_known;
}

static void warnings_line(struct app_text *t, struct app_seen *seen, const struct app_seen *now,
                          const struct pack *pack)
{
    text_flash(t, FLASH_TEXT("!warnings"));
    if (now->warnings == 0 && now->noisy_hops == 0)
        text_flash(t, FLASH_TEXT(" none"));
    for (uint8_t i = 0; i < WARNINGS; i++) {
        if (!(now->warnings & (1 << i)))
            continue;
        text_char(t, ' ');
        app_warning_name(t, i);
    }
    if (now->broken) {
        text_char(t, ' ');
        app_broken(t, now->broken_after);
    }
    app_noisy(t, pack, 1);
    seen->noisy_hops = now->noisy_hops;
    seen->warnings = now->warnings;
    seen->broken = now->broken;
    seen->broken_after = now->broken_after;
}

static void relay_word(struct app_text *t, bool closed)
{
    text_flash(t, closed ? FLASH_TEXT(" closed") : FLASH_TEXT(" open"));
}

static void relays_line(struct app_text *t, struct app_seen *seen, const struct app_seen *now)
{
    text_flash(t, FLASH_TEXT("!relays charge"));
    relay_word(t, now->closed & (1 << RELAY_CHARGE));
    text_flash(t, FLASH_TEXT(" load"));
    relay_word(t, now->closed & (1 << RELAY_LOAD));
    seen->closed = now->closed;
}

static void report(struct app *a, enum app_kind kind, const struct app_seen *now)
{
    text_start(&a->out);
    switch (kind) {
    case KIND_PACK:
        pack_line(&a->out, &a->watch.seen, now);
        break;
    case KIND_WARNINGS:
        warnings_line(&a->out, &a->watch.seen, now, app_decide(a)->facts.pack);
        break;
    case KIND_RELAYS:
        relays_line(&a->out, &a->watch.seen, now);
        break;
    case KINDS:
        break;
    }
    text_send(&a->out);
}

bool app_watch_step(struct app *a)
{
    struct app_watch *w = &a->watch;
    struct app_seen now;

    if (!w->on)
        return false;
    see(app_decide(a), &now);
    for (uint8_t kind = 0; kind < KINDS; kind++) {
        uint8_t bit = (uint8_t)(1u << kind);
        if (!(w->fresh & bit) && (a->now_ms - w->sent_ms[kind] < APP_WATCH_MS ||
                                  !differs((enum app_kind)kind, &w->seen, &now)))
            continue;
        w->fresh &= (uint8_t)~bit;
        w->sent_ms[kind] = a->now_ms;
        report(a, (enum app_kind)kind, &now);
        return true;
    }
    return false;
}
