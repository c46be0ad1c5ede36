#include "end_board/app_login.h"

#define DOUBLINGS 6u /* 64 s: cut to LOGIN_WAIT_MAX_S */

void login_init(struct app_login *l)
{
    *l = (struct app_login){ 0 };
}

static uint32_t wait_ms(const struct app_login *l)
{
    uint8_t seconds;

    if (l->wrong == 0)
        return 0;
    seconds = (uint8_t)(1u << (l->wrong - 1u));
    return 1000ul * (seconds > LOGIN_WAIT_MAX_S ? LOGIN_WAIT_MAX_S : seconds);
}

uint8_t login_wait_s(const struct app_login *l, uint32_t now_ms)
{
    uint32_t passed_ms = now_ms - l->wrong_ms;

    return passed_ms >= wait_ms(l) ? 0 : (uint8_t)((wait_ms(l) - passed_ms + 999u) / 1000u);
}

void login_wrong(struct app_login *l, uint32_t now_ms)
{
    l->in = false;
    l->wrong_ms = now_ms;
    if (l->wrong <= DOUBLINGS)
        l->wrong++;
}

void login_right(struct app_login *l, uint32_t now_ms)
{
    l->in = true;
    l->wrong = 0;
    l->used_ms = now_ms;
}

void login_used(struct app_login *l, uint32_t now_ms)
{
    l->used_ms = now_ms;
}

bool login_step(struct app_login *l, uint32_t now_ms)
{
    if (l->wrong != 0 && now_ms - l->wrong_ms > LOGIN_IDLE_MS)
        l->wrong = 0;
    if (!l->in || now_ms - l->used_ms < LOGIN_IDLE_MS)
        return false;
    l->in = false;
    return true;
}
