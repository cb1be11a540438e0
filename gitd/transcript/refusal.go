package transcript

import (
	"errors"
	"fmt"
	"strings"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// NothingCounted is how every refusal ends.
const NothingCounted = "Nothing was counted."

// maxMistakes is how many lines of mistakes one refusal shows.
const maxMistakes = 60

// Refusal returns the lines of a push that is refused for one reason.
func Refusal(text string) []string {
	text = "refused: " + strings.TrimRight(OneLine(text), ". ") + "."
	if whole := text + " " + NothingCounted; Columns(whole) <= RefusalWidth {
		return []string{whole}
	}
	return append(Wrap(text, RefusalWidth), NothingCounted)
}

// RefusedTree returns the lines of a push whose tree was refused. An assignment that
// cannot be read has a line for each mistake.
func RefusedTree(err error) []string {
	var invalid *assignment.Invalid
	if !errors.As(err, &invalid) {
		return Refusal(schema.MessageOf(err))
	}
	var lines []string
	for line := range strings.SplitSeq(strings.TrimRight(invalid.Error(), "\n"), "\n") {
		lines = append(lines, Wrap("refused: "+OneLine(line), RefusalWidth)...)
	}
	if len(lines) > maxMistakes {
		lines = append(lines[:maxMistakes], fmt.Sprintf("refused: and %d lines more", len(lines)-maxMistakes))
	}
	return append(lines, NothingCounted)
}
