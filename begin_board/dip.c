#include "begin_board/dip.h"

void dip_init(struct dip *d, uint8_t raw)
{
    *d = (struct dip){ .value = raw, .candidate = raw };
}

void dip_step(struct dip *d, uint8_t raw)
{
    if (raw != d->candidate) {
        d->candidate = raw;
        d->reads = 0;
    }
    if (d->reads < DIP_STEADY_READS)
        d->reads++;
    if (d->reads == DIP_STEADY_READS)
        d->value = d->candidate;
}
