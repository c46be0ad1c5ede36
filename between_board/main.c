/* Between board: measures its cell, passes the ring on, balances. */
#include "common/avr/port.h"
#include "common/cell_board.h"

enum task { TASK_CELL = 1u << 0, TASK_CLOCK = 1u << 1, TASKS = TASK_CELL | TASK_CLOCK };

struct cell_board board;

void board_frame_received(struct link *l, const uint8_t *frame)
{
    (void)l;
    (void)frame;
}

void board_break_started(struct link *l)
{
    (void)l;
}

void board_round_started(struct link *l)
{
    (void)l;
}

static void sleep_until_event(void)
{
    port_interrupts(false);
    while (!port_asked()) {
        if (ring_may_power_down())
            port_sleep(SLEEP_POWER_DOWN);
        else
            port_idle_until_asked();
    }
    port_answer();
    port_interrupts(true);
}

int main(void)
{
    struct cell_board *b = &board;
    uint8_t events;

    __asm__("" : "+r"(b));
    port_init();
    cell_board_init(b);
    ring_init();
    watchdog_init();
    port_interrupts(true);
    for (;;) {
        events = link_take_events(&b->link);
        if (events == 0)
            cell_board_look(b);
        cell_board_events(b, events);
        cell_board_rest(b, events);
        if (!b->spoiled)
            watchdog_report(TASK_CELL);
        for (uint8_t seconds = watchdog_take_seconds(); seconds; seconds--) {
            cell_board_second(b);
            link_lead_section(&b->link);
        }
        watchdog_report(TASK_CLOCK);
        watchdog_feed(TASKS);
        sleep_until_event();
    }
}
