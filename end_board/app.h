/* The app port's protocol: a line in, lines out. docs/app-protocol.md is its description. A command
 * is answered a line at a time, as the port has room; bytes that come meanwhile wait. Pure logic, main
 * loop only. */
#ifndef END_BOARD_APP_H
#define END_BOARD_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/cell_board.h"
#include "end_board/app_commands.h"
#include "end_board/app_line.h"
#include "end_board/app_login.h"
#include "end_board/app_text.h"
#include "end_board/intake.h"
#include "end_board/owner.h"

#define APP_PROTOCOL_VERSION 1u

/* What may be reported by itself; in this order. */
enum app_kind { KIND_PACK, KIND_WARNINGS, KIND_RELAYS, KINDS };

#define APP_WATCH_MS 1000u

/* What the last report of each kind said. */
struct app_seen {
    uint32_t pack_mv;
    int32_t battery_ma;
    uint16_t soc_pm;
    bool current_known;
    uint8_t warnings;
    bool broken; /* the ring is */
    uint8_t noisy_hops;
    uint8_t broken_after;
    uint8_t closed; /* bit per enum relay_name */
};

struct app_watch {
    bool on;
    uint8_t fresh; /* bit per kind: not reported yet */
    uint32_t sent_ms[KINDS];
    struct app_seen seen;
};

/* A question to another board; the answer takes some rounds. */
struct app_query {
    bool asked;
    uint8_t sequence;
    uint32_t begun_ms;
    uint32_t sent_ms;
    uint32_t value; /* of the last answer */
};

struct app {
    const struct owner *owner;
    struct cell_board *board;
    struct intake *intake;
    uint32_t now_ms;
    struct app_line line;
    struct app_login login;
    struct app_watch watch;
    struct app_query query;
    struct app_text out;
    uint8_t command; /* running, or APP_IDLE */
    uint8_t words;
    bool used; /* a command was understood, then */
    uint32_t used_ms;
    char *word[WORDS_MAX];
    uint16_t at; /* next line of its reply */
    uint16_t end;
};

void app_init(struct app *a, const struct owner *owner, struct cell_board *board,
              struct intake *intake);
/* False while a command is being answered, and before the first decision: give no bytes. */
bool app_listens(const struct app *a);
/* A byte came at this time; 0xFF for one that was damaged. */
void app_byte(struct app *a, uint8_t byte, uint32_t now_ms);
/* Sends at most one line, for which there must be room. True when there is more to be said at once. */
bool app_step(struct app *a, uint32_t now_ms);
/* Somebody is there who is understood: in a session, with reports, or for 10 s behind a command. */
#define APP_USED_MS 10000u
bool app_in_use(const struct app *a);
/* Waits for the answer of another board. */
bool app_asks(const struct app *a);
/* The button has reset the PIN: whoever is in is out. */
void app_pin_was_reset(struct app *a);

/* ---- for the parts of it, app_*.c --------------------------------------------------------------- */

static inline const struct decide *app_decide(const struct app *a)
{
    return a->owner->decide;
}

enum app_progress { APP_MORE, APP_DONE, APP_WAITING };

/* One line of a reply, or an error that ends it. */
enum app_progress app_show(struct app *a, enum app_error *error);
enum app_error app_change(struct app *a);
enum app_progress app_ask_board(struct app *a, enum app_error *error);
enum app_progress app_order_board(struct app *a, enum app_error *error);
/* Reports one kind if it is due; false when there was nothing. */
bool app_watch_step(struct app *a);

/* The error's line; the words behind its text are the caller's. */
void app_error_begin(struct app *a, enum app_error error);
void app_error_send(struct app *a, enum app_error error);

/* `key value unit` */
void app_setting_line(struct app *a, uint8_t id, bool with_range);
/* " from 0 to 9" or " one of 0 1" */
void app_setting_range(struct app_text *t, const struct setting *row);

enum app_warning { WARN_E, WARN_VH, WARN_VL, WARN_TH, WARN_TL, WARNINGS };
/* Bit per warning. */
uint8_t app_warnings(const struct decide *d);
/* " E", " Vh" ... */
void app_warning_name(struct app_text *t, uint8_t warning);
/* " noisy 4 5": the first noisy hop that ends at this board or a later one; that board, 0: none. */
uint8_t app_noisy(struct app_text *t, const struct pack *pack, uint8_t board);
/* "broken 4 5", "broken unknown" */
void app_broken(struct app_text *t, uint8_t after);

#endif
