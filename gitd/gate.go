package gitd

import (
	"context"
	"fmt"
	"slices"

	"github.com/grader/grader/schema"
)

// followGate shows a tests push: the candidate, its gate, and what it decided.
func (s *Server) followGate(ctx context.Context, v viewing, is *recorded, t *target, lines *lines) int {
	head := []string{
		clip(t.assignment.Path()+"/tests", 40) + fmt.Sprintf(": candidate %d. commit %s", is.version.Number, short(is.version.Commit)),
		"the gate grades its solution and samples; students see nothing yet",
	}
	head[1] = clip(head[1], lineWidth)
	if !v.wait {
		_ = v.out.Lines(head) // the gate goes on
		return 0
	}
	before := schema.Pins{}
	if t.assignment.Active != nil {
		before = t.assignment.Active.Pins
	}
	last, ok := s.stream(ctx, v, append(head, waiting(&is.job, v.again)...), is.job.ID, lines)
	if !ok {
		return 1
	}
	result, status := s.gateResult(ctx, last, &is.version, t, before)
	_ = v.out.Lines(result)
	return status
}

// gateResult says whether the candidate is active now, and why not. One that passed
// after a newer one did is retired at once, and no failure.
func (s *Server) gateResult(ctx context.Context, last *schema.Event, v *schema.Version, t *target, before schema.Pins) ([]string, int) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastTime)
	defer cancel()
	now, err := s.Ledger.VersionByCommit(ctx, t.assignment.ID, v.Commit)
	if err != nil {
		s.Logger.Error("look up a gate's decision", "version", v.ID, "error", err)
		return []string{"the gate has ended; its decision could not be read. Push again"}, 1
	}
	var gate *schema.GateResult
	if last.Result != nil {
		gate = last.Result.Gate
	}
	switch now.State {
	case schema.VersionActive:
		return append(pinLines(now.Pins, before), fmt.Sprintf("active now: version %d", now.Number)), 0
	case schema.VersionRetired:
		return []string{fmt.Sprintf("version %d passed its gate; a newer one is active", now.Number)}, 0
	}
	return append(sampleLines(gate), "not active: the gate failed, and students keep the version they have", "Correct it and push again."), 1
}

// sampleLines are expected against actual, for each sample that went wrong.
func sampleLines(gate *schema.GateResult) []string {
	if gate == nil {
		return nil
	}
	var out []string
	for _, sample := range gate.Samples {
		if !sample.Expected.Equal(sample.Actual) {
			out = append(out, clip(fmt.Sprintf("%s: expected %s, got %s", oneLine(sample.Dir), sample.Expected, sample.Actual), lineWidth))
		}
	}
	return out
}

// maxPins is how many pinned cases one push prints.
const maxPins = 100

// pinLines are the pinned cases and what changed since the version that was active.
func pinLines(now, before schema.Pins) []string {
	var out []string
	tests := make([]string, 0, len(now.Tests))
	for test := range now.Tests {
		tests = append(tests, test)
	}
	slices.Sort(tests)
	for _, test := range tests {
		for _, name := range now.Tests[test] {
			mark := "pinned   "
			if before.Tests != nil && !slices.Contains(before.Tests[test], name) {
				mark = "pinned + "
			}
			out = append(out, clipName(mark, oneLine(test+"/"+name), lineWidth))
		}
	}
	for _, name := range gone(now, before) {
		out = append(out, clipName("no more  ", oneLine(name), lineWidth))
	}
	if len(out) > maxPins {
		out = append(out[:maxPins], fmt.Sprintf("and %d cases more", len(out)-maxPins))
	}
	return out
}

// gone are the cases that were pinned and are not any more.
func gone(now, before schema.Pins) []string {
	var out []string
	for test, names := range before.Tests {
		for _, name := range names {
			if !slices.Contains(now.Tests[test], name) {
				out = append(out, test+"/"+name)
			}
		}
	}
	slices.Sort(out)
	return out
}
