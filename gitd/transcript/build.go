package transcript

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/grader/grader/schema"
)

// These limits bound what a push shows of a build's output. The page shows all of it.
const (
	maxBuildLines = 60 // from the start
	maxErrorLines = 6  // from the first error on, if it comes after those
	maxLastLines  = 15 // of a failed build, if they come after those
)

// buildError matches a line in which a compiler, linker or interpreter reports an error.
var buildError = regexp.MustCompile(`(?i)(?:^|[^a-z-])error(?:[:\[(]| at |:$)|undefined reference|multiple definition|syntaxerror|no rule to make target`)

// buildLine marks and counts a line that a compiler or a student's build prints.
func (t *Transcript) buildLine(text string) []string {
	t.build++
	switch {
	case t.build > maxBuildLines+1:
		return nil
	case t.build > maxBuildLines:
		return []string{"| …"}
	}
	return outputLine(text)
}

// outputLine marks a line. It does not cut a line with an error.
func outputLine(text string) []string {
	if !buildError.MatchString(text) {
		return []string{Truncate("| "+OneLine(text), Width)}
	}
	var out []string
	for _, part := range fold(OneLine(text), Width-2) {
		out = append(out, "| "+part)
	}
	return out
}

func (t *Transcript) buildResult(b *schema.BuildResult) []string {
	if b == nil {
		return nil
	}
	left := t.build - maxBuildLines
	if b.Outcome == schema.OutcomePassed {
		out := []string{spread("build    ok", duration(b.Duration))}
		if left > 0 {
			out = append(out, "           the whole output is on the page")
		}
		return out
	}
	var out []string
	if t.build == 0 && b.Output != "" { // it was not shown live
		all := outputLines(b.Output)
		for _, line := range all[:min(len(all), maxBuildLines)] {
			out = append(out, t.buildLine(line)...)
		}
		left = len(all) - maxBuildLines
	}
	if left > 0 {
		out = append(out, lateLines(outputLines(b.Output))...)
	}
	out = append(out, t.paint(bad, spread("build    FAILED", duration(b.Duration))))
	return append(out, details(b.Message, maxDetails)...)
}

func outputLines(output string) []string {
	return strings.Split(strings.TrimRight(schema.Plain(output), "\n"), "\n")
}

// lateLines returns the lines after the first maxBuildLines of a build's output that show why it
// failed: the first error, because others often follow from it, and the end.
func lateLines(all []string) []string {
	late := all[min(len(all), maxBuildLines):]
	end := max(0, len(late)-maxLastLines)
	first := -1
	for i, line := range all[:len(all)-len(late)+end] {
		if buildError.MatchString(line) {
			first = i - (len(all) - len(late))
			break
		}
	}
	var out []string
	next := 0
	show := func(from, to int) {
		if from > next {
			out = append(out, fmt.Sprintf("| [%s on the page]", lines(from-next)))
		}
		for _, line := range late[from:to] {
			out = append(out, outputLine(line)...)
		}
		next = to
	}
	if first >= 0 { // below 0 it was shown already
		show(first, min(first+maxErrorLines, end))
	}
	show(end, len(late))
	return out
}

func lines(n int) string {
	if n == 1 {
		return "1 line"
	}
	return fmt.Sprintf("%d lines", n)
}
