package transcript

import (
	"strings"

	"github.com/grader/grader/schema"
)

// buildLine is a line that a compiler or a student's build prints, marked as such.
func (t *Transcript) buildLine(text string) []string {
	t.build++
	switch {
	case t.build > maxBuildLines+1:
		return nil
	case t.build > maxBuildLines:
		return []string{"| … more on the page"}
	}
	return []string{Clip("| "+OneLine(text), Width)}
}

func (t *Transcript) buildResult(b *schema.BuildResult) []string {
	if b == nil {
		return nil
	}
	if b.Outcome == schema.OutcomePassed {
		return []string{spread("build    ok", duration(b.Duration))}
	}
	out := []string{t.paint(bad, spread("build    FAILED", duration(b.Duration)))}
	if b.Message != "" {
		out = append(out, details(b.Message, maxDetails)...)
	}
	if t.build > 0 || b.Output == "" {
		return out // it was shown as it came
	}
	for line := range strings.SplitSeq(strings.TrimRight(b.Output, "\n"), "\n") {
		out = append(out, t.buildLine(line)...)
	}
	return out
}
