/* Memory that changes on purpose only: closed behind each change, and looked at before it is used. Any byte that
 * changed otherwise shows, and all but one of 65 536 larger changes. Not against what comes over a wire: that is
 * what CRCs are for. About 7 CPU cycles a byte. Pure; may be called from an ISR. */
#ifndef COMMON_SEAL_H
#define COMMON_SEAL_H

#include <stdint.h>

#define SEAL_INIT 0x5EA1u

/* Goes on from another seal, or from SEAL_INIT. */
uint16_t seal_more(uint16_t seal, const void *memory, uint16_t size);

#endif
