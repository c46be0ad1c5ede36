/* End board: its own cell, the table of all cells, coulomb counting, the two relays. */
#include "common/avr/crystal.h"
#include "common/avr/port.h"
#include "common/avr/relays.h"
#include "common/cell_board.h"
#include "common/switches.h"
#include "end_board/intake.h"
#include "end_board/meter.h"
#include "end_board/pack.h"
#include "end_board/relay.h"
#include "end_board/settings_store.h"
#include "end_board/soc.h"
#include "end_board/view.h"

#define ROUND_OVERDUE_MS 1200u
#define STATUS_FLASH_PERIOD_MS 5000u
#define STATUS_FLASH_MS 250u

struct cell_board board;
static struct intake intake;
static struct meter meter;
static struct settings settings;
static struct soc soc;
static struct relay relay;
static uint32_t rounds_taken;
struct pack pack;                               /* read by the simulator */
struct end_view end_view __attribute__((used)); /* read by the simulator */

void board_frame_received(struct link *l, const uint8_t *frame)
{
    (void)l;
    intake_frame(&intake, &pack, frame, crystal_tick());
}

void board_round_started(struct link *l)
{
    intake_begin(&intake);
    pack_round(&pack, l->number);
}

/* ---- after a round -------------------------------------------------------------------------------- */

static void take_own_cell(void)
{
    struct frame_cell own = board.link.own;

    own.number = board.link.number;
    if (own.number != 0 && board.link.own_ready)
        pack_store(&pack, &own, crystal_tick());
}

/* A round whose START was lost keeps its charge for the next one. */
static void take_sensors(uint32_t now_ms)
{
    if (board.link.start.round != board.link.round)
        return;
    meter_round(&meter, &board.link.start, now_ms);
    for (uint8_t i = 0; i < INTAKE_CHARGES; i++)
        if (intake.got & (1u << i))
            meter_charge(&meter, &intake.charge[i]);
    intake.got = 0;
}

/* ---- decisions ------------------------------------------------------------------------------------ */

static uint16_t vbalance_mv(void)
{
    uint16_t from_switches = switches_vbalance_mv(board.link.start.switches);
    return from_switches ? from_switches : (uint16_t)settings.vbalance_mv;
}

static uint8_t passes(void)
{
    return (uint8_t)settings.sensor_passes;
}

static void decide(uint32_t now_ms)
{
    struct soc_input in = {
        .pack = &pack,
        .settings = &settings,
        .vbalance_mv = vbalance_mv(),
        .battery_ma = meter_battery_ma(&meter, passes()),
        .mas = meter_take_mas(&meter, passes()),
        .current_known = meter_known(&meter),
        .sensor_lost = meter_lost(&meter),
        .load_allowed = relay.closed[RELAY_LOAD],
        .now_ms = now_ms,
    };

    pack_evaluate(&pack, board.link.start.switches, crystal_tick());
    soc_step(&soc, &in);
    relay_step(&relay, &in, soc_pm(&soc));
    relays_set(relay.closed[RELAY_CHARGE], relay.closed[RELAY_LOAD]);
}

static void show(uint32_t now_ms)
{
    bool flash = now_ms % STATUS_FLASH_PERIOD_MS < STATUS_FLASH_MS;

    relays_show(flash && relay.closed[RELAY_CHARGE], flash && relay.closed[RELAY_LOAD]);
    end_view = (struct end_view){
        .battery_ma = meter_battery_ma(&meter, passes()),
        .in_ma = meter_sensor_ma(&meter, 0, passes()),
        .out_ma = meter_sensor_ma(&meter, 1, passes()),
        .rounds = rounds_taken,
        .readings = pack.readings,
        .now_ms = now_ms,
        .soc_pm = soc_pm(&soc),
        .switchings = relay.switchings,
        .vbalance_mv = vbalance_mv(),
        .cells = pack.count,
        .faults = pack.faults,
        .charge_closed = relay.closed[RELAY_CHARGE],
        .load_closed = relay.closed[RELAY_LOAD],
        .charge_reason = relay.reason[RELAY_CHARGE],
        .load_reason = relay.reason[RELAY_LOAD],
        .soc_calibrated = soc.calibrated,
        .sensor_state = { meter.sensor[0].state, meter.sensor[1].state },
        .sensor_lost = meter_lost(&meter),
        .settings_lost = !settings.confirmed,
    };
}

/* Decisions follow each round; when rounds stay away, each quarter of a second, so that the age of
 * the readings is judged in time. */
static void step(uint8_t events)
{
    static uint32_t round_ms;
    bool quarter = crystal_take_quarter();
    uint32_t now_ms;

    if (!quarter && !(events & LINK_ROUND_DONE))
        return;
    now_ms = crystal_ms();
    if (events & LINK_ROUND_DONE) {
        take_own_cell();
        take_sensors(now_ms);
        rounds_taken = intake.rounds;
        round_ms = now_ms;
        decide(now_ms);
    } else if (now_ms - round_ms > ROUND_OVERDUE_MS) {
        decide(now_ms);
    }
    show(now_ms);
}

static void sleep_until_event(void)
{
    crystal_ready_to_sleep();
    port_interrupts(false);
    while (!board.link.events && !port_asked) {
        if (ring_may_power_down())
            port_sleep(SLEEP_POWER_SAVE);
        else
            port_idle_until_asked();
    }
    port_asked = 0;
    port_interrupts(true);
}

int main(void)
{
    uint8_t events;

    port_init();
    cell_board_init(&board);
    pack_init(&pack);
    meter_init(&meter);
    settings_load(&settings);
    soc_init(&soc);
    relay_init(&relay, 0);
    ring_init();
    crystal_init();
    watchdog_init();
    port_interrupts(true);
    for (;;) {
        events = link_take_events(&board.link);
        cell_board_events(&board, events);
        step(events);
        for (uint8_t seconds = watchdog_take_seconds(); seconds; seconds--)
            cell_board_second(&board);
        watchdog_feed();
        sleep_until_event();
    }
}
