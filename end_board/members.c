#include "end_board/members.h"

#include "common/hal.h"
#include "protocol/bytes.h"

#define AGREEING_ROUNDS 2u

void members_init(struct members *m)
{
    *m = (struct members){ .known.count = 0 };
}

void members_heard(struct members *m, uint16_t sum)
{
    if (sum != m->heard)
        m->heard_rounds = 0;
    m->heard = sum;
    if (m->heard_rounds < AGREEING_ROUNDS)
        m->heard_rounds++;
    m->heard_now = true;
}

void members_forget(struct members *m)
{
    uint8_t irq = hal_irq_save();

    m->heard_now = false;
    hal_irq_restore(irq);
}

/* One damaged HOP of 65536 has a CRC that fits, and hardly ever the known sum: what agrees is believed at once,
 * what does not when it comes twice. */
static void compare(struct members *m, uint8_t count, uint16_t heard, uint8_t rounds)
{
    bool same = heard == m->known.sum && count == m->known.count;

    if (!same && rounds < AGREEING_ROUNDS)
        return;
    m->looked = true;
    m->other = !same;
}

static void learn(struct members *m, uint8_t count, uint16_t heard)
{
    m->known.sum = heard;
    m->known.count = count;
}

enum members_state members_step(struct members *m, uint8_t count, bool silent, bool whole,
                                bool confirmed)
{
    uint8_t irq = hal_irq_save();
    uint16_t heard = m->heard;
    uint8_t rounds = m->heard_rounds;
    bool now = m->heard_now && !silent;

    hal_irq_restore(irq);
    if (silent)
        m->looked = false;
    if (m->known.count == 0) {
        if (now && whole && confirmed && rounds >= AGREEING_ROUNDS)
            learn(m, count, heard);
        m->other = m->looked = false;
    }
    if (now && m->known.count != 0)
        compare(m, count, heard, rounds);
    if (m->other)
        return MEMBERS_OTHER;
    return m->looked ? MEMBERS_SAME : MEMBERS_UNSURE;
}

void members_accept(struct members *m)
{
    m->known.count = 0;
}

void members_encode(uint8_t out[MEMBERS_PAYLOAD], const struct members_known *known)
{
    put_u16(out, known->sum);
    out[2] = known->count;
}

void members_decode(const uint8_t in[MEMBERS_PAYLOAD], struct members_known *known)
{
    known->sum = get_u16(in);
    known->count = in[2];
}
