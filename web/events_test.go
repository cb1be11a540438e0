package web_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web"
)

const live = "/comp2402/a1/alice/1/-/events"

// liveSite returns a site on which the first n events of alice's first submission have happened.
func liveSite(t *testing.T, n int) (*site, *schema.GradedSubmission) {
	t.Helper()
	c := newClassroom(t)
	sub := c.submit("alice", 1)
	s := newSite(t, c, nil)
	for _, step := range liveStory()[:n] {
		s.happen(sub, step.event)
	}
	return s, sub
}

func TestStreamTellsEverything(t *testing.T) {
	t.Parallel()
	s, sub := liveSite(t, 0)
	l := s.as("alice").listen(live, "")
	for _, step := range liveStory() {
		s.happen(sub, step.event)
	}
	all := l.untilClosed()
	// The seventh event is of the hidden test. Nothing of it is sent, and no gap reveals it.
	if got := ids(all); got != "1 2 3 4 5 6 7 8" {
		t.Errorf("ids %q", got)
	}
	if last := all[len(all)-1]; last.event != "end" {
		t.Errorf("the last message is %+v, want event end", last)
	}
	mustContain(t, all[len(all)-2].data, `<template data-replace="verdict">`, "Partly right", `data-title="2 / 5: comp2402/a1/alice/1 · grader"`)
	if strings.Contains(all[len(all)-2].data, `data-replace="tests"`) {
		t.Error("the end replaces tests that the page has already")
	}
}

func TestStreamResumes(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct{ path, last, want string }{
		"from the page":              {live + "?job=101&after=5", "", "6 7"},
		"from the last event":        {live + "?job=101&after=2", "5", "6 7"},
		"from the start":             {live, "", "1 2 3 4 5 6 7"},
		"from the last test":         {live, "7", ""},
		"from nonsense":              {live + "?after=-3", "x", "1 2 3 4 5 6 7"},
		"from beyond what there was": {live, "900", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, sub := liveSite(t, 8)
			l := s.as("alice").listen(one.path, one.last)
			s.awaitWatcher(sub.Job.ID)
			s.happen(sub, liveStory()[8].event)
			all := l.until("Graded: 2 of 5 points.")
			got := strings.TrimSpace(strings.TrimSuffix(ids(all), "8"))
			if got != one.want {
				t.Errorf("ids %q, want %q", got, one.want)
			}
		})
	}
}

// TestSlowReaderIsDropped closes the watch as the scheduler does. The reader reconnects with its last event and receives every
// test once.
func TestSlowReaderIsDropped(t *testing.T) {
	t.Parallel()
	s, sub := liveSite(t, 6)
	b := s.as("alice")
	first := b.listen(live, "")
	s.awaitWatcher(sub.Job.ID)
	before := first.until("adds to an empty list")
	s.drop(sub.Job.ID)
	if rest := first.untilClosed(); len(rest) != 0 {
		t.Errorf("%d messages after the drop", len(rest))
	}
	for _, step := range liveStory()[6:] {
		s.happen(sub, step.event)
	}
	again := b.listen(live, before[len(before)-1].id).until("Graded:")
	mustContain(t, again[len(again)-1].data, "removes from the middle")
}

func TestStreamOfAnEndedJob(t *testing.T) {
	t.Parallel()
	s, _ := liveSite(t, 9)
	all := s.as("alice").listen(live, "4").untilClosed()
	if len(all) != 2 || all[1].event != "end" {
		t.Fatalf("messages %+v", all)
	}
	mustContain(t, all[0].data, "Graded: 2 of 5 points.", `data-replace="tests"`, "adds to an empty list", `data-replace="build"`)
}

func TestStreamOfAnEarlierRun(t *testing.T) {
	t.Parallel()
	s, _ := liveSite(t, 3)
	all := s.as("alice").listen(live+"?job=99&after=12", "").untilClosed()
	if len(all) != 1 || all[0].event != "reload" {
		t.Fatalf("messages %+v", all)
	}
}

