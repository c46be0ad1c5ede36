#define CORPUS "decoder"
#include "test/fuzz/fuzz_decoder.c"

#include "test/fuzz/corpus.h"
