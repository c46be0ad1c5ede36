#define CORPUS "store"
#include "test/fuzz/fuzz_store.c"

#include "test/fuzz/corpus.h"
