package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/sse"
)

const (
	eventBatch     = 500              // stored events that are read at once
	placeEvery     = 2 * time.Second  // interval of updates of the place
	keepaliveEvery = 15 * time.Second // so that proxies keep the connection
	streamLifetime = 15 * time.Minute // then the client reconnects and is authenticated again
	endsAtOnce     = 16               // streams that decide at their end at the same moment
)

// place is a waiting submission's place, the data of the event "place".
type place struct {
	Ahead   int    `json:"ahead"`             // submissions that start before it
	More    bool   `json:"more,omitempty"`    // there are more, which were not counted
	Seconds int    `json:"seconds,omitempty"` // until it starts, estimated
	Stalled string `json:"stalled,omitempty"` // why it cannot start until the staff act
}

func newPlace(p schema.Place) place {
	return place{Ahead: p.Ahead, More: p.More, Seconds: int(p.Estimate.Seconds()), Stalled: schema.Sanitize(p.Stalled)}
}

// eventRoute returns the route that streams the events of a submission. The last event,
// "submission", has the reply of getSubmission as its data.
func (a *API) eventRoute() route {
	r := get(atSubmission+"/events", "streamEvents",
		"What happens to a submission, as server-sent events; Last-Event-ID resumes. Events: queued, assigned, started, requeued, line, build, test, ended (data: PublicEvent), place, submission (the end)",
		streamEvents)
	r.gives = sse.ContentType
	return r
}

