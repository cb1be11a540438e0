package transcript

import (
	"fmt"
	"strings"

	"github.com/grader/grader/schema"
)

// test returns the lines that are shown when a test or case has ended: first those of the family
// that it ends, then its own, unless it shares a line with other cases.
func (t *Transcript) test(r *schema.TestResult) []string {
	if r == nil {
		return nil
	}
	var out []string
	if t.family.name != r.Test || !isCase(r) {
		out = t.endFamily()
		t.family.name = r.Test
	}
	switch {
	case r.Outcome == schema.OutcomeNotRun || r.Outcome == schema.OutcomeMissing:
		t.family.cases++
		t.countAbsent(r)
		return out
	case isCase(r) && !t.options.Verbose && t.family.fold(r):
		return out
	}
	return append(out, t.testLines(r)...)
}

// testLines returns the lines of one test or case.
func (t *Transcript) testLines(r *schema.TestResult) []string {
	switch {
	case !t.room(r.Outcome == schema.OutcomePassed):
		return nil
	case r.Unpinned:
		return append([]string{TruncateName("extra ", OneLine(r.Name), Width)}, details("not one of the assignment's cases: earns nothing", 1)...)
	}
	out := []string{t.testLine(r)}
	if r.Outcome == schema.OutcomePassed {
		return out
	}
	out = append(out, details(reason(r), maxDetails)...)
	out = append(out, t.output(r)...)
	return append(out, t.hint(r)...)
}

// output returns the end of a failed test's output, if it was requested or shows what is wrong with
// the tests. The reason of a compile error contains the output already.
func (t *Transcript) output(r *schema.TestResult) []string {
	wanted := t.options.Gate || r.Outcome == schema.OutcomeGraderError
	if !wanted || r.Output == "" || r.Outcome == schema.OutcomeCompileError || t.outputs >= maxOutputs {
		return nil
	}
	t.outputs++
	return outputTail(r.Output)
}

// outputTail returns the end of an output with a mark on each line.
func outputTail(text string) []string {
	all := strings.Split(strings.TrimSpace(schema.Plain(text)), "\n")
	out := []string{detailIndent + "output:"}
	if left := len(all) - maxOutputLines; left > 0 {
		all = all[left:]
		out = []string{fmt.Sprintf("%soutput, without its first %d lines:", detailIndent, left)}
	}
	for _, line := range all {
		for _, part := range fold(strings.ReplaceAll(line, "\t", "    "), Width-len(detailIndent)-2) {
			out = append(out, detailIndent+"| "+part)
		}
	}
	return out
}

// testLine returns the line that every test has: outcome, points, name and time.
func (t *Transcript) testLine(r *schema.TestResult) string {
	head, took := fmt.Sprintf("%s  %-3s  ", outcomeWord(r.Outcome), r.Score.String()+"/"+r.MaxScore.String()), duration(r.Wall)
	line := spread(TruncateName(head, OneLine(r.Name), Width-Columns(took)-1), took)
	if r.Outcome == schema.OutcomePassed {
		return t.paint(good, line)
	}
	return t.paint(bad, line)
}

// hint returns a test's hint, once for all its cases.
func (t *Transcript) hint(r *schema.TestResult) []string {
	if r.Hint == "" || t.hinted[r.Test] {
		return nil
	}
	t.hinted[r.Test] = true
	return details("note: "+r.Hint, 2)
}

// room counts a test and reports whether its line may still be shown.
func (t *Transcript) room(passed bool) bool {
	count, limit := &t.others, maxTestLines
	if passed {
		count, limit = &t.passes, maxPassLines
	}
	if t.options.Verbose {
		limit = maxVerboseLines
	}
	*count++
	if *count > limit {
		t.left++
		return false
	}
	return true
}

func outcomeWord(o schema.Outcome) string {
	switch o {
	case schema.OutcomePassed:
		return "pass"
	case schema.OutcomePartial:
		return "part"
	case schema.OutcomeNotRun:
		return "skip"
	}
	return "FAIL"
}

// reason returns why a test did not pass: its message, or else its outcome. For a compile error it
// returns the compiler's messages.
func reason(r *schema.TestResult) string {
	if r.Outcome == schema.OutcomeCompileError && r.Output != "" {
		return strings.TrimPrefix(r.Message+"\n"+schema.Plain(r.Output), "\n")
	}
	if r.Message != "" {
		return r.Message
	}
	switch r.Outcome {
	case schema.OutcomeCrashed:
		if r.Signal != "" {
			return "crashed: " + r.Signal
		}
		return fmt.Sprintf("crashed: exit status %d", r.ExitStatus)
	case schema.OutcomeFailed, schema.OutcomePartial:
		return ""
	}
	return strings.ReplaceAll(string(r.Outcome), "-", " ")
}
