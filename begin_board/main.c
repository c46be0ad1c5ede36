/* Begin board: starts the rounds, measures its cell, reads switches and current sensors. */
#include "begin_board/current.h"
#include "begin_board/dip.h"
#include "begin_board/ext_relay.h"
#include "begin_board/rounds.h"
#include "begin_board/steer.h"
#include "begin_board/zero.h"
#include "common/avr/ext_port.h"
#include "common/avr/port.h"
#include "common/avr/sampler.h"
#include "common/avr/pins.h"
#include "common/avr/switch_matrix.h"
#include "common/button.h"
#include "common/cell_board.h"
#include "common/health.h"

enum task { TASK_ROUNDS = 1u << 0, TASK_CELL = 1u << 1, TASKS = TASK_ROUNDS | TASK_CELL };

struct cell_board board;
static struct current current;
static struct dip dip;
static struct rounds rounds;
static struct ext_relay relay;
static struct button button;
static struct zero zero;
static uint16_t latched_ms;

void board_frame_received(struct link *l, const uint8_t *frame)
{
    (void)l;
    ext_relay_piece(&relay, frame);
}

void board_break_started(struct link *l)
{
    (void)l;
}

void board_round_started(struct link *l)
{
    (void)l;
}

uint8_t board_sample(uint8_t input, uint16_t code)
{
    return current_sample(&current, input, code);
}

static void send_round(uint16_t now_ms)
{
    struct frame_start start = { .boot = hal_reset_log()->tag & 0x0Fu,
                                 .sensors = FRAME_SENSORS_MAX };
    struct frame_charge charges[2u * FRAME_SENSORS_MAX];

    dip_step(&dip, switch_matrix_read());
    if (!(board.flags & (CELL_NTC_OPEN | CELL_NTC_SHORT)))
        current_set_temperature(&current, board.dc);
    current_close(&current, (uint16_t)(now_ms - latched_ms));
    latched_ms = now_ms;
    start.switches = dip.value;
    start.time_ms = now_ms;
    for (uint8_t i = 0; i < FRAME_SENSORS_MAX; i++)
        current_frames(&current, i, &charges[2u * i]);
    link_lead_round(&board.link, &start, charges);
}

/* Once a round, when the ring is quiet. The sampler's interrupts hold a bit's up for less
 * than half of one. */
static void show_ext(void)
{
    link_lead_rest(&board.link);
    if (ext_relay_close(&relay) && board.link.state == LINK_IDLE)
        ext_port_send(relay.frame, EXT_FRAME_SIZE, relay.bit_cycles);
}

static void step_rounds(void)
{
    uint16_t now_ms = sampler_ms();

    switch (rounds_step(&rounds, link_lead_look(&board.link), now_ms)) {
    case ROUND_START_BREAK:
        ext_port_stop();
        steer_step(&board);
        link_lead_break(&board.link);
        break;
    case ROUND_SEND:
        send_round(now_ms);
        break;
    case ROUND_SHOW:
        show_ext();
        break;
    case ROUND_WAIT:
        break;
    }
}

static uint8_t led_cause(void)
{
    switch (zero.state) {
    case ZERO_DONE:
        return LED_ZERO_DONE;
    case ZERO_REFUSED:
        return LED_ZERO_REFUSED;
    case ZERO_RELEASED:
    case ZERO_PRESSED:
    case ZERO_COLLECTING:
        break;
    }
    return 0;
}

/* Returns whether the button and the LED want to be looked at before the next round does. */
static bool step_button(uint16_t now_ms)
{
    bool busy = button_step(&button, button_down(), now_ms);

    zero_step(&zero, &current, button.pressed, now_ms);
    board.led = led_cause();
    cell_board_show(&board, now_ms);
    return busy;
}

static void sleep_until_event(bool busy)
{
    uint16_t now_ms = sampler_ms();
    uint16_t next_ms = rounds_next(&rounds);

    if (busy && (int16_t)(uint16_t)(next_ms - now_ms) > (int16_t)BUTTON_LOOK_MS)
        next_ms = (uint16_t)(now_ms + BUTTON_LOOK_MS);
    sampler_wake_at(next_ms);
    port_interrupts(false);
    if (!port_asked() && !sampler_due())
        port_idle_until_asked();
    port_answer();
    port_interrupts(true);
}

int main(void)
{
    bool busy;
    uint8_t events;

    port_init();
    cell_board_init(&board);
    cell_board_lead(&board);
    current_init(&current);
    current_load(&current, &board.calibration);
    dip_init(&dip, switch_matrix_read());
    ext_relay_init(&relay);
    ext_port_init();
    ring_init();
    sampler_init();
    watchdog_init();
    port_interrupts(true);
    rounds_init(&rounds, sampler_ms());
    for (;;) {
        step_rounds();
        watchdog_report(TASK_ROUNDS);
        events = link_take_events(&board.link);
        cell_board_events(&board, events);
        cell_board_rest(&board, events);
        busy = step_button(sampler_ms());
        if (!board.spoiled && !current.spoiled)
            watchdog_report(TASK_CELL);
        watchdog_feed(TASKS);
        sleep_until_event(busy);
    }
}
