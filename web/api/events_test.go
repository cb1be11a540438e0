package api_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/api"
)

// message is one server-sent event.
type message struct{ id, event, data string }

// events is a stream of events.
type events struct {
	t       *testing.T
	body    *bufio.Scanner
	cancel  func() error
	content string
}

// listen opens the stream of comp1/a1/alice/1. last is the id of the last event received before.
func (b *bundle) listen(token, last string) *events {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.server.URL+api.Prefix+"/courses/comp1/assignments/a1/submissions/alice/1/events", nil)
	check(b.t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	res, err := b.server.Client().Do(req)
	check(b.t, err)
	b.t.Cleanup(func() { res.Body.Close() })
	if res.StatusCode != http.StatusOK {
		b.t.Fatalf("status %d", res.StatusCode)
	}
	s := bufio.NewScanner(res.Body)
	s.Buffer(nil, 1<<20)
	return &events{t: b.t, body: s, cancel: res.Body.Close, content: res.Header.Get("Content-Type")}
}

// next returns the next event, or false at the end of the stream. It skips comments.
func (e *events) next() (m message, ok bool) {
	for e.body.Scan() {
		line := e.body.Text()
		switch name, value, _ := strings.Cut(line, ": "); {
		case line == "" && m.event != "":
			return m, true
		case name == "id":
			m.id = value
		case name == "event":
			m.event = value
		case name == "data":
			m.data = value
		}
	}
	return m, false
}

// untilClosed returns the events up to the end of the stream.
func (e *events) untilClosed() (all []message) {
	for {
		m, ok := e.next()
		if !ok {
			return all
		}
		all = append(all, m)
	}
}

func kinds(all []message) string {
	var names []string
	for _, m := range all {
		names = append(names, m.event)
	}
	return strings.Join(names, " ")
}

// play returns the events of a job that a runner grades: those before its build has ended, and the
// later ones.
func (b *bundle) play(sub schema.GradedSubmission) (before, during []schema.Event) {
	r := result()
	return []schema.Event{{Kind: schema.EventStarted, Text: "standard"}, {Kind: schema.EventLine, Text: "cc -o hello\x1b[31m"}},
		[]schema.Event{{Kind: schema.EventBuild, Build: r.Build}, {Kind: schema.EventTest, Test: &r.Tests[1]}, {Kind: schema.EventTest, Test: &r.Tests[0]}, {Kind: schema.EventTest, Test: &r.Tests[2]}}
}

// TestEventsResume follows a submission to its end, and again from the middle after the connection was cut. No event is missing
// or repeated, and none reveals hidden tests.
func TestEventsResume(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	sub := b.push("alice")
	before, during := b.play(sub)
	j, err := b.store.Claim(t.Context(), "runner", "standard", time.Now(), time.Hour)
	check(t, err)
	stored, err := b.store.Append(t.Context(), j.ID, j.Attempt, 0, before)
	check(t, err)
	if len(stored) == 0 {
		t.Fatal("nothing was stored")
	}
	token := b.token("alice", schema.ScopeRead)
	stream := b.listen(token, "")
	if stream.content != "text/event-stream" {
		t.Errorf("content type %q", stream.content)
	}
	<-b.live.watched
	live, err := b.store.Append(t.Context(), j.ID, j.Attempt, len(before), during)
	check(t, err)
	for _, e := range live {
		b.live.happen(t, sub.Job.ID, e)
	}
	ended, err := b.store.Finish(t.Context(), j.ID, j.Attempt, result(), time.Now())
	check(t, err)
	b.live.happen(t, sub.Job.ID, ended)
	all := stream.untilClosed()
	if got := kinds(all); !strings.HasSuffix(got, "started line build test ended submission") {
		t.Fatalf("events %q", got)
	}
	for i, m := range all {
		for _, secret := range hidden {
			if strings.Contains(m.data, secret) {
				t.Errorf("event %d holds %q: %s", i, secret, m.data)
			}
		}
		if strings.Contains(m.data, "x1b") || strings.Contains(m.data, "\x1b") {
			t.Errorf("event %d holds an escape sequence: %s", i, m.data)
		}
	}
	for cut := range len(all) - 1 {
		rest := b.listen(token, all[cut].id).untilClosed()
		if got, want := kinds(rest), kinds(all[cut+1:]); got != want {
			t.Errorf("after %q (%s): %q, want %q", all[cut].event, all[cut].id, got, want)
		}
	}
	for _, other := range []string{"999-3", "x", "-1", all[0].id + "9999x"} {
		if got := kinds(b.listen(token, other).untilClosed()); got != kinds(all) {
			t.Errorf("after %q: %q, want everything", other, got)
		}
	}
	var shown schema.PublicSubmission
	decode(t, all[len(all)-1].data, &shown)
	if want := read[schema.PublicSubmission](b, "alice", "/courses/comp1/assignments/a1/submissions/alice/1"); shown.Score != want.Score || len(shown.Tests) != 1 {
		t.Errorf("at the end %+v, want %+v", shown, want)
	}
	if got := kinds(b.listen(b.token("tina", schema.ScopeRead), "").untilClosed()); strings.Count(got, "test") != 3 {
		t.Errorf("staff are told %q", got)
	}
}

// TestEventsTellThePlace follows a submission that waits in the queue.
func TestEventsTellThePlace(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.push("alice")
	b.live.place = schema.Place{Ahead: 3, Estimate: 90 * time.Second}
	stream := b.listen(b.token("alice", schema.ScopeRead), "")
	for {
		m, ok := stream.next()
		if !ok {
			t.Fatal("the stream ended")
		}
		if m.event == "place" {
			if m.data != `{"ahead":3,"seconds":90}` {
				t.Errorf("place %s", m.data)
			}
			break
		}
	}
	b.close()
	stream.untilClosed()
}

