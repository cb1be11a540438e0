package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/sse"
	"github.com/grader/grader/web/view"
)

const (
	placeEvery     = 2 * time.Second  // interval of updates of the place
	keepaliveEvery = 15 * time.Second // so that proxies keep the connection
	streamLifetime = 15 * time.Minute // then the browser reconnects and is authenticated again
	endsAtOnce     = 16               // streams that decide at their end at the same moment
)

// patch holds the changes to a page: whole regions, or one line or test to add.
type patch struct {
	Report  *view.Report
	Verdict bool
	Status  bool
	Build   bool
	Tests   bool
	Facts   bool
	Line    *view.Line
	Added   *view.Addition
}

// serveEvents streams the events of a submission as patches of its page. A patch is HTML from the
// page's own templates. A reader that sends the id of its last event resumes after it.
func (s *submissionPages) serveEvents(w http.ResponseWriter, r *http.Request, user schema.User) error { //nolint:contextcheck // the stream outlives its request
	ctx, end := context.WithCancelCause(context.Background())
	request := context.AfterFunc(r.Context(), func() { end(sse.ErrReaderGone) })
	open, err := s.streams.Open(sse.Reader{User: user.ID, Key: s.actor(r, user).Key, Session: s.sessionID(r)}, end)
	if err != nil {
		end(nil)
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, streamLifetime)
	leave := func() {
		s.streams.Close(open)
		cancel()
		end(nil)
	}
	started := false
	defer func() {
		if !started { // also after a panic
			leave()
		}
	}()
	// Authenticate after Open, so that a revocation either fails this or ends the open stream.
	v, err := s.lookAgain(r)
	if err != nil {
		return err
	}
	f := &feed{pages: s, out: newStream(w, r), sight: v}
	if r.Method == http.MethodHead {
		f.out.Head()
		return nil
	}
	of := v.Sub.Name
	of.Number = 0
	s.streams.Show(open, v.Course.ID, of.String())
	watched, err := f.begin(ctx, r) //nolint:contextcheck // as above
	run := func() {
		defer leave()
		s.meters.watching.Inc()
		defer s.meters.watching.Dec()
		if err == nil && watched != nil {
			err = f.follow(ctx, watched)
		}
		if err != nil {
			s.log.Debug("stream ended", "submission", f.Sub.Name.String(), "error", err)
		}
	}
	started = true
	if watched == nil {
		run()
		return nil
	}
	s.streams.Run(f.out.Writer, end, func() { request() }, run)
	return nil
}

// lookAgain is like look, but reads the session again.
func (s *submissionPages) lookAgain(r *http.Request) (*sight, error) {
	fresh, err := s.withSession(r.WithContext(valueless{r.Context()})) //nolint:contextcheck // it inherits everything but the values
	if err != nil {
		return nil, err
	}
	user, err := s.user(fresh)
	if err != nil {
		return nil, err
	}
	return s.look(fresh, user)
}

// valueless is a context without values, and so without the session that was read before.
type valueless struct{ context.Context }

// Value implements context.Context.
func (valueless) Value(any) any { return nil }

// feed is one reader's stream of one job.
type feed struct {
	*sight
	pages *submissionPages
	out   *stream
	shown *view.Report // the content of the reader's page
}

// begin sends the stored events and returns a channel of the later ones, or nil if the stream has
// ended.
func (f *feed) begin(ctx context.Context, r *http.Request) (<-chan schema.Event, error) {
	if err := f.out.Open(); err != nil {
		return nil, err
	}
	if job := r.URL.Query().Get("job"); job != "" && job != strconv.FormatInt(f.Sub.Job.ID, 10) {
		return nil, f.out.signal("reload") // the page shows an earlier run
	}
	if err := f.pages.takeStored(ctx, f.sight, lastSeen(r)); err != nil {
		return nil, err
	}
	if f.Sub.Job.State.Ended() {
		final := f.pages.newReport(ctx, f.sight)
		return nil, f.finish(ctx, &final)
	}
	f.shown = &view.Report{Total: f.pages.expectedTests(ctx, f.sight), Failing: f.Failing}
	f.shown.ShowProgress(f.pages.subject(f.sight))
	watched, err := f.pages.Live.Watch(ctx, f.Sub.Job.ID, f.Seen.Seq)
	if err != nil {
		return nil, err
	}
	// The page may be old, so a waiting reader gets its place immediately.
	f.shown.Status = ""
	return watched, f.tellPlace(ctx)
}

// lastSeen returns the number of events that the reader has received. A browser that reconnects
// sends it in Last-Event-ID; otherwise the page sends it in the query.
func lastSeen(r *http.Request) int64 {
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = r.URL.Query().Get("after")
	}
	seq, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seq < 0 {
		return 0
	}
	return seq
}

