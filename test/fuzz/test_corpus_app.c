#define CORPUS "app"
#include "test/fuzz/fuzz_app.c"

#include "test/fuzz/corpus.h"
