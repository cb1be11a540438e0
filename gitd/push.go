package gitd

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// mainRef is the branch to hand in, and tryRef is the branch for tries. tryRef does not exist on
// the server: each try has a ref of its own below triesPrefix.
const (
	mainRef = "refs/heads/main"
	tryRef  = "refs/heads/try"
)

// maxList bounds a command list with its options, in bytes.
const maxList = 1 << 20

// push is one `git push`, from its command list to the end of its session.
type push struct {
	session  *session
	target   target
	row      schema.Repository
	remote   string // the repository's address, as people write it
	list     pktline.List
	sent     pktline.List      // the list for git: a try gets its own ref
	try      bool              // a push to the branch try
	tags     []pktline.Command // pushed with main; not sent to git
	options  options
	received time.Time            // legal time: when the list was complete
	changes  []schema.GradeChange // grades that a pushed course.yaml changes
	counted  bool                 // the number of earlier pushes decides whether it is accepted
	side     *pktline.Sideband    // nil: the client does not support side-bands

	token     string // identifies this push to git's hooks
	intent    schema.Intent
	reception *reception
	clock     *packClock   // while git runs
	pack      atomic.Int64 // bytes of the pack so far
	said      lastWords    // git's last messages while it receives
}

// receiver serves pushes. receivePack handles one from start to end.
type receiver struct {
	*services
	*resolver
	*follower
	pushed chan int64 // repositories that received a pack
}

// receivePack serves `git push`.
func (s *receiver) receivePack(ctx context.Context, sess *session, args []string) int {
	p, status := s.begin(ctx, sess, args)
	switch {
	case p == nil:
		return status
	case len(p.list.Commands) == 0 && len(p.tags) > 0:
		return s.pushTags(ctx, p)
	case len(p.list.Commands) == 0:
		return s.nothingToPush(ctx, p)
	}
	return s.push(ctx, p)
}

// begin advertises the repository and reads the command list. If it returns nil, the session ends
// with the returned status.
func (s *receiver) begin(ctx context.Context, sess *session, args []string) (*push, int) {
	if len(args) != 1 {
		return nil, sess.fail(schema.Errorf(schema.CodeInvalid, "use: git-receive-pack 'COURSE/ASSIGNMENT'"))
	}
	t, err := s.find(ctx, sess, args[0], course.ActionPush)
	if err != nil {
		return nil, s.fatal(sess, err)
	}
	row, err := s.ensure(ctx, &t)
	if err != nil {
		return nil, s.fatal(sess, err)
	}
	if err := s.Repos.Advertise(row.ID, sess.channel); err != nil {
		return nil, s.fatal(sess, err)
	}
	list, err := s.readList(ctx, sess)
	if errors.Is(err, io.EOF) {
		_ = sess.printer(sess.err).Lines(transcript.NoAnswer(t.path.Assignment, s.remote(t.path))) // a client that is gone reads nothing
		return nil, 1
	}
	if err != nil {
		return nil, s.noList(sess, err)
	}
	p := &push{session: sess, target: t, row: row, remote: s.remote(t.path), received: s.Clock(), reception: newReception()}
	if !sess.received.IsZero() {
		p.received = sess.received
	}
	p.list, p.tags = list.Split(isTag)
	if list.Can("side-band-64k") {
		p.side = pktline.NewSideband(sess.channel)
	}
	return p, 0
}

// readList reads the client's command list. The whole list must arrive within the limit, which
// starts with the session.
func (s *receiver) readList(ctx context.Context, sess *session) (pktline.List, error) {
	type answer struct {
		list pktline.List
		err  error
	}
	read := make(chan answer, 1)
	sess.readers.Go(func() {
		list, err := pktline.ReadList(sess.channel, pktline.Caps{Bytes: maxList, Options: maxOptions, OptionBytes: maxOptionBytes})
		read <- answer{list, err}
	})
	timeout := time.NewTimer(s.Limits.List - s.Clock().Sub(sess.started))
	defer timeout.Stop()
	select {
	case a := <-read:
		return a.list, a.err
	case <-timeout.C:
		return pktline.List{}, schema.Errorf(schema.CodeLimit, "nothing to push came within %v; push again", s.Limits.List)
	case <-ctx.Done():
		return pktline.List{}, context.Cause(ctx)
	}
}

// noList ends a session whose list did not arrive or cannot be answered.
func (s *receiver) noList(sess *session, err error) int {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, errGone):
		return 1 // the client left, so nobody reads a message
	case errors.As(err, new(*revoked)):
		err = schema.Errorf(schema.CodeForbidden, "%s. Nothing was counted", err)
	case errors.Is(err, errStopping):
		err = schema.Errorf(schema.CodeUnavailable, "the server is stopping; push again in a moment. Nothing was counted")
	case errors.Is(err, pktline.ErrTooLong):
		err = schema.Errorf(schema.CodeLimit, "too many refs, or push options too many (%d) or too long (%d bytes); push main alone. Nothing was counted",
			maxOptions, maxOptionBytes)
	case errors.Is(err, pktline.ErrMalformed):
		err = schema.Errorf(schema.CodeInvalid, "that was not git's protocol")
	}
	return sess.fail(err)
}

