package gitd

import (
	"context"
	"fmt"

	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// maxVersions bounds how many versions `log` lists, and how many are searched for a version's
// predecessor.
const maxVersions = 50

// followGate shows a push of tests: the candidate, its gate, and the decision. It shows the first
// run of the solution live, and only the results of the other parts.
func (s *follower) followGate(ctx context.Context, v viewing, version *schema.Version, t *target) int {
	gate, err := s.Ledger.Gate(ctx, version.ID)
	if err != nil {
		s.logInternal("look up a gate", err)
		_ = v.out.Lines([]string{"the gate could not be looked up. Push again"})
		return 1
	}
	head := transcript.GateHead(t.assignment.Path(), gate)
	if !v.wait {
		_ = v.out.Lines(head) // the gate goes on
		return 0
	}
	lines := transcript.New(course.Access{Viewer: t.viewer}, transcript.Options{Colour: v.colour, Verbose: v.verbose, Gate: true})
	for n, part := range gate.Jobs {
		w := watching{server: s.services, view: v, job: part.Job.ID}
		if n == 0 {
			w.lines = lines
			if v.out.Lines(append(head, transcript.Waiting(part.Job.State, v.again)...)) != nil {
				return 1
			}
		}
		if _, ok := s.waitFor(ctx, w); !ok {
			return 1
		}
	}
	result, status := s.gateResult(ctx, version.ID, t)
	_ = v.out.Lines(result)
	if !v.again {
		return 0 // the commands log and watch only show the gate
	}
	return status
}

// gateResult returns the lines that say what a gate decided and why, and the exit status. A
// candidate that passed after a newer one is retired at once, which is not a failure.
func (s *follower) gateResult(ctx context.Context, version int64, t *target) ([]string, int) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastTime)
	defer cancel()
	gate, err := s.Ledger.Gate(ctx, version)
	if err == nil && gate.Verdict == nil && !gate.Failed() {
		err = fmt.Errorf("version %d has no verdict", version)
	}
	if err != nil {
		s.Logger.Error("look up a gate's decision", "version", version, "error", err)
		return []string{"the gate has ended; its decision could not be read. Push again"}, 1
	}
	if gate.Verdict == nil {
		return transcript.GateFailed(gate), 1
	}
	before, err := s.predecessor(ctx, t.assignment.ID, gate)
	if err != nil {
		s.logInternal("look up the version before", err)
	}
	out := transcript.GateVerdict(t.assignment.Path(), gate, before)
	if gate.Verdict.Activates() {
		return out, 0
	}
	return out, 1
}

// predecessor returns the version that was active when a gate decided. If there was none, it
// returns the newest earlier version that passed its own gate, or the zero value.
func (s *follower) predecessor(ctx context.Context, assignment int64, gate schema.Gate) (schema.Gate, error) {
	if n := gate.Verdict.Before; n > 0 {
		v, err := s.Ledger.VersionByNumber(ctx, assignment, n)
		if err != nil {
			return schema.Gate{}, err
		}
		return s.Ledger.Gate(ctx, v.ID)
	}
	all, err := s.Ledger.Versions(ctx, assignment, maxVersions)
	if err != nil {
		return schema.Gate{}, err
	}
	for _, v := range all {
		if v.Number < gate.Version.Number && (v.State == schema.VersionActive || v.State == schema.VersionRetired) {
			return s.Ledger.Gate(ctx, v.ID)
		}
	}
	return schema.Gate{}, nil
}