func TestLostRunnerClearsProgress(t *testing.T) {
	t.Parallel()
	s, sub := liveSite(t, 6)
	l := s.as("alice").listen(live, "6")
	s.happen(sub, schema.Event{Kind: schema.EventRequeued, Text: "the runner was lost"})
	all := l.until("Back in the queue: The runner was lost.")
	mustContain(t, all[len(all)-1].data, `<template data-replace="tests"></template>`, `<template data-replace="cells"></template>`, "It has not begun.")
	page := s.as("alice").page("/comp2402/a1/alice/1")
	if got := page.text("#status"); got != "Back in the queue: The runner was lost. Waiting for a runner: you are next." {
		t.Errorf("status %q", got)
	}
}

func TestWaitingReaderSeesPlace(t *testing.T) {
	t.Parallel()
	s, sub := liveSite(t, 0)
	s.places[sub.Job.ID] = schema.Place{Ahead: 2, Estimate: 4 * time.Second}
	if got := s.as("alice").page("/comp2402/a1/alice/1").text("#status"); got != "Waiting for a runner: 2 ahead of you, about 4 s." {
		t.Errorf("status %q", got)
	}
	m, _ := s.as("alice").listen(live, "").next()
	mustContain(t, m.data, "2 ahead of you")
	if m.id != "" {
		t.Errorf("a place moved the reader to event %s", m.id)
	}
}

func TestCancelledWhileWatched(t *testing.T) {
	t.Parallel()
	s, sub := liveSite(t, 2)
	l := s.as("alice").listen(live, "")
	s.happen(sub, schema.Event{Kind: schema.EventEnded, State: schema.StateCancelled, Text: "cancelled by ines"})
	all := l.untilClosed()
	mustContain(t, all[len(all)-2].data, "The staff cancelled this run.")
}

func TestTooManyStreams(t *testing.T) {
	t.Parallel()
	s, sub := liveSite(t, 2)
	b := s.as("alice")
	var open []*listener
	for range 24 {
		open = append(open, b.listen(live, ""))
		s.awaitWatcher(sub.Job.ID)
	}
	if got := b.get(live); got.status != http.StatusTooManyRequests {
		t.Errorf("the 25th stream: status %d, want 429", got.status)
	}
	if got := s.as("tina").listen(live, ""); got == nil {
		t.Error("one person's streams stop another's")
	}
	for _, l := range open {
		l.leave()
	}
}

// TestStopEndsStreams stops the site while a reader watches.
func TestStopEndsStreams(t *testing.T) {
	t.Parallel()
	s, sub := liveSite(t, 2)
	l := s.as("alice").listen(live, "")
	s.awaitWatcher(sub.Job.ID)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.server.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
	l.untilClosed()
}

// TestStreamsOfOneSubmission has readers of every kind at the same time. Readers who share patches
// must receive the same, and the student must receive nothing hidden.
func TestStreamsOfOneSubmission(t *testing.T) {
	t.Parallel()
	s, sub := liveSite(t, 0)
	listen := func(login, path string) *listener { return s.as(login).listen(path, "") }
	staff := []*listener{listen("tina", live), listen("tina", live), listen("tina", live)}
	failing, alice := listen("tina", live+"?tests=failing"), listen("alice", live)
	for _, step := range liveStory() {
		s.happen(sub, step.event)
	}
	first := staff[0].untilClosed()
	for _, l := range staff[1:] {
		if diff := cmp.Diff(first, l.untilClosed(), cmp.AllowUnexported(message{})); diff != "" {
			t.Errorf("(-one +another)\n%s", diff)
		}
	}
	text := func(all []message) (b string) {
		for _, m := range all {
			b += m.data
		}
		return b
	}
	mustContain(t, text(first), hiddenName, "7 / 10")
	if got := text(failing.untilClosed()); got == text(first) || !strings.Contains(got, neverName) {
		t.Error("a page of failing tests is told of all")
	}
	got := text(alice.untilClosed())
	mustContain(t, got, "2 / 5")
	for _, secret := range []string{hiddenName, hiddenOutput, neverName} {
		if strings.Contains(got, secret) {
			t.Errorf("the student is told %q", secret)
		}
	}
}

