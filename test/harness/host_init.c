#include <stdio.h>

/* A sanitizer ends the program without flushing: what was printed before must not be lost. */
__attribute__((constructor)) static void print_lines_at_once(void)
{
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
}
