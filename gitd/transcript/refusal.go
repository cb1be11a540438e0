package transcript

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// NothingCounted is the last line of every refusal.
const NothingCounted = "Nothing was counted."

// refusedFor returns the lines of several findings.
func refusedFor(tree *course.Refused, again []string) []string {
	if len(tree.Findings) == 1 && tree.More == 0 {
		return Refusal(tree.Findings[0].String())
	}
	var lines []string
	mended := false
	for _, f := range tree.Findings {
		text := "refused: " + strings.TrimRight(OneLine(f.String()), ". ") + ending(f.Commands)
		lines = append(append(lines, Wrap(text, RefusalWidth)...), commandLines(f.Commands)...)
		mended = mended || len(f.Commands) > 0
	}
	if tree.More > 0 {
		lines = append(lines, fmt.Sprintf("refused: and %d more.", tree.More))
	}
	if mended {
		lines = append(append(lines, "Then commit and push again:"), commandLines(again)...)
	}
	return append(lines, NothingCounted)
}

// maxMistakes bounds how many lines of mistakes one refusal shows.
const maxMistakes = 60

// Refusal returns the lines of a push that is refused for one reason. Each command has a line of
// its own, which is never wrapped, so that it can be copied.
func Refusal(text string, commands ...string) []string {
	text = "refused: " + strings.TrimRight(OneLine(text), ". :")
	if whole := text + ". " + NothingCounted; len(commands) == 0 && Columns(whole) <= RefusalWidth {
		return []string{whole}
	}
	lines := append(Wrap(text+ending(commands), RefusalWidth), commandLines(commands)...)
	return append(lines, NothingCounted)
}

func ending(commands []string) string {
	if len(commands) > 0 {
		return ":"
	}
	return "."
}

// commandLines formats shell commands, each on a line of its own.
func commandLines(commands []string) []string {
	var lines []string
	for _, c := range commands {
		lines = append(lines, "    "+schema.Sanitize(c))
	}
	return lines
}

// RefusedTree returns the lines of a push whose tree was refused: the findings, each with its
// commands, and then the commands that hand in the corrected tree. For an assignment that cannot be
// read it returns a line for each mistake.
func RefusedTree(err error, again ...string) []string {
	var tree *course.Refused
	var invalid *assignment.Invalid
	switch {
	case errors.As(err, &tree) && len(tree.Findings) == 1 && len(tree.Findings[0].Commands) > 0:
		f := tree.Findings[0]
		return Refusal(f.String(), append(slices.Clone(f.Commands), again...)...)
	case errors.As(err, &tree):
		return refusedFor(tree, again)
	case !errors.As(err, &invalid):
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