// TestEachReaderIsCheckedAtTheEnd has two TAs who watch the same submission to its end. One of them has left the
// course without a notification. The report that was built for the other TA must not be sent to them.
func TestEachReaderIsCheckedAtTheEnd(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.enrol(0, "mallory", schema.RoleTA)
	sub, s := c.submit("alice", 1), newSite(t, c, nil)
	tina, mallory := s.as("tina").listen(live, ""), s.as("mallory").listen(live, "")
	s.awaitWatcher(sub.Job.ID)
	s.awaitWatcher(sub.Job.ID)
	story := liveStory()
	for _, step := range story[:len(story)-1] {
		s.happen(sub, step.event)
	}
	unlock, err := c.locked()
	if err != nil {
		t.Fatal(err)
	}
	c.enrolments = c.enrolments[:len(c.enrolments)-1]
	unlock()
	s.happen(sub, story[len(story)-1].event)
	if all := tina.untilClosed(); len(all) == 0 || all[len(all)-1].event != "end" {
		t.Errorf("tina receives %+v", all)
	}
	for _, m := range mallory.untilClosed() {
		if m.event == "end" || strings.Contains(m.data, "7 / 10") {
			t.Errorf("mallory receives %+v", m)
		}
	}
}

// TestEndIsReadOnce has staff who watch the same submission to its end. What decides who may see it must be read once
// for all of them.
func TestEndIsReadOnce(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	sub, s := c.submit("alice", 1), newSite(t, c, nil)
	var staff []*listener
	for range 5 {
		staff = append(staff, s.as("tina").listen(live, ""))
		s.awaitWatcher(sub.Job.ID)
	}
	reads := func() int {
		unlock, err := c.locked()
		if err != nil {
			t.Fatal(err)
		}
		defer unlock()
		return c.courseReads
	}
	before := reads()
	for _, step := range liveStory() {
		s.happen(sub, step.event)
	}
	for _, l := range staff {
		if all := l.untilClosed(); len(all) == 0 || all[len(all)-1].event != "end" {
			t.Errorf("a reader receives %+v", all)
		}
	}
	if n := reads() - before; n != 1 {
		t.Errorf("the course was read %d times", n)
	}
}

// TestHeadOfStream requests only the headers of a stream, more often than a person may have streams open.
func TestHeadOfStream(t *testing.T) {
	t.Parallel()
	s, _ := liveSite(t, 2)
	b := s.as("alice")
	for range 30 {
		got := b.do(http.MethodHead, live, nil)
		if got.status != http.StatusOK || got.header.Get("Content-Type") != "text/event-stream" || got.body != "" {
			t.Fatalf("status %d, headers %v, body %q", got.status, got.header, got.body)
		}
	}
}

// TestStopCutsStalledStreams stops the site while a reader has stopped reading in the middle of a message. Stop must
// end with its context, although the reader has more time for the message.
func TestStopCutsStalledStreams(t *testing.T) {
	t.Parallel()
	c, log := newClassroom(t), new(syncBuffer)
	sub := c.submit("alice", 1)
	s := newSite(t, c, func(server *web.Server) {
		server.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	l := s.as("alice").listen(live, "")
	s.awaitWatcher(sub.Job.ID)
	const more = 64 << 20 // bytes, more than the system buffers of a connection
	s.happen(sub, schema.Event{Kind: schema.EventStarted})
	s.happen(sub, schema.Event{Kind: schema.EventLine, Text: "the reader stops here" + strings.Repeat("x", more)})
	var received strings.Builder
	for next := make([]byte, 1); !strings.Contains(received.String(), "stops here"); received.Write(next) {
		if _, err := l.body.Read(next); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.server.Stop(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("stop: %v", err)
	}
	if got := log.String(); !strings.Contains(got, "use of closed network connection") || strings.Contains(got, "i/o timeout") {
		t.Errorf("the stream did not end with the connection: %.2000s", got)
	}
}
