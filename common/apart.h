/* For functions that are called once or twice: kept apart they get at a struct through the pointer they
 * are given, which is one word of code for a field near its beginning. Inlined into the main loop they
 * would be given its address, which is two. Each of them was measured. */
#ifndef COMMON_APART_H
#define COMMON_APART_H

#define APART __attribute__((noinline))

#endif
