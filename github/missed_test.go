package github_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/github"
	"github.com/grader/grader/github/githubtest"
)

// known are the announcements that were received.
type known map[string]bool

func (k known) ReceivedGitHub(context.Context, []string) (map[string]bool, error) { return k, nil }

// Pushes that did not arrive are asked for again, once each; what arrived, later attempts
// included, what is no push, what is too old and what never arrives is not.
func TestMissedDeliveries(t *testing.T) {
	t.Parallel()
	hub := githubtest.New(t)
	now := time.Now()
	app, ok := byApp(t)(hub, func() time.Time { return now }).(*github.App)
	if !ok {
		t.Fatal("no App")
	}
	all := []githubtest.Delivery{
		{ID: 9, GUID: "repeated", At: now, Event: "push", StatusCode: 202},
		{ID: 8, GUID: "twice", At: now, Event: "push", StatusCode: 502},
		{ID: 7, GUID: "missed", At: now.Add(-time.Hour), Event: "push", StatusCode: 0},
		{ID: 6, GUID: "twice", At: now.Add(-time.Hour), Event: "push", StatusCode: 502},
		{ID: 5, GUID: "repeated", At: now.Add(-time.Hour), Event: "push", StatusCode: 502},
		{ID: 4, GUID: "timed out after it was stored", At: now.Add(-time.Hour), Event: "push", StatusCode: 504},
		{ID: 3, GUID: "star", At: now.Add(-time.Hour), Event: "star", StatusCode: 502},
		{ID: 2, GUID: "old", At: now.Add(-73 * time.Hour), Event: "push", StatusCode: 502},
	}
	for n := range int64(6) {
		all = append(all, githubtest.Delivery{ID: 100 + n, GUID: "never", At: now.Add(-2 * time.Hour), Event: "push", StatusCode: 401})
	}
	hub.SetDeliveries(all...)
	m := &github.Missed{App: app, Received: known{"timed out after it was stored": true}, Clock: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)}
	n, err := m.Ask(t.Context())
	if err != nil || n != 2 {
		t.Errorf("%d asked for, %v", n, err)
	}
	got := hub.Again()
	slices.Sort(got)
	if diff := cmp.Diff([]int64{7, 8}, got); diff != "" {
		t.Error(diff)
	}
}
