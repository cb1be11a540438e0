package gitd

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// maxTries bounds how many tries `log` lists.
const maxTries = 10

// followTry shows a push to the branch try from its first line to its verdict, and returns
// the exit status.
func (s *follower) followTry(ctx context.Context, v viewing, is *schema.Try, t *target) int {
	access := s.access(ctx, t, is.Work.Owner)
	head := s.tryHead(is, t)
	foot := transcript.TryFoot("git push " + s.remote(t.path) + " HEAD:main")
	if !v.wait {
		_ = v.out.Lines(append(head, foot...)) // a client that has gone can read it in log
		return 0
	}
	v.again = false // pushing again would make another try
	last, ok := s.stream(ctx, v, append(head, transcript.Waiting(is.Job.State, v.again)...), is.Job.ID, transcript.New(access, transcript.Options{Colour: v.colour, Verbose: v.verbose}))
	switch {
	case !ok && v.exitCode:
		return 1
	case !ok:
		return 0 // the try is recorded: git must not say that the push failed
	}
	_ = v.out.Lines(foot) // a client that has gone can read it in log
	if v.exitCode && !passed(last, access) {
		return 1
	}
	return 0
}

// tryHead returns the first lines that a try shows.
func (s *follower) tryHead(is *schema.Try, t *target) []string {
	h := transcript.Head{Course: t.path.Course, Title: t.assignment.Name, Number: is.Number, Try: true,
		Received: is.ReceivedAt, Now: s.Clock().In(t.zone()), Commit: is.Commit}
	if t.spec != nil && t.spec.Title != "" {
		h.Title = t.spec.Title
	}
	return h.Lines()
}

// tries returns a table of an owner's latest tries, "" if there are none.
func (s *studentCommands) tries(ctx context.Context, t *target, owner string, a course.Access) (string, error) {
	all, err := s.Ledger.Tries(ctx, t.assignment.ID, owner, maxTries)
	if err != nil || len(all) == 0 {
		return "", err
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, y := range all {
		score := scoreOf(schema.GradedSubmission{Grading: schema.Grading{Job: y.Job, Result: y.Result}}, a)
		fmt.Fprintf(w, "try %d\t%s\t%s\t%s\tnot counted\n", y.Number, y.ReceivedAt.In(t.zone()).Format("2006-01-02 15:04:05"), transcript.ShortCommit(y.Commit), score)
	}
	_ = w.Flush() // written to memory, which does not fail
	return b.String(), nil
}
