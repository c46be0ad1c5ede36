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
#include "end_board/settings.h"
#include "end_board/soc.h"
#include "end_board/view.h"

#define ROUND_OVERDUE_MS 1200u
#define STATUS_FLASH_PERIOD_MS 5000u
#define STATUS_FLASH_MS 250u

enum task {
    TASK_CELL = 1u << 0,
    TASK_PACK = 1u << 1,
    TASK_CLOCK = 1u << 2,
    TASKS = TASK_CELL | TASK_PACK | TASK_CLOCK,
};

struct cell_board board;
static struct intake intake;
static struct meter meter;
static struct settings settings;
static struct soc soc;
static struct relay relay;
static uint32_t rounds_taken;
static int64_t net_mas;
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
    return from_switches ? from_switches : settings.vbalance_mv;
}

static void decide(uint32_t now_ms)
{
    struct soc_input in = {
        .pack = &pack,
        .settings = &settings,
        .vbalance_mv = vbalance_mv(),
        .battery_ma = meter_battery_ma(&meter, settings.sensor_passes),
        .mas = meter_take_mas(&meter, settings.sensor_passes),
        .current_known = meter_known(&meter),
        .sensor_lost = meter_lost(&meter),
        .load_allowed = relay.closed[RELAY_LOAD],
        .now_ms = now_ms,
    };

    net_mas += in.mas;
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
        .net_mas = net_mas,
        .battery_ma = meter_battery_ma(&meter, settings.sensor_passes),
        .in_ma = meter_sensor_ma(&meter, 0, settings.sensor_passes),
        .out_ma = meter_sensor_ma(&meter, 1, settings.sensor_passes),
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

/* Not by the watchdog: the crystal wakes this board four times as often as that would bark. */
static void count_seconds(void)
{
    static uint32_t second_ms;

    if (crystal_ms() - second_ms < 1000u)
        return;
    second_ms += 1000u;
    cell_board_second(&board);
}

static void sleep_until_event(void)
{
    crystal_ready_to_sleep();
    port_interrupts(false);
    while (!port_asked()) {
        if (ring_may_power_down())
            port_sleep(SLEEP_POWER_SAVE);
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
        watchdog_report(TASK_CELL);
        step(events);
        watchdog_report(TASK_PACK);
        count_seconds();
        watchdog_report(TASK_CLOCK);
        watchdog_feed(TASKS);
        sleep_until_event();
    }
}
