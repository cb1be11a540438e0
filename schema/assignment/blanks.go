package assignment

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// oddBlank matches a blank character that YAML does not accept, in a position where YAML requires a
// blank: in the indentation of a line, after the dash of a list and after the colon of a key. Text
// copied from a page or a chat contains such characters.
var oddBlank = regexp.MustCompile(`(?m)(?:^[ ]*|^[ ]*-[ ]*|^[ ]*(?:-[ ]*)?[A-Za-z_]+:[ ]*)([\x{00a0}\x{1680}\x{2000}-\x{200b}\x{202f}\x{205f}\x{3000}\x{feff}])`)

// maxOddBlanks is the number of odd blanks that are reported.
const maxOddBlanks = 3

// oddBlanks reports the odd blanks of a source. Texts may contain them, so they explain why a file
// cannot be read but do not make it invalid.
func oddBlanks(file, source string) []Problem {
	source = strings.TrimPrefix(source, "\ufeff")
	var problems []Problem
	for _, m := range oddBlank.FindAllStringSubmatchIndex(source, -1) {
		if len(problems) == maxOddBlanks {
			break
		}
		r, _ := utf8.DecodeRuneInString(source[m[2]:])
		line, column := 1+strings.Count(source[:m[2]], "\n"), 1+utf8.RuneCountInString(source[strings.LastIndexByte(source[:m[2]], '\n')+1:m[2]])
		problems = append(problems, Problem{file, line, column, fmt.Sprintf("%s (%U) stands here and looks like a space; write a space", blankName(r), r)})
	}
	return problems
}

func blankName(r rune) string {
	switch r {
	case 0xa0, 0x202f:
		return "a no-break space"
	case 0x200b:
		return "a zero-width space"
	case 0xfeff:
		return "a byte order mark"
	}
	return "a space of another width"
}
