package gitd

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// refusalCode names a rule that refuses pushes. For each code, a test follows the advice
// (advice_test.go). Refusals of trees have their own codes, in course.
type refusalCode string

// These are the rules that are checked before git reads the push.
const (
	refusalOption      refusalCode = "option"       // an unknown push option
	refusalTerms       refusalCode = "terms"        // the assignment's times and limits
	refusalTry         refusalCode = "try"          // a try that the assignment does not accept
	refusalConsent     refusalCode = "consent"      // late, without the push option that confirms it
	refusalConfirm     refusalCode = "confirm"      // it would change grades, without the push option that confirms it
	refusalSeveral     refusalCode = "several"      // more than one branch
	refusalBranch      refusalCode = "branch"       // a branch other than main
	refusalRef         refusalCode = "ref"          // neither a branch nor a tag
	refusalTag         refusalCode = "tag"          // tags alone, for commits that main does not have
	refusalDeleteMain  refusalCode = "delete-main"  // a deletion of main
	refusalDelete      refusalCode = "delete"       // a deletion of something else
	refusalSame        refusalCode = "same"         // main is at that commit
	refusalBusy        refusalCode = "busy"         // another push is being received
	refusalMoved       refusalCode = "moved"        // main moved after the client read it
	refusalTeam        refusalCode = "team"         // the sender joined or left a team meanwhile
	refusalStopping    refusalCode = "stopping"     // the server is stopping
	refusalRevoked     refusalCode = "revoked"      // the key, the account or the enrolment has ended
	refusalUnavailable refusalCode = "unavailable"  // an internal error; its message is shown
	refusalPackSlow    refusalCode = "pack-slow"    // the pack did not arrive in time
	refusalUnpackSlow  refusalCode = "unpack-slow"  // git took too long to store the pack
	refusalPackSize    refusalCode = "pack-size"    // more bytes than git reads
	refusalObjectSize  refusalCode = "object-size"  // a file that needs more memory than git has
	refusalHistory     refusalCode = "history"      // large files somewhere in the history
	refusalFsck        refusalCode = "fsck"         // a malformed object
	refusalShallow     refusalCode = "shallow"      // a clone without its history
	refusalUnpack      refusalCode = "unpack"       // anything else that git cannot store
	refusalEntries     refusalCode = "entries"      // more files than the server judges
	refusalDisagree    refusalCode = "disagreement" // git and the server read different pushes
)

// refusal is a refused push. It holds a short reason for git's report and, for the person, the
// rule, the text, and the commands that help.
type refusal struct {
	code     refusalCode
	reason   string
	text     string
	commands []string // shell commands to run at the top of the work tree; nil if none helps
}

// lines returns the lines that are shown to the person.
func (r refusal) lines() []string { return transcript.Refusal(r.text, r.commands...) }

// err returns the refusal as an error. CodeUnavailable: the same files may be accepted later.
func (r refusal) err() error {
	code := schema.CodeRefused
	switch r.code {
	case refusalBusy, refusalMoved, refusalSame, refusalStopping, refusalUnavailable, refusalPackSlow, refusalDisagree:
		code = schema.CodeUnavailable
	case refusalRevoked:
		code = schema.CodeForbidden
	}
	return schema.Errorf(code, "%s", strings.Join(r.lines(), "\n"))
}

// pushHead returns the command that pushes the student's current commit, ready to copy.
func (p *push) pushHead(flags ...string) string {
	if p.try {
		return p.pushRef("HEAD:try", flags...)
	}
	return p.pushRef("HEAD:main", flags...)
}

func (p *push) pushRef(refspec string, flags ...string) string {
	return strings.Join(append(append([]string{"git", "push"}, flags...), p.remote, refspec), " ")
}

// A temporary refusal has no command, because the same push should be repeated.

func stoppingRefusal() refusal {
	return refusal{code: refusalStopping, reason: "try again later", text: "the server is stopping. Push again"}
}

func revokedRefusal(why string) refusal {
	return refusal{code: refusalRevoked, reason: "session ended", text: why}
}

func unavailableRefusal(err error) refusal {
	return refusal{code: refusalUnavailable, reason: "try again later", text: schema.MessageOf(err)}
}

