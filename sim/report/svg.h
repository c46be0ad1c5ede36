/* Words and lines of a report: HTML that is XML as well, and SVG in it. Everything is written to a
 * stream; errors show when it is closed. */
#ifndef SIM_REPORT_SVG_H
#define SIM_REPORT_SVG_H

#include <stdio.h>

enum { SVG_FONT = 11, SVG_SMALL_FONT = 10 };

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };

/* Text with what HTML has a meaning for replaced. */
void svg_escape(FILE *out, const char *text);
/* How wide a text may get at most in the usual fonts. */
double svg_text_width(const char *text, int font);
void svg_text(FILE *out, double x, double y, int font, enum svg_anchor anchor, const char *css,
              const char *text);
void svg_line(FILE *out, double x1, double y1, double x2, double y2, const char *css);
void svg_rect(FILE *out, double x, double y, double width, double height, const char *css);
void svg_open(FILE *out, const char *css, double width, double height, const char *title);
void svg_close(FILE *out);

#endif
