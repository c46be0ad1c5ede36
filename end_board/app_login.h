/* Who may change things: a session that begins with the PIN. Wrong PINs are slowed down: after the
 * first one a second, then twice as long each time, up to a minute. Pure logic, main loop. */
#ifndef END_BOARD_APP_LOGIN_H
#define END_BOARD_APP_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

#define LOGIN_IDLE_MS 600000ul /* a session ends without a line for so long */
#define LOGIN_WAIT_MAX_S 60u

struct app_login {
    bool in;
    uint8_t wrong; /* PINs in a row, saturates */
    uint32_t wrong_ms;
    uint32_t used_ms; /* last line */
};

void login_init(struct app_login *l);
/* Seconds, rounded up, until a PIN is looked at again; 0: now. */
uint8_t login_wait_s(const struct app_login *l, uint32_t now_ms);
void login_wrong(struct app_login *l, uint32_t now_ms);
void login_right(struct app_login *l, uint32_t now_ms);
/* A line came. */
void login_used(struct app_login *l, uint32_t now_ms);
/* At least once a day. True when the session has just ended by itself. */
bool login_step(struct app_login *l, uint32_t now_ms);

#endif
