/* End board: its own cell, the table of all cells, coulomb counting, the two relays. */
#include "common/avr/app_port.h"
#include "common/avr/cpu_clock.h"
#include "common/avr/crystal.h"
#include "common/avr/ext_port.h"
#include "common/avr/pins.h"
#include "common/avr/port.h"
#include "common/avr/relays.h"
#include "common/cell_board.h"
#include "end_board/app.h"
#include "end_board/reset_button.h"
#include "end_board/decide.h"
#include "end_board/even.h"
#include "end_board/ext_output.h"
#include "end_board/gather.h"
#include "end_board/keeper.h"
#include "end_board/noise.h"
#include "end_board/owner.h"
#include "end_board/pace.h"
#include "end_board/show.h"
#include "end_board/watch.h"

#define EXT_PERIOD_MS 700u /* once a round */
#define CLOCK_LOOK_MS 60000u
#define APP_AWAKE_TICKS 79u /* of 128 ms: 10 s */

enum task {
    TASK_CELL = 1u << 0,
    TASK_PACK = 1u << 1,
    TASK_KEEPER = 1u << 2,
    TASK_APP = 1u << 3,
    TASKS = TASK_CELL | TASK_PACK | TASK_KEEPER | TASK_APP,
};

struct cell_board board;
static struct gather gather;
static struct decide decide;
static struct keeper keeper;
static struct watch watch;
static struct noise noise;
static struct even even;
static struct reset_button button;
static struct ext_output ext;
static struct app app;
static struct pace pace;
static const struct owner owner = { &decide, &keeper };
static uint32_t rounds_taken;
static bool
    spoiled; /* memory has changed that nobody changed: the watchdog is to start the board anew */
static uint32_t step_ms;                        /* crystal time of the last step */
struct pack pack;                               /* read by the simulator */
struct end_view end_view __attribute__((used)); /* read by the simulator */

void board_frame_received(struct link *l, const uint8_t *frame)
{
    (void)l;
    gather_frame(&gather, &pack, frame);
}

void board_break_started(struct link *l)
{
    (void)l;
    gather_break(&gather, crystal_coarse_ms());
}

void board_round_started(struct link *l)
{
    gather_round(&gather, &pack, &decide, l, crystal_coarse_ms());
}

/* ---- clock --------------------------------------------------------------------------------------- */

/* The app's own questions to a board go first. A crystal that nobody believes leads nobody. */
static bool may_steer(void)
{
    return pace_due(&pace) && board.link.start.ring_closed && !board.link.command_out.full &&
           !app.query.asked && !meter_clock_lost(&decide.meter);
}

static void steer_begin(void)
{
    const struct trim *t = &board.link.trim;
    struct frame_command command;

    if (may_steer() && pace_step(&pace, cpu_clock_cycles(), t->divisor, t->error, &command))
        link_send_command(&board.link, &command);
}

/* ---- extended data output -------------------------------------------------------------------------- */

/* The oscillator moves with the ring's trim and with the temperature. A look may fail: then the steps of
 * the trim are reckoned with, and the next round looks again. False while the clock is not known. */
static bool follow_clock(uint32_t now_ms)
{
    static uint32_t looked_ms;
    static uint8_t trim;
    static bool known;
    static bool reckoned;
    int8_t moved = (int8_t)(uint8_t)(hal_clock_trim() - trim);

    if (known && !reckoned && moved == 0 && !may_steer() && now_ms - looked_ms < CLOCK_LOOK_MS)
        return true;
    reckoned = !cpu_clock_measure();
    if (reckoned && !known)
        return false;
    if (reckoned)
        cpu_clock_moved(moved);
    else
        looked_ms = now_ms;
    app_port_follow_clock(!app_in_use(&app));
    if (!reckoned)
        steer_begin();
    trim = hal_clock_trim();
    known = true;
    return true;
}

