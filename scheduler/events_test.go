package scheduler_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

func TestEventsAreRefused(t *testing.T) {
	t.Parallel()
	test := `{"name":"a","test":"a","outcome":"passed","score":"1","max_score":"1","visible":"always","cpu":0,"wall":0,"memory":0}`
	change := func(from, to string) string {
		return `{"kind":"test","test":` + strings.Replace(test, from, to, 1) + `}`
	}
	cases := map[string]struct {
		body string
		code schema.Code
	}{
		"not JSON":              {"hello", schema.CodeInvalid},
		"an empty line":         {"\n", schema.CodeInvalid},
		"two on a line":         {`{"kind":"line"} {"kind":"line"}`, schema.CodeInvalid},
		"half of one":           {`{"kind":"line"`, schema.CodeInvalid},
		"an unknown field":      {`{"kind":"line","colour":"red"}`, schema.CodeInvalid},
		"an unknown kind":       {`{"kind":"dance"}`, schema.CodeInvalid},
		"the server's kind":     {`{"kind":"ended","state":"done"}`, schema.CodeInvalid},
		"requeued":              {`{"kind":"requeued"}`, schema.CodeInvalid},
		"a sequence number":     {`{"kind":"line","seq":7}`, schema.CodeInvalid},
		"a state":               {`{"kind":"line","state":"done"}`, schema.CodeInvalid},
		"a result":              {`{"kind":"line","result":{"outcome":"graded"}}`, schema.CodeInvalid},
		"a test in a line":      {`{"kind":"line","test":` + test + `}`, schema.CodeInvalid},
		"a test without one":    {`{"kind":"test"}`, schema.CodeInvalid},
		"a build without one":   {`{"kind":"build"}`, schema.CodeInvalid},
		"a build's outcome":     {`{"kind":"build","build":{"outcome":"splendid","duration":1}}`, schema.CodeInvalid},
		"more than the maximum": {change(`"score":"1"`, `"score":"2"`), schema.CodeInvalid},
		"less than nothing":     {change(`"score":"1"`, `"score":"-1"`), schema.CodeInvalid},
		"a negative maximum":    {change(`"max_score":"1"`, `"max_score":"-1"`), schema.CodeInvalid},
		"no number":             {change(`"score":"1"`, `"score":"NaN"`), schema.CodeInvalid},
		"an unknown outcome":    {change("passed", "won"), schema.CodeInvalid},
		"an unknown visibility": {change("always", "sometimes"), schema.CodeInvalid},
		"no name":               {change(`"name":"a"`, `"name":""`), schema.CodeInvalid},
		"a name of escapes":     {change(`"name":"a"`, `"name":"\u001b[2J"`), schema.CodeInvalid},
		"an endless name":       {change(`"name":"a"`, `"name":"`+strings.Repeat("a", 1500)+`"`), schema.CodeInvalid},
		"negative time":         {change(`"cpu":0`, `"cpu":-1`), schema.CodeInvalid},
		"an endless line":       {`{"kind":"line","text":"` + strings.Repeat("a", 1<<20) + `"}`, schema.CodeLimit},
		"too many":              {strings.Repeat(`{"kind":"line"}`+"\n", 2001), schema.CodeLimit},
		"too much":              {strings.Repeat(`{"kind":"line","text":"`+strings.Repeat("a", 1<<19)+`"}`+"\n", 17), schema.CodeLimit},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events, err := scheduler.DecodeEvents(strings.NewReader(c.body))
			if schema.CodeOf(err) != c.code || events != nil {
				t.Errorf("%d events, %v; want code %s", len(events), err, c.code)
			}
			if !strings.Contains(fmt.Sprint(err), "event") {
				t.Errorf("%q does not name the event", err)
			}
		})
	}
}

func TestEventsAreSanitised(t *testing.T) {
	t.Parallel()
	body := `{"kind":"line","text":"\u001b[31mred\u202e ` + strings.Repeat("é", 4000) + `"}` + "\n" +
		`{"kind":"test","test":{"name":"tidy","test":"tidy","outcome":"partial","score":"-3","max_score":"0","visible":"always","cpu":0,"wall":0,"memory":0,"message":"a\u0000b"}}`
	events, err := scheduler.DecodeEvents(strings.NewReader(body))
	check(t, err)
	if text := events[0].Text; schema.SanitizeColored(text) != text || len(text) > 4<<10 || !strings.HasPrefix(text, "\x1b[31mred� éé") {
		t.Errorf("line %.40q of %d bytes", text, len(text))
	}
	if got := events[1].Test; got.Message != "a�b" || got.Score.String() != "-3" {
		t.Errorf("test %+v", got)
	}
}

func TestEventsAreStoredOnce(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	d := b.newDevice()
	b.push("alice")
	o := d.claim()
	d.events(o, 0, started(), line("one")).want(t, 204)
	d.events(o, 0, started(), line("one")).want(t, 204)
	d.events(o, 1, line("one"), line("two")).want(t, 204)
	d.events(o, 9, line("far ahead")).want(t, 409)
	if got := b.kinds(o.Job); len(got) != 5 {
		t.Errorf("events %v, want queued, assigned, started and two lines", got)
	}
	if j := b.job(o.Job); j.State != schema.StateRunning {
		t.Errorf("state %s", j.State)
	}
}

func TestLinesOfAJobAreBounded(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	d := b.newDevice()
	b.push("alice")
	o := d.claim()
	batch := make([]schema.Event, 200)
	for i := range batch {
		batch[i] = line(strings.Repeat("x", 2000))
	}
	first := 0
	for ; first < 400; first += len(batch) {
		d.events(o, first, batch...).want(t, 204)
		d.events(o, first, batch...).want(t, 204) // a repetition does not count
	}
	d.events(o, first, batch...).want(t, 429, "bytes of lines")
}

// FuzzEvents checks that events from a runner are rejected with a message, or safe to show.
func FuzzEvents(f *testing.F) {
	f.Add([]byte(`{"kind":"started","text":"standard","at":"2026-09-28T23:41:07Z"}` + "\n" + `{"kind":"line","text":"\u001b[0m"}`))
	f.Add([]byte(`{"kind":"build","build":{"outcome":"passed","output":"ok","duration":5}}`))
	f.Add([]byte(`{"kind":"test","test":{"name":"a/01","test":"a","outcome":"passed","score":"1/3","max_score":"1","visible":"always","cpu":1,"wall":1,"memory":1}}`))
	f.Add([]byte(`{"kind":"test","test":{"score":"1e999999999"}}`))
	f.Add([]byte("{}\n\n[]"))
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := scheduler.DecodeEvents(strings.NewReader(string(body)))
		if err != nil {
			if code := schema.CodeOf(err); code != schema.CodeInvalid && code != schema.CodeLimit {
				t.Fatalf("error %v of code %s", err, code)
			}
			return
		}
		for _, e := range events {
			if !e.Kind.FromRunner() || e.Seq != 0 || e.Result != nil || schema.SanitizeColored(e.Text) != e.Text || e.Kind != schema.EventLine && schema.Sanitize(e.Text) != e.Text {
				t.Fatalf("let through: %+v", e)
			}
			if r := e.Test; r != nil && (r.Name == "" || r.Score.Cmp(r.MaxScore) > 0 || schema.Sanitize(r.Message+r.Name) != r.Message+r.Name || schema.SanitizeColored(r.Output) != r.Output) {
				t.Fatalf("let through: %+v", r)
			}
		}
	})
}