// push judges the list, lets git receive the pack, and shows the result.
func (s *receiver) push(ctx context.Context, p *push) int {
	var err error
	if p.options, err = parseOptions(p.list.Options, p.row.Kind); err != nil {
		return s.refuse(p, refusal{refusalOption, "push option refused", schema.MessageOf(err) + ", or none", []string{p.pushHead()}})
	}
	if no := p.judgeList(); no != nil {
		return s.refuse(p, *no)
	}
	if p.try = p.list.Commands[0].Ref == tryRef; p.try && p.options.late {
		return s.refuse(p, refusal{refusalOption, "push option refused", "a try is never late: push it without -o late", []string{p.pushHead()}})
	}
	if err := s.judgeTerms(ctx, p); err != nil {
		s.logInternal("judge a push", err)
		return s.refuse(p, p.refusedTerms(err))
	}
	return s.finish(ctx, p, s.await(ctx, p))
}

// finish sends git's report, shows what the push was recorded as, and then waits with the student
// for the verdict.
func (s *receiver) finish(ctx context.Context, p *push, o outcome) int {
	p.notKept(o.kind)
	switch o.kind {
	case outcomeRefused:
		return s.refuse(p, o.refusal)
	case outcomeRejected:
		p.progress(o.words)
		p.report(o.report, o.kind)
		return p.end(0)
	case outcomeDryRun:
		p.progress([]string{"dry run: would be accepted. " + transcript.NothingCounted})
		p.report(pktline.Report([]pktline.Refusal{{Ref: p.list.Commands[0].Ref, Reason: "dry run: would be accepted"}}), o.kind)
		return p.end(0)
	case outcomeStored:
		p.report(o.report, o.kind)
		p.progress([]string{"stored, not yet counted; we keep trying.", "Push again to watch."})
		return p.end(0)
	}
	p.session.became.Store(o.recorded)
	p.report(o.report, o.kind)
	s.Queue.Wake() // see recordPush
	if o.recorded.try.ID != 0 {
		return p.end(s.followTry(ctx, p.viewing(), &o.recorded.try, &p.target))
	}
	if o.recorded.course.ID != 0 {
		return p.end(s.followCourse(p.viewing(), o.recorded.course, p.changes))
	}
	return p.end(s.follow(ctx, p.viewing(), o.recorded, &p.target))
}

// viewing returns how the lines of a push are shown.
func (p *push) viewing() viewing {
	v := viewing{out: p, colour: p.options.colour, verbose: p.options.verbose, exitCode: p.options.exitCode, wait: !p.options.noWait, again: true}
	if p.side == nil {
		v.wait = false // the client leaves once it has the report
	}
	return v
}

// report sends git's report with a line for each ignored tag. It ignores errors, because they mean
// that the client has gone.
func (p *push) report(report []byte, kind outcomeKind) {
	if p.try {
		report = pktline.Rename(report, p.intent.Ref, tryRef)
	}
	reason := ""
	if kind != outcomeRecorded && kind != outcomeStored {
		reason = "main was not accepted"
	}
	for _, tag := range p.tags {
		report = pktline.Amend(report, tag.Ref, reason)
	}
	_ = p.writeReport(report)
}

// writeReport sends a report, in band 1 if the client supports side-bands.
func (p *push) writeReport(report []byte) error {
	if p.side != nil {
		return p.side.Write(pktline.BandData, report)
	}
	_, err := p.session.channel.Write(report)
	return err
}

// progress shows lines to the person. The lines must be safe for a terminal.
func (p *push) progress(lines []string) {
	if len(lines) > 0 {
		_ = p.Lines(lines) // a client that is gone reads nothing
	}
}

// Lines implements sink.
func (p *push) Lines(lines []string) error {
	var b bytes.Buffer
	for _, line := range lines {
		b.WriteString(line)
		b.WriteByte('\n')
	}
	if p.side != nil {
		return p.side.Write(pktline.BandProgress, b.Bytes())
	}
	_, err := p.session.err.Write(b.Bytes())
	return err
}

// Keepalive implements sink.
func (p *push) Keepalive() error {
	if p.side != nil {
		return p.side.Keepalive()
	}
	return nil
}

// end closes the side-band.
func (p *push) end(status int) int {
	if p.side != nil {
		_ = p.side.Close() // ignored: the client may be gone
	}
	return status
}

func randomHex() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
