#ifndef ROMAN_H
#define ROMAN_H

enum { ROMAN_SIZE = 16 };

/* Writes a number from 1 to 3999 in Roman numerals. */
void roman(int number, char text[ROMAN_SIZE]);

#endif