// streamEvents streams the events of a submission's latest job.
func streamEvents(c *call) (schema.PublicEvent, error) {
	name, err := c.name()
	if err != nil {
		return schema.PublicEvent{}, err
	}
	ctx, end := context.WithCancelCause(context.Background())
	request := context.AfterFunc(c.ctx(), func() { end(sse.ErrReaderGone) })
	open, err := c.streams.Open(sse.Reader{User: c.by.User.ID, Token: c.token.ID, Key: c.by.Key}, end)
	if err != nil {
		end(nil)
		return schema.PublicEvent{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, min(streamLifetime, c.token.ExpiresAt.Sub(c.Clock())))
	streams := c.streams
	leave := func() { // without c, which refers to the request
		streams.Close(open)
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
	fresh, err := c.again()
	var seen classroom.Seen
	if err == nil {
		seen, err = c.Classroom.Work.Submission(c.ctx(), fresh, name)
	}
	if err != nil {
		return schema.PublicEvent{}, err
	}
	c.streams.Show(open, seen.Member.Course.ID, name.Course+"/"+name.Assignment+"/"+name.Owner)
	// The stream must not refer to the request, which holds the HTTP server's buffers.
	s := &stream{call: &call{API: c.API, by: fresh, token: c.token}, Writer: sse.NewWriter(c.w, c.r), seen: seen}
	c.w.Header().Set("Cache-Control", "no-store")
	if c.r.Method == http.MethodHead {
		s.Head()
		return schema.PublicEvent{}, errWritten
	}
	watched, err := s.begin(ctx, c)
	run := func() {
		defer leave()
		if err == nil && watched != nil {
			err = s.follow(ctx, watched)
		}
		if err != nil {
			s.Logger.Debug("API stream ended", "submission", s.seen.Submission.Name.String(), "error", err)
		}
	}
	started = true
	if watched == nil {
		run()
		return schema.PublicEvent{}, errWritten
	}
	c.streams.Run(s.Writer, end, func() { request() }, run)
	return schema.PublicEvent{}, errWritten
}

// errWritten reports that the reply has already been written.
var errWritten = errors.New("written")

// again authenticates the request again.
func (c *call) again() (schema.Actor, error) {
	secret := strings.TrimPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	by, _, err := c.Classroom.Tokens.Authenticate(c.ctx(), secret)
	return by, err
}

// stream is one reader's stream of one job.
type stream struct {
	*call
	*sse.Writer
	seen  classroom.Seen
	live  bool  // the events come from the scheduler, and other readers receive them at the same moment
	told  int64 // events that the reader may see; other events are not counted, so that their number stays hidden
	skip  int64 // how many of these the reader has already received
	place string
}

// begin sends the stored events and returns a channel of the later ones, or nil if the job has
// ended.
func (s *stream) begin(ctx context.Context, c *call) (<-chan schema.Event, error) {
	_ = http.NewResponseController(c.w).SetReadDeadline(time.Time{})
	if err := s.Open(); err != nil {
		return nil, err
	}
	s.skip = s.lastSeen(c.r.Header.Get("Last-Event-ID"))
	last, ended, err := s.stored(ctx)
	if err != nil {
		return nil, err
	}
	if ended || s.seen.Submission.Job.State.Ended() {
		return nil, s.finish(ctx)
	}
	watched, err := s.Live.Watch(ctx, s.job(), last)
	if err != nil {
		return nil, err
	}
	return watched, s.tellPlace()
}

func (s *stream) job() int64 { return s.seen.Submission.Job.ID }

// lastSeen returns the number of this job's events that the reader has received. The id of an event
// is JOB-N. After another job's events, the reader starts from the beginning.
func (s *stream) lastSeen(id string) int64 {
	job, n, ok := strings.Cut(id, "-")
	if !ok || job != strconv.FormatInt(s.job(), 10) {
		return 0
	}
	had, err := strconv.ParseInt(n, 10, 64)
	if err != nil || had < 0 {
		return 0
	}
	return had
}

// stored sends the stored events and returns the sequence of the last one.
func (s *stream) stored(ctx context.Context) (last int64, ended bool, err error) {
	for {
		events, err := s.Results.Events(ctx, s.job(), last, eventBatch)
		if err != nil {
			return last, false, fmt.Errorf("events: %w", err)
		}
		for _, e := range events {
			if e.Seq <= last {
				return last, false, errors.New("events: the store repeats itself")
			}
			last = e.Seq
			if ended, err = s.pass(ctx, e); ended || err != nil {
				return last, ended, err
			}
		}
		if len(events) < eventBatch {
			return last, false, nil
		}
	}
}

// follow sends events until the job ends, the reader disconnects, ctx ends, or the channel closes.
// The channel also closes when this reader is too slow.
func (s *stream) follow(ctx context.Context, watched <-chan schema.Event) error {
	s.live = true
	place, keepalive := time.NewTicker(placeEvery), time.NewTicker(keepaliveEvery)
	defer place.Stop()
	defer keepalive.Stop()
	for {
		var err error
		select {
		case e, ok := <-watched:
			if !ok {
				return errors.Join(context.Cause(ctx), errors.New("the reader was too slow, or the job has ended"))
			}
			var ended bool
			if ended, err = s.pass(ctx, e); ended && err == nil {
				return s.finish(ctx)
			}
		case <-place.C:
			err = s.tellPlace()
		case <-keepalive.C:
			err = s.Comment("keepalive")
		case <-s.Closing:
			return sse.ErrStopping
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// pass sends an event if the reader may see it and has not received it yet. It reports whether the
// job has ended.
func (s *stream) pass(ctx context.Context, e schema.Event) (ended bool, err error) {
	ended = e.Kind == schema.EventEnded
	shown, ok := course.ReportEvent(e, s.seen.Access)
	if !ok {
		return ended, nil
	}
	switch e.Kind {
	case schema.EventQueued, schema.EventRequeued:
		s.seen.Submission.Job.State = schema.StateQueued
	case schema.EventAssigned, schema.EventStarted:
		s.seen.Submission.Job.State = schema.StateRunning
	}
	if s.told++; s.told <= s.skip {
		return ended, nil
	}
	return ended, s.tell(ctx, fmt.Sprint(e.Seq), string(e.Kind), func() (string, error) { return jsonText(shown) })
}

// tell sends an event unless its data is "". The text is built once for all readers who see the same of the job.
func (s *stream) tell(ctx context.Context, of, kind string, data func() (string, error)) error {
	build := func() (string, error) {
		text, err := data()
		if err != nil || text == "" {
			return "", err
		}
		return s.messageText(kind, text), nil
	}
	text, err := s.shared(ctx, fmt.Sprintf("%s %d", of, s.told), build)
	if err != nil || text == "" {
		return err
	}
	return s.Write(text)
}

// shared returns a text that is built once for all readers who see the same of the job.
func (s *stream) shared(ctx context.Context, of string, build func() (string, error)) (string, error) {
	view, ok := s.seen.Access.SharedView()
	if !ok || !s.live {
		return build()
	}
	return s.texts.Get(ctx, fmt.Sprintf("%d %s %s", s.job(), view, of), build)
}

// workFacts returns the facts about the submission. They are read once for all staff who are told of its end at
// the same moment.
func (s *stream) workFacts(ctx context.Context) (*classroom.WorkFacts, error) {
	read := func() (*classroom.WorkFacts, error) {
		return s.Classroom.Work.Facts(ctx, s.seen.Submission.Name)
	}
	if _, ok := s.seen.Access.SharedView(); !ok || !s.live {
		return read()
	}
	return s.facts.Get(ctx, strconv.FormatInt(s.job(), 10), read)
}

func jsonText(data any) (string, error) {
	text, err := json.Marshal(data)
	return string(text), err
}

// tellPlace sends a waiting reader its place if the place has changed.
func (s *stream) tellPlace() error {
	if s.seen.Submission.Job.State != schema.StateQueued {
		return nil
	}
	shown := newPlace(s.Live.Place(s.job()))
	if now := fmt.Sprint(shown); now != s.place {
		s.place = now
		text, err := jsonText(shown)
		if err != nil {
			return err
		}
		return s.Write(s.messageText("place", text))
	}
	return nil
}

// finish sends the finished submission if the reader may still see it. If a new job has begun, it sends
// nothing, and the reader reconnects.
func (s *stream) finish(ctx context.Context) error {
	if err := s.decideAgain(ctx); err != nil {
		return err
	}
	return s.tell(ctx, "the end", "submission", func() (string, error) {
		report, err := s.Classroom.Work.Report(ctx, s.by, s.seen.Submission.Name)
		if err != nil || !report.State.Ended() {
			return "", err
		}
		return jsonText(report)
	})
}

// decideAgain decides again whether the reader may see the submission.
func (s *stream) decideAgain(ctx context.Context) error {
	facts, err := s.workFacts(ctx)
	if err != nil {
		return err
	}
	return s.ends.Do(ctx, func() (err error) {
		s.seen.Member, s.seen.Access, err = s.Classroom.Work.Again(ctx, s.by, s.seen.Submission.Submission, facts)
		return err
	})
}

// messageText returns an event with JSON data. The event's id lets the reader resume after it.
func (s *stream) messageText(kind, data string) string {
	id := ""
	if s.told > 0 {
		id = fmt.Sprintf("id: %d-%d\n", s.job(), s.told)
	}
	return id + "event: " + kind + "\ndata: " + data + "\n\n"
}
