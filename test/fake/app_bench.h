/* An End board's app port between a test's lines and what is said to them. */
#ifndef TEST_FAKE_APP_BENCH_H
#define TEST_FAKE_APP_BENCH_H

#include "end_board/app.h"
#include "test.h"
#include "test/fake/hal_fake.h"

#define CELLS 4u
#define SAID_MAX 2048u

static struct decide d;
static struct keeper keeper;
static const struct owner owner = { &d, &keeper };
static struct cell_board cells_board;
static struct intake intake;
static struct pack pack;
static struct app app;
static uint32_t now_ms;

static char said[SAID_MAX];
static uint16_t said_size;

void app_send(const char *line, uint8_t size)
{
    assert_true(size <= APP_SEND_MAX);
    assert_true(said_size + size < SAID_MAX);
    memcpy(said + said_size, line, size);
    said_size = (uint16_t)(said_size + size);
    said[said_size] = '\0';
}

static inline void set_up(void)
{
    fake_reset();
    fake_use_end_eeprom();
    now_ms = 100000;
    decide_init(&d, 0);
    keeper_load(&keeper, &d, 1, 0);
    keeper.settled = true;
    pack_init(&pack);
    pack.count = CELLS;
    for (uint8_t i = 0; i < CELLS; i++)
        pack.cell[i] =
            (struct pack_cell){ .mv = (uint16_t)(3300 + i), .dc = (int16_t)(-12 + i), .fresh = 1 };
    memset(&cells_board, 0, sizeof cells_board);
    link_init(&cells_board.link, 0x90);
    cells_board.link.number = CELLS;
    intake = (struct intake){ 0 };
    d.facts = (struct facts){ .pack = &pack, .settings = &d.settings, .vbalance_mv = 3400 };
    app_init(&app, &owner, &cells_board, &intake);
    said_size = 0;
    said[0] = '\0';
}

static inline void steps(void)
{
    for (uint16_t i = 0; i < 300 && app_step(&app, now_ms); i++)
        ;
}

static inline void type_bytes(const char *bytes, uint8_t size)
{
    for (uint8_t i = 0; i < size; i++) {
        if (!app_listens(&app))
            steps();
        app_byte(&app, (uint8_t)bytes[i], now_ms);
    }
}

/* What is said to a line, all of it. */
static inline const char *ask(const char *line)
{
    said_size = 0;
    said[0] = '\0';
    type_bytes(line, (uint8_t)strlen(line));
    type_bytes("\r", 1);
    steps();
    return said;
}

static inline void log_in(void)
{
    assert_string_equal(ask("login 1234"), "ok\r\n");
}

static inline bool says(const char *line, const char *what)
{
    return strstr(ask(line), what) != NULL;
}

static inline bool ends_ok(void)
{
    return said_size >= 4 && strcmp(said + said_size - 4, "ok\r\n") == 0;
}

/* Everything into the EEPROM, behind a step. */
static inline void idle(void)
{
    decide_close(&d);
    do
        keeper_step(&keeper, &d, now_ms);
    while (keeper_busy(&keeper));
}

#endif
