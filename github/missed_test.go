package github_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/github"
	"github.com/grader/grader/github/githubtest"
	"github.com/grader/grader/schema"
)

// known holds the announcements that were received.
type known map[string]bool

func (k known) ReceivedGitHub(context.Context, []string) (map[string]bool, error) { return k, nil }

// TestMissedDeliveries checks which deliveries are requested again: pushes and changes of visibility that did not arrive, once each. It checks
// that pushes that arrived, even in a later attempt, other events, and old deliveries are not requested, nor are those
// that never arrive.
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
		{ID: 10, GUID: "asked for just now", At: now.Add(-time.Minute), Event: "push", StatusCode: 502},
		{ID: 11, GUID: "asked for just now", At: now.Add(-10 * time.Minute), Event: "push", StatusCode: 502},
		{ID: 8, GUID: "twice", At: now.Add(-20 * time.Minute), Event: "push", StatusCode: 502},
		{ID: 7, GUID: "missed", At: now.Add(-time.Hour), Event: "push", StatusCode: 0},
		{ID: 6, GUID: "twice", At: now.Add(-time.Hour), Event: "push", StatusCode: 502},
		{ID: 5, GUID: "repeated", At: now.Add(-time.Hour), Event: "push", StatusCode: 502},
		{ID: 4, GUID: "timed out after it was stored", At: now.Add(-time.Hour), Event: "push", StatusCode: 504},
		{ID: 12, GUID: "public", At: now.Add(-time.Hour), Event: "public", StatusCode: 502},
		{ID: 13, GUID: "privatized", At: now.Add(-time.Hour), Event: "repository", Action: "privatized", StatusCode: 502},
		{ID: 14, GUID: "renamed", At: now.Add(-time.Hour), Event: "repository", Action: "renamed", StatusCode: 502},
		{ID: 3, GUID: "star", At: now.Add(-time.Hour), Event: "star", StatusCode: 502},
		{ID: 2, GUID: "old", At: now.Add(-73 * time.Hour), Event: "push", StatusCode: 502},
	}
	for n := range int64(6) { // after six failures the wait is 80 minutes
		all = append(all, githubtest.Delivery{ID: 100 + n, GUID: "never", At: now.Add(-time.Hour), Event: "push", StatusCode: 401})
	}
	hub.SetDeliveries(all...)
	m := &github.Missed{App: app, Received: known{"timed out after it was stored": true}, Clock: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)}
	n, err := m.Ask(t.Context())
	if err != nil || n != 4 {
		t.Errorf("%d asked for, %v", n, err)
	}
	got := hub.Again()
	slices.Sort(got)
	if diff := cmp.Diff([]int64{7, 8, 12, 13}, got); diff != "" {
		t.Error(diff)
	}
}

// TestMissedForNight makes a server unreachable for a night. In the morning it receives every push.
func TestMissedForNight(t *testing.T) {
	t.Parallel()
	hub := githubtest.New(t)
	now := time.Now()
	app, ok := byApp(t)(hub, func() time.Time { return now }).(*github.App)
	if !ok {
		t.Fatal("no App")
	}
	m := &github.Missed{App: app, Received: known{}, Clock: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)}
	deliveries := []githubtest.Delivery{{ID: 1, GUID: "push", At: now, Event: "push", StatusCode: 502}}
	begin, asked := now, 0
	for now = now.Add(10 * time.Minute); now.Before(begin.Add(14 * time.Hour)); now = now.Add(10 * time.Minute) {
		hub.SetDeliveries(deliveries...)
		n, err := m.Ask(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 1 {
			deliveries = append([]githubtest.Delivery{{ID: int64(len(deliveries) + 1), GUID: "push", At: now, Event: "push", StatusCode: 502}}, deliveries...)
			asked++
		}
	}
	if last := deliveries[0].At.Sub(begin); asked < 6 || asked > 12 || last < 10*time.Hour {
		t.Errorf("asked for %d times, the last time after %v", asked, last)
	}
}

// TestMissedDeliveryThatIsRefused checks that a delivery that GitHub refuses to repeat does not prevent requests for
// others.
func TestMissedDeliveryThatIsRefused(t *testing.T) {
	t.Parallel()
	hub := githubtest.New(t)
	now := time.Now()
	app, ok := byApp(t)(hub, func() time.Time { return now }).(*github.App)
	if !ok {
		t.Fatal("no App")
	}
	var all []githubtest.Delivery
	for n := range int64(9) {
		all = append(all, githubtest.Delivery{ID: n + 1, GUID: fmt.Sprint("push ", n), At: now.Add(-time.Hour), Event: "push", StatusCode: 502})
	}
	hub.SetDeliveries(all...)
	hub.Refuse(func(r *http.Request) (int, http.Header) {
		if strings.HasSuffix(r.URL.Path, "/5/attempts") {
			return http.StatusUnprocessableEntity, nil
		}
		return 0, nil
	})
	m := &github.Missed{App: app, Received: known{}, Clock: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)}
	if n, err := m.Ask(t.Context()); n != 8 || schema.CodeOf(err) != schema.CodeInvalid {
		t.Errorf("%d asked for, %v", n, err)
	}
	if got := hub.Again(); len(got) != 8 || slices.Contains(got, 5) {
		t.Errorf("asked for %v", got)
	}
}