// follow sends events until the job ends, the reader disconnects, ctx ends, or the channel closes.
// The channel also closes when this reader is too slow.
func (f *feed) follow(ctx context.Context, watched <-chan schema.Event) error {
	place, keepalive := time.NewTicker(placeEvery), time.NewTicker(keepaliveEvery)
	defer place.Stop()
	defer keepalive.Stop()
	for {
		var err error
		select {
		case e, ok := <-watched:
			if !ok {
				return f.lost(ctx)
			}
			var ended bool
			if ended, err = f.pass(ctx, e); ended {
				return err
			}
		case <-place.C:
			err = f.tellPlace(ctx)
		case <-keepalive.C:
			err = f.out.Comment("keepalive")
		case <-f.pages.closing:
			return sse.ErrStopping
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// lost ends a stream whose channel has closed. The browser reconnects and resumes after its last
// event.
func (f *feed) lost(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	f.pages.meters.dropped.Inc()
	return errors.New("the reader was too slow")
}

// pass applies an event and sends the resulting change. It reports whether the job has ended.
func (f *feed) pass(ctx context.Context, e schema.Event) (ended bool, err error) {
	what := f.Seen.Take(e, f.Access)
	if what == view.ChangeEnded {
		return true, f.end(ctx)
	}
	return false, f.tell(ctx, what)
}

// tell sends a change to the page.
func (f *feed) tell(ctx context.Context, what view.Change) error {
	if what == view.ChangeNothing {
		return nil
	}
	status := f.shown.Status
	f.shown.ShowStanding(&f.Seen, f.pages.place(f.sight))
	p := patch{Report: f.shown, Status: f.shown.Status != status, Verdict: what != view.ChangeLine}
	switch what {
	case view.ChangeReset:
		f.shown.ShowProgress(f.pages.subject(f.sight))
		p.Build, p.Tests = true, true
	case view.ChangeLine:
		line := f.shown.AddLine(f.Seen.Lines[len(f.Seen.Lines)-1])
		if p.Build = len(f.shown.Lines) == 1; !p.Build {
			p.Line = &line
		}
	case view.ChangeBuild:
		f.shown.Build, p.Build = view.NewBuild(f.Seen.Build), true
	case view.ChangeTest:
		added := f.shown.AddTest(view.NewTest(f.Seen.Tests[len(f.Seen.Tests)-1], f.Viewer()))
		p.Added = &added
	}
	return f.send(ctx, f.Seen.Told, p)
}

// tellPlace sends a waiting reader its place if the place has changed.
func (f *feed) tellPlace(ctx context.Context) error {
	if f.Seen.State != schema.StateQueued {
		return nil
	}
	words := f.Seen.Words(f.pages.place(f.sight))
	if words == f.shown.Status {
		return nil
	}
	f.shown.Status = words
	return f.send(ctx, 0, patch{Report: f.shown, Status: true})
}

func (f *feed) send(ctx context.Context, told int64, p patch) error {
	render := func() (string, error) {
		html, err := f.pages.templates.execute("submission", "patch", p)
		return messageText(told, html), err
	}
	var text string
	var err error
	if key, ok := f.viewpoint(); ok {
		text, err = f.pages.patches.Get(ctx, fmt.Sprintf("%s %d %d %t %t %t %t %t %t %t %q", key, told, f.Seen.Seq, p.Verdict, p.Status, p.Build, p.Tests, p.Facts, p.Line != nil, p.Added != nil, p.Report.Status), render)
	} else {
		text, err = render()
	}
	if err != nil {
		f.pages.log.Error("live update failed", "error", err)
		return err
	}
	return f.out.Write(text)
}

// viewpoint returns a key for the patches of all readers who see the same page, so that each patch is
// rendered once. It returns false if the reader sees something of their own.
func (f *feed) viewpoint() (string, bool) {
	view, ok := f.Access.SharedView()
	return fmt.Sprintf("%d %s %t", f.Sub.Job.ID, view, f.Failing), ok
}

// final is a submission whose job has ended, with its report.
type final struct {
	sub    schema.GradedSubmission
	report view.Report
}

// end reads the finished submission and sends its report if the reader may still see it.
func (f *feed) end(ctx context.Context) error {
	if err := f.decideAgain(ctx); err != nil {
		return err
	}
	is, err := f.final(ctx)
	if err != nil {
		return err
	}
	if !is.sub.Job.State.Ended() {
		// A new run has begun, so only a reload can show it.
		return f.out.signal("reload")
	}
	f.Sub = is.sub
	return f.finish(ctx, &is.report)
}

// decideAgain decides again whether the reader may see the submission.
func (f *feed) decideAgain(ctx context.Context) error {
	facts, err := f.workFacts(ctx)
	if err != nil {
		return err
	}
	return f.pages.ends.Do(ctx, func() (err error) {
		f.member, f.Access, err = f.pages.Classroom.Work.Again(ctx, f.Actor, f.Sub.Submission, facts)
		return err
	})
}

// workFacts returns the facts about the submission. They are read once for all staff who are told of its end at
// the same moment.
func (f *feed) workFacts(ctx context.Context) (*classroom.WorkFacts, error) {
	read := func() (*classroom.WorkFacts, error) {
		return f.pages.Classroom.Work.Facts(ctx, f.Sub.Name)
	}
	if _, ok := f.Access.SharedView(); !ok {
		return read()
	}
	return f.pages.facts.Get(ctx, strconv.FormatInt(f.Sub.Job.ID, 10), read)
}

// final returns the finished submission. It is read once for all readers who see the same of it.
func (f *feed) final(ctx context.Context) (*final, error) {
	read := func() (*final, error) { return f.readFinal(ctx) }
	if key, ok := f.viewpoint(); ok {
		return f.pages.finals.Get(ctx, key, read)
	}
	return read()
}

// readFinal reads the submission again.
func (f *feed) readFinal(ctx context.Context) (*final, error) {
	v := *f.sight
	if err := f.pages.refresh(ctx, &v); err != nil {
		return nil, err
	}
	return &final{v.Sub, f.pages.newReport(ctx, &v)}, nil
}

// finish sends the final report and ends the stream. It replaces the build and the tests only if they
// differ from those on the page, because the person may be reading them.
func (f *feed) finish(ctx context.Context, final *view.Report) error {
	p := patch{Report: final, Verdict: true, Status: true, Facts: true, Build: true, Tests: true}
	if f.shown != nil {
		p.Build = !reflect.DeepEqual(f.shown.Build, final.Build)
		p.Tests = !reflect.DeepEqual(f.shown.Tests, final.Tests) || len(final.Groups.List) == 0
	}
	if err := f.send(ctx, f.Seen.Told, p); err != nil {
		return err
	}
	return f.out.signal("end")
}