// TestEventsEndWithTheirRight checks that a stream ends with its token, account or enrolment. The stream of another token
// continues.
func TestEventsEndWithTheirRight(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	sub := b.push("alice")
	open := func(name string) *events {
		made, err := b.Tokens.Create(t.Context(), b.people["alice"], classroom.NewToken{Name: name, Scope: schema.ScopeRead})
		check(t, err)
		s := b.listen(made.Secret, "")
		<-b.live.watched
		return s
	}
	kept := b.listen(b.token("tina", schema.ScopeRead), "")
	<-b.live.watched
	one, other := open("one"), open("other")
	_, err := b.Tokens.Revoke(t.Context(), b.people["alice"], "", "one")
	check(t, err)
	one.untilClosed()
	b.live.happen(t, sub.Job.ID, schema.Event{Seq: 90, Kind: schema.EventStarted, Text: "still here"})
	for {
		m, ok := other.next()
		if !ok {
			t.Fatal("the other token's stream ended too")
		}
		if strings.Contains(m.data, "still here") {
			break
		}
	}
	check(t, b.Courses.Unenrol(t.Context(), schema.Operator(), "comp1", "alice"))
	other.untilClosed()
	_, err = b.Accounts.SetDisabled(t.Context(), schema.Operator(), "tina", true)
	check(t, err)
	kept.untilClosed()
}

// TestEventsEndWithTheRole has staff who watch alice's submission and then see less. Their streams must end before
// the next event, which they may not see.
func TestEventsEndWithTheRole(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(b *bundle) error{
		"student": func(b *bundle) error {
			return b.Courses.Enrol(t.Context(), b.people["ida"], "comp1", "tina", schema.RoleStudent)
		},
		"TA of another section": func(b *bundle) error {
			return b.Courses.EnrolIn(t.Context(), b.people["ida"], "comp1", "tina", schema.RoleTA, "L2")
		},
		"roster": func(b *bundle) error {
			_, err := b.People.Import(t.Context(), b.people["ida"], classroom.ImportRequest{Course: "comp1", Data: []byte("login,section,role\ntina,L2,ta\n")})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t)
			b.push("alice")
			b.ownSections("alice,L1,", "bob,L2,", "tina,L1,ta", "theo,L1,ta")
			ends := b.listen(b.token("tina", schema.ScopeRead), "")
			<-b.live.watched
			check(t, change(b))
			ends.untilClosed()
		})
	}
}

// TestEachReaderIsCheckedAtTheEnd has two TAs who watch the same submission to its end. The role or the section of
// one of them changes in the store without a notification. The result that was built for the other TA must not be
// sent to them.
func TestEachReaderIsCheckedAtTheEnd(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(b *bundle, c schema.Course) error{
		"student": func(b *bundle, c schema.Course) error {
			return b.store.Enrol(t.Context(), schema.Operator(), c, b.people["theo"].User, schema.RoleStudent)
		},
		"TA of another section": func(b *bundle, c schema.Course) error {
			return b.store.EnrolIn(t.Context(), schema.Operator(), c, b.people["theo"].User, schema.RoleTA, "L2")
		},
		"not enrolled": func(b *bundle, c schema.Course) error {
			return b.store.Unenrol(t.Context(), schema.Operator(), c, b.people["theo"].User)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBundle(t)
			sub := b.push("alice")
			b.ownSections("alice,L1,", "bob,L2,", "tina,L1,ta", "theo,L1,ta")
			open := func(login string) (*events, chan schema.Event) {
				s := b.listen(b.token(login, schema.ScopeRead), "")
				return s, b.live.watches[<-b.live.watched]
			}
			tina, toTina := open("tina")
			theo, toTheo := open("theo")
			j, err := b.store.Claim(t.Context(), "runner", "standard", time.Now(), time.Hour)
			check(t, err)
			ended, err := b.store.Finish(t.Context(), j.ID, j.Attempt, result(), time.Now())
			check(t, err)
			c, err := b.store.Course(t.Context(), "comp1")
			check(t, err)
			check(t, change(b, c))
			toTina <- ended
			if all := tina.untilClosed(); !strings.HasSuffix(kinds(all), "ended submission") || !strings.Contains(all[len(all)-1].data, "secret corner") {
				t.Errorf("tina receives %+v", all)
			}
			toTheo <- ended
			if got := kinds(theo.untilClosed()); strings.Contains(got, "submission") {
				t.Errorf("theo receives %q for job %d", got, sub.Job.ID)
			}
		})
	}
}

// TestHeadOfEvents requests only the headers of a stream.
func TestHeadOfEvents(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.push("alice")
	path := "/courses/comp1/assignments/a1/submissions/alice/1/events"
	for range 30 { // more than the streams that a person may have open
		got := b.ask(b.token("alice", schema.ScopeRead), http.MethodHead, path, nil)
		if got.status != http.StatusOK || got.header.Get("Content-Type") != "text/event-stream" || got.body != "" {
			t.Fatalf("status %d, headers %v", got.status, got.header)
		}
	}
	if got := b.ask(b.token("bob", schema.ScopeRead), http.MethodHead, path, nil); got.status != http.StatusNotFound && got.status != http.StatusForbidden {
		t.Errorf("for bob: status %d", got.status)
	}
}
