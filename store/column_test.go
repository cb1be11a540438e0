package store

import (
	"testing"

	"github.com/grader/grader/schema"
)

func TestEncodeNil(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		value any
		want  string
	}{
		"nil strings":          {[]string(nil), "[]"},
		"nil numbers":          {[]int64(nil), "[]"},
		"nil structs":          {[]schema.CaseChange(nil), "[]"},
		"nil topics":           {schema.NoticeDestination{}.Topics, "[]"},
		"empty strings":        {[]string{}, "[]"},
		"strings":              {[]string{"a", "b"}, `["a","b"]`},
		"nil slice in a field": {struct{ A []string }{}, `{"A":null}`}, // read only by Go
		"nil pointer":          {(*schema.Tally)(nil), "null"},
		"nil":                  {nil, "null"},
	} {
		equal(t, name+": "+ok(encode(c.value))(t), name+": "+c.want)
	}
}

// TestNilLists calls every query that takes a list with a nil one. It must find what it finds with an empty list.
func TestNilLists(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	ctx := t.Context()
	b.push("alice")
	b.finish(b.claim("standard"), 1)
	check(t, b.Enqueue(ctx, schema.Outgoing{Kind: schema.OutgoingWebhook, Key: "1", Receiver: "r", Body: []byte("{}")}))
	check(t, b.Publish(ctx, schema.Operator(), b.assignment, ""))
	check(t, b.Unpublish(ctx, schema.Operator(), b.assignment, ""))
	equal(t, len(ok(b.Published(ctx, b.assignment.ID))(t)), 0)
	for _, none := range [][]string{nil, {}} {
		equal(t, ok(b.LatestJobs(ctx, b.assignment, none, 1))(t), map[string][]int64{})
		equal(t, len(ok(b.StudentGrades(ctx, b.course.ID, none))(t)), 0)
		equal(t, len(ok(b.GitHubLogins(ctx, "https://github.com", none))(t)), 0)
		equal(t, len(ok(b.ReceivedGitHub(ctx, none))(t)), 0)
		e, _, err := b.TakeOutgoing(ctx, schema.OutgoingWebhook, none, b.tick())
		check(t, err)
		equal(t, e.Key, "1")
		check(t, b.write(ctx, "test", func(tx *tx) error {
			facts, err := teamFacts(ctx, tx, schema.TeamRequest{Assignment: b.assignment, Names: none}, b.tick())
			equal(t, len(facts.People), 4)
			return err
		}))
	}
	equal(t, len(ok(b.ClassResults(ctx, nil))(t)), 0)
}
