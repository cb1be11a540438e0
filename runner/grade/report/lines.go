package report

import (
	"regexp"
	"strings"
)

// colourPattern matches terminal escape sequences, which frameworks print between their markers.
var colourPattern = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]")

// WithoutColours returns a text without terminal escape sequences.
func WithoutColours(text []byte) []byte { return colourPattern.ReplaceAll(text, nil) }

// plainLines calls use for every line of a report on standard output, without colours and without
// the carriage return at its end, until use returns an error.
func plainLines(document []byte, use func(line string) error) error {
	for line := range strings.Lines(string(WithoutColours(document))) {
		if err := use(strings.TrimRight(line, "\r\n")); err != nil {
			return err
		}
	}
	return nil
}
