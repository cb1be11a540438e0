const char *text =
#include "SECRET"
;
