/* What the End board's rules and faults are called. */
#ifndef SIM_VIEW_WORDS_H
#define SIM_VIEW_WORDS_H

#include <stdint.h>

/* Of an enum rule_id: why a relay opened, or stays open. */
const char *words_rule(unsigned rule);
/* Of a bit of end_view.faults; NULL when it has no meaning. */
const char *words_fault(unsigned bit);
#define WORDS_FAULTS 13u

#endif