/* Behind a round, while the ring is quiet for 0.2 s and more: the ring's interrupts take up to two
 * bit times; that of the tail to Begin takes half of one. By the crystal when there are none; not when one was
 * skipped that came early, since the next one would cut the frame. */
static void send_ext(bool round, uint32_t now_ms)
{
    static uint8_t parcel[EXT_PARCEL_SIZE];
    static uint32_t sent_ms;
    bool alone = now_ms - gather.heard_ms > GATHER_OVERDUE_MS;

    if (ext_port_busy() || board.link.state != LINK_IDLE || now_ms - sent_ms < EXT_PERIOD_MS ||
        !(round || alone))
        return;
    if (!follow_clock(now_ms) || !ext_encode(&ext, &decide, parcel))
        return;
    sent_ms = now_ms;
    /* Begin does not know the round number of a section's head. */
    if (round && board.link.origin == LINK_FROM_BEGIN && ext_complete_parcel(parcel, &decide.meter))
        link_send_tail(&board.link, parcel);
    ext_port_send(parcel, EXT_FRAME_SIZE, cpu_clock_bit(EXT_BAUD));
}

/* ---- app port -------------------------------------------------------------------------------------- */

void app_send(const char *line, uint8_t size)
{
    app_port_write(line, size);
}

static void serve_app(void)
{
    uint8_t byte = 0;

    while (app_port_room() >= APP_SEND_MAX) {
        if (app_step(&app, step_ms))
            continue;
        if (!app_listens(&app) || !app_port_read(&byte))
            return;
        app_byte(&app, byte, step_ms);
    }
}

/* Who talks to this board talks to one that is awake: a byte that ends a deep sleep is lost. */
static bool app_awake(void)
{
    static bool awake;
    static uint8_t heard_tick;
    uint8_t tick = (uint8_t)(crystal_coarse_ms() >> 7);

    if (app_port_heard()) {
        awake = true;
        heard_tick = tick;
    }
    if ((uint8_t)(tick - heard_tick) >= APP_AWAKE_TICKS)
        awake = false;
    return awake || app_port_sending();
}

/* ---- decisions ------------------------------------------------------------------------------------ */

static void decide_all(uint32_t now_ms)
{
    decide_step(&decide, &pack, board.link.start.switches, now_ms);
    decide_close_step(&decide);
    relays_set(decide.relay.closed[RELAY_CHARGE], decide.relay.closed[RELAY_LOAD]);
    watch_step(&watch, &decide, &keeper.log);
}

/* ---- noisy hops ------------------------------------------------------------------------------------ */

static void look_at_hop(uint8_t hop, uint16_t bad_frames)
{
    if (noise_look(&noise, &pack, hop, bad_frames, (uint16_t)rounds_taken))
        watch_hop(&decide, &keeper.log, hop);
}

/* Its own counter is looked at when the others have been. */
static void watch_hops(uint32_t now_ms)
{
    struct frame_command question;
    struct frame_reply reply;
    uint16_t own;
    bool replied;
    uint8_t irq = hal_irq_save();

    reply = gather.intake.reply;
    replied = gather.intake.replied && noise_is_answer(&noise, &reply);
    if (replied)
        gather.intake.replied = false;
    own = board.link.counters.bad_frames;
    hal_irq_restore(irq);
    if (replied)
        look_at_hop(reply.number, (uint16_t)reply.value);
    if (board.link.origin != LINK_FROM_BEGIN || app_asks(&app) || board.link.command_out.full ||
        !noise_ask(&noise, pack.count, now_ms, &question))
        return;
    if (question.target == 1u)
        look_at_hop(pack.count, own);
    if (board.link.start.ring_closed)
        link_send_command(&board.link, &question);
}

/* ---- balancing ------------------------------------------------------------------------------------- */

/* The app's own questions go first. */
static void tell_limit(uint32_t now_ms)
{
    struct frame_command command;

    if (board.link.origin != LINK_FROM_BEGIN || !board.link.start.ring_closed ||
        board.link.command_out.full || app_asks(&app))
        return;
    if (even_step(&even, &decide, now_ms, &command))
        link_send_command(&board.link, &command);
}

