#define CORPUS "link"
#include "test/fuzz/fuzz_link.c"

#include "test/fuzz/corpus.h"
