package gitd

import (
	"context"
	"fmt"

	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// followGate shows a tests push: the candidate, its gate, and what it decided.
func (s *Server) followGate(ctx context.Context, v viewing, is *recorded, t *target, lines *transcript.Transcript) int {
	head := []string{
		transcript.Clip(t.assignment.Path()+"/tests", 40) + fmt.Sprintf(": candidate %d. commit %s", is.version.Number, transcript.ShortCommit(is.version.Commit)),
		"the gate grades its solution and samples; students see nothing yet",
	}
	head[1] = transcript.Clip(head[1], transcript.Width)
	if !v.wait {
		_ = v.out.Lines(head) // the gate goes on
		return 0
	}
	before := schema.Pins{}
	if t.assignment.Active != nil {
		before = t.assignment.Active.Pins
	}
	last, ok := s.stream(ctx, v, append(head, transcript.Waiting(is.job.State, v.again)...), is.job.ID, lines)
	if !ok {
		return 1
	}
	result, status := s.gateResult(ctx, last, &is.version, t, before)
	_ = v.out.Lines(result)
	return status
}

// gateResult says whether the candidate is active now, and why not. A candidate that
// passed after a newer one did is retired at once, which is no failure.
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
		return append(transcript.Pins(now.Pins, before), fmt.Sprintf("active now: version %d", now.Number)), 0
	case schema.VersionRetired:
		return []string{fmt.Sprintf("version %d passed its gate; a newer one is active", now.Number)}, 0
	}
	return append(transcript.Samples(gate), "not active: the gate failed, and students keep the version they have", "Correct it and push again."), 1
}