// judgeTerms checks a student's push against the assignment's times and limits before the pack
// is read.
func (s *receiver) judgeTerms(ctx context.Context, p *push) error {
	if p.try {
		return s.judgeTry(ctx, p)
	}
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

// judgeTry checks a push to the branch try against the assignment's rules and the number of tries
// of the owner within an hour. It also applies to staff.
func (s *receiver) judgeTry(ctx context.Context, p *push) error {
	p.counted = true
	earlier, err := s.Ledger.TriesSince(ctx, p.target.assignment.ID, p.row.Owner, p.received.Add(-course.TriesPeriod))
	if err != nil {
		return fmt.Errorf("read tries: %w", err)
	}
	return course.AdmitTry(p.target.spec, p.target.assignment.Path(), earlier, p.received, p.target.zone())
}

// judgeAgain repeats judgeTerms under the repository's lock if the number of earlier pushes
// matters. Otherwise two concurrent pushes could both use the last one that a limit allows.
func (s *receiver) judgeAgain(ctx context.Context, p *push) error {
	if err := s.sameOwner(ctx, p); err != nil {
		return err
	}
	if !p.counted {
		return nil
	}
	return s.judgeTerms(ctx, p)
}

// sameOwner refuses a push whose sender has joined or left a team since it began, because it
// would count for another owner.
func (s *receiver) sameOwner(ctx context.Context, p *push) error {
	if p.row.Kind != schema.RepositoryOwn || p.target.viewer.Staff() {
		return nil
	}
	m := classroom.Member{Actor: p.session.actor(), Course: p.target.course, Role: p.target.viewer.Role}
	owner, err := s.Classroom.Work.OwnerOf(ctx, m, p.target.assignment.ID)
	if err != nil || owner == p.row.Owner {
		return err
	}
	no := refusal{code: refusalTeam, text: "you left team " + p.row.Owner + " while this push was coming in. Push again to hand in alone"}
	if owner != p.target.user.Login {
		no.text = "you joined team " + owner + " while this push was coming in. Push again to hand in for the team"
	}
	if p.try {
		no.text = strings.Replace(no.text, "hand in", "try it", 1)
	}
	no.commands = []string{p.pushHead()}
	return refusedPush{refusal: no}
}

// judgeList accepts exactly one command, which moves main or the branch try to a commit. begin
// removes tags before: a push is neither accepted nor refused because of them.
func (p *push) judgeList() *refusal {
	all := p.list.Commands
	if len(all) != 1 {
		return &refusal{refusalSeveral, "one ref at a time", fmt.Sprintf("one branch is pushed at a time, and these are %d refs. Push main alone", len(all)), []string{p.pushRef(ofMain(all))}}
	}
	c := all[0]
	ref := transcript.Truncate(schema.Sanitize(c.Ref), 60)
	branch, isBranch := strings.CutPrefix(c.Ref, "refs/heads/")
	switch {
	case c.Ref == mainRef && c.Deletes():
		return &refusal{refusalDeleteMain, "main cannot be deleted", "main cannot be deleted: what was handed in stays. Push a commit instead", []string{p.pushHead()}}
	case c.Deletes():
		return &refusal{refusalDelete, "nothing to delete", ref + " is not here, and nothing is ever deleted. Push a commit to main", []string{p.pushHead()}}
	case strings.HasPrefix(c.Ref, "refs/tags/"):
		return &refusal{refusalTag, "tags are not kept", "only the branch main is graded, and this is " + ref + ". Push main", []string{p.pushHead()}}
	case !isBranch:
		return &refusal{refusalRef, "only main is graded", "only the branch main is graded, and this is " + ref + ". Push it as main", []string{p.pushHead()}}
	case c.Ref == tryRef && p.row.Kind == schema.RepositoryOwn:
		return nil
	case c.Ref != mainRef:
		return &refusal{refusalBranch, "only main is graded", "only the branch main is graded, and this is " + transcript.Truncate(schema.Sanitize(branch), 40) + ". Push it as main",
			[]string{p.pushRef(asMain(branch))}}
	case c.New == c.Old:
		return &refusal{code: refusalSame, reason: "nothing to push", text: "main is at that commit already. Push again to watch it"}
	}
	return nil
}

// ofMain selects which of several refs to push: main if it is among them.
func ofMain(all []pktline.Command) string {
	for _, c := range all {
		if c.Ref == mainRef && !c.Deletes() {
			return "main"
		}
	}
	return "HEAD:main"
}

// asMain returns the refspec that pushes a branch as main. If the branch's name cannot be typed, it
// uses HEAD.
func asMain(branch string) string {
	if schema.Sanitize(branch) != branch {
		return "HEAD:main"
	}
	return schema.ShellWord(branch) + ":main"
}

// refuse answers every command of the list with the reason. It reads the client's pack first,
// because git shows no report if its pack is not read.
func (s *receiver) refuse(p *push, no refusal) int {
	s.refused(p, string(no.code), no.err())
	p.progress(no.lines())
	if p.list.SendsPack() {
		s.drain(p.session)
	}
	var all []pktline.Refusal
	for _, c := range append(p.list.Commands, p.tags...) {
		all = append(all, pktline.Refusal{Ref: c.Ref, Reason: no.reason})
	}
	_ = p.writeReport(pktline.Report(all))
	return p.end(0)
}

// refused logs the rule by which a push was refused, and records why in its session.
func (s *receiver) refused(p *push, code string, why error) {
	p.session.refuse(why)
	s.Logger.Info("push refused", "login", p.target.user.Login, "repository", p.row.ID, "code", code)
}

// drain reads and discards what the client still sends, within limits.
func (s *receiver) drain(sess *session) {
	done := make(chan struct{})
	sess.readers.Go(func() {
		defer close(done)
		_, _ = io.CopyN(io.Discard, sess.channel, s.Limits.PackBytes) // ignored: any error means that the client has ended
	})
	timeout := time.NewTimer(s.Limits.Pack)
	defer timeout.Stop()
	select {
	case <-done:
	case <-timeout.C:
	case <-s.base.Done():
	}
}