static void show(bool round, uint32_t now_ms)
{
    uint8_t leds = show_leds(&decide, reset_button_shown(&button), now_ms);
    struct end_view view = end_view;

    relays_show(leds & SHOW_CHARGE_LED, leds & SHOW_LOAD_LED);
    show_now(&view, &decide, &pack, now_ms);
    if (round)
        show_counted(&view, &decide);
    view.rounds = rounds_taken;
    view.events = keeper.log.added;
    end_view = view; /* whoever looks from outside sees old or new values, never empty ones */
}

static void reset_pin(void)
{
    owner_reset_pin(&owner);
    app_pin_was_reset(&app);
}

/* Nothing is allowed until the watchdog has started this board anew, within a second. */
static void give_up(void)
{
    relays_set(false, false);
    spoiled = true;
}

/* Hold times that run are looked at in every quarter of a second. */
static void step(uint8_t events)
{
    bool quarter = crystal_take_quarter();
    bool round = events & LINK_ROUND_DONE;
    bool judged;
    bool lost;
    uint32_t now_ms;

    if (!quarter && !round)
        return;
    if (!decide_intact(&decide) || board.spoiled) {
        give_up();
        return;
    }
    now_ms = step_ms = crystal_ms();
    judged = gather_step(&gather, &board, &pack, &decide, round, now_ms, crystal_coarse_ms());
    if (round)
        rounds_taken = gather.intake.rounds;
    if (round && board.link.origin == LINK_FROM_BEGIN)
        pace_round(&pace);
    lost = crystal_lost() != decide.no_clock;
    decide.no_clock = crystal_lost();
    if (judged || lost || decide_waits(&decide))
        decide_all(now_ms);
    if (reset_button_step(&button, button_down(), now_ms))
        reset_pin();
    if (round) {
        tell_limit(now_ms);
        watch_hops(now_ms);
    }
    show(round, now_ms);
    send_ext(round, now_ms);
}

static void sleep_deep(void)
{
    app_port_before_sleep();
    port_sleep(SLEEP_POWER_SAVE);
    app_port_after_sleep();
}

static void sleep_until_event(void)
{
    bool outside = ext_port_busy() || app_awake() || crystal_lost();

    crystal_ready_to_sleep();
    port_interrupts(false);
    while (!port_asked() && !keeper_busy(&keeper)) {
        if (!outside && ring_may_power_down())
            sleep_deep();
        else
            port_idle_until_asked();
    }
    port_answer();
    port_interrupts(true);
}

int main(void)
{
    uint8_t events;

    port_init();
    cell_board_init(&board);
    pack_init(&pack);
    decide_init(&decide, 0);
    keeper_load(&keeper, &decide, hal_reset_causes(), 0);
    watch_init(&watch, 0);
    noise_init(&noise, 0);
    even_init(&even);
    reset_button_init(&button);
    decide_close(&decide);
    decide_all(0);
    ext_init(&ext);
    pace_init(&pace);
    ext_port_init();
    app_init(&app, &owner, &board, &gather.intake);
    app_port_init();
    ring_init();
    crystal_init();
    watchdog_init();
    port_interrupts(true);
    for (;;) {
        events = link_take_events(&board.link);
        if (events & LINK_BREAK_SEEN)
            ext_port_stop(); /* no round came when it began, and one comes now */
        if (events)
            gather_events(&gather, &pack, events, crystal_ms());
        cell_board_events(&board, events);
        watchdog_report(TASK_CELL);
        step(events);
        if (!spoiled)
            watchdog_report(TASK_PACK);
        serve_app();
        watchdog_report(TASK_APP);
        cell_board_rest(&board, events);
        if (!spoiled)
            keeper_step(&keeper, &decide, step_ms);
        watchdog_report(TASK_KEEPER);
        watchdog_feed(TASKS);
        sleep_until_event();
    }
}
