package gitd

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// refusal is a push that is turned down: a short reason for git's report, and
// rule, finding and way out for the person.
type refusal struct{ reason, text string }

func refusalStopping() refusal {
	return refusal{"try again later", "the server is stopping. Push again in a moment"}
}

// judgeList holds the command list against the rules that need no look at what is
// pushed; nil: it may go on.
func (p *push) judgeList() *refusal {
	if no := judgeCommands(p.list.Commands); no != nil {
		return no
	}
	return nil
}

// judgeTerms holds a student's push against the assignment's times and limits, before
// the pack is read.
func (s *Server) judgeTerms(ctx context.Context, p *push) error {
	if p.row.Kind != schema.RepositoryOwn || p.target.viewer.Staff() {
		return nil
	}
	terms, err := s.Ledger.Terms(ctx, p.target.assignment.ID, p.row.Owner, p.received)
	if err != nil {
		return fmt.Errorf("read terms: %w", err)
	}
	p.counted = terms.Counts(p.received)
	return terms.Admit(p.received, p.options.late)
}

// judgeAgain repeats judgeTerms under the repository's lock where earlier pushes
// decide: two at once must not share the last of a limit.
func (s *Server) judgeAgain(ctx context.Context, p *push) error {
	if !p.counted {
		return nil
	}
	return s.judgeTerms(ctx, p)
}

// judgeCommands accepts exactly one command that moves main to a commit.
func judgeCommands(all []pktline.Command) *refusal {
	if len(all) != 1 {
		return &refusal{"one ref at a time", fmt.Sprintf("one branch is pushed at a time, and these are %d refs. Push main alone: git push REMOTE main", len(all))}
	}
	c := all[0]
	branch, isBranch := strings.CutPrefix(c.Ref, "refs/heads/")
	ref := transcript.Clip(schema.Sanitize(c.Ref), 60)
	switch {
	case c.Ref == mainRef && c.Deletes():
		return &refusal{"main cannot be deleted", "main cannot be deleted: what was handed in stays. Push a commit instead: git push REMOTE main"}
	case c.Deletes():
		return &refusal{"nothing to delete", ref + " is not here, and nothing is ever deleted. Push a commit to main: git push REMOTE main"}
	case strings.HasPrefix(c.Ref, "refs/tags/"):
		return &refusal{"tags are not taken", "tags are not taken, and this is " + ref + ". Push the branch main: git push REMOTE main"}
	case !isBranch:
		return &refusal{"only main is graded", "only the branch main is graded, and this is " + ref + ". Push it as main: git push REMOTE HEAD:main"}
	case c.Ref != mainRef:
		branch = transcript.Clip(schema.Sanitize(branch), 40)
		return &refusal{"only main is graded", fmt.Sprintf("only the branch main is graded, and this is %s. Push it as main: git push REMOTE %s:main", branch, branch)}
	case c.New == c.Old:
		return &refusal{"nothing to push", "main is at that commit already. Push again without changes to watch it"}
	}
	return nil
}

// refuse answers every command of the list with the reason, once the client has
// sent its pack: a git whose pack is not read shows no report.
func (s *Server) refuse(p *push, no refusal) int {
	p.progress(transcript.Refusal(no.text))
	if p.list.SendsPack() {
		s.drain(p.session)
	}
	var all []pktline.Refusal
	for _, c := range p.list.Commands {
		all = append(all, pktline.Refusal{Ref: c.Ref, Reason: no.reason})
	}
	p.report(pktline.Report(all))
	return p.end(0)
}

// drain reads and throws away what the client still sends, within limits.
func (s *Server) drain(sess *session) {
	done := make(chan struct{})
	sess.readers.Go(func() {
		defer close(done)
		_, _ = io.CopyN(io.Discard, sess.channel, s.Limits.PackBytes) // whatever ends it, it has ended
	})
	timeout := time.NewTimer(s.Limits.Pack)
	defer timeout.Stop()
	select {
	case <-done:
	case <-timeout.C:
	case <-s.base.Done():
	}
}
