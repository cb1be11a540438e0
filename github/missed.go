package github

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/grader/grader/schema"
)

const (
	// missedFor is how long GitHub can redeliver an announcement.
	missedFor = 3 * 24 * time.Hour
	// longestWait bounds the wait between two requests for the same announcement. With it, a server
	// that was unreachable for a night still receives every announcement.
	longestWait = 4 * time.Hour
	// maxPages bounds how many pages of 100 deliveries are read.
	maxPages = 100
)

// Received tells which announcements were received.
type Received interface {
	ReceivedGitHub(ctx context.Context, deliveries []string) (map[string]bool, error)
}

// Missed asks GitHub to redeliver announcements that did not reach this server, because GitHub does
// not do so itself. It needs an App.
type Missed struct {
	App      *App
	Received Received
	Clock    func() time.Time
	Logger   *slog.Logger
}

// Ask requests the announcements that were missed within the last three days, except those whose
// last delivery failed too recently (waitAfter). It returns how many it requested.
func (m *Missed) Ask(ctx context.Context) (int, error) {
	c, err := m.App.client()
	if err != nil {
		return 0, err
	}
	missed, err := m.list(ctx, c)
	if err != nil || len(missed) == 0 {
		return 0, err
	}
	var ids []string
	for guid := range missed {
		ids = append(ids, guid)
	}
	received, err := m.Received.ReceivedGitHub(ctx, ids)
	if err != nil {
		return 0, err
	}
	asked := 0
	var failed error
	for guid, d := range missed {
		if received[guid] {
			continue
		}
		if _, _, err := c.api.Apps.RedeliverHookDelivery(ctx, d.GetID()); err != nil && !accepted(err) {
			failed = errors.Join(failed, c.failure(err, m.Clock(), 0)) // the others are still requested
			continue
		}
		m.Logger.Info("asked GitHub to deliver a missed announcement again", "delivery", guid)
		asked++
	}
	return asked, failed
}

// used reports whether the hook uses a delivery.
func used(d *github.HookDelivery) bool {
	switch d.GetEvent() {
	case "push", "public":
		return true
	case "repository":
		return d.GetAction() == "publicized" || d.GetAction() == "privatized"
	}
	return false
}

// list returns the newest delivery of each announcement that never reached us, by its id.
func (m *Missed) list(ctx context.Context, c *Client) (map[string]*github.HookDelivery, error) {
	newest, tries, done := map[string]*github.HookDelivery{}, map[string]int{}, map[string]bool{}
	options := &github.ListCursorOptions{PerPage: 100}
	for range maxPages {
		page, response, err := c.api.Apps.ListHookDeliveries(ctx, options)
		if err != nil {
			return nil, c.failure(err, m.Clock(), 0)
		}
		for _, d := range page { // newest first
			guid := d.GetGUID()
			switch {
			case !used(d) || m.Clock().Sub(d.GetDeliveredAt().Time) > missedFor:
				continue
			case d.GetStatusCode() >= 200 && d.GetStatusCode() < 300:
				done[guid] = true
			case newest[guid] == nil:
				newest[guid] = d
			}
			tries[guid]++
		}
		if options.Cursor = response.Cursor; options.Cursor == "" || len(page) == 0 || m.Clock().Sub(page[len(page)-1].GetDeliveredAt().Time) > missedFor {
			break
		}
	}
	for guid, d := range newest {
		if done[guid] || m.Clock().Sub(d.GetDeliveredAt().Time) < waitAfter(tries[guid]) {
			delete(newest, guid)
		}
	}
	return newest, nil
}

// waitAfter returns how long after a failed delivery to request the next one. failed is the number
// of failures so far. The first request is made at once, because GitHub made the first delivery.
// The later waits become longer.
func waitAfter(failed int) time.Duration {
	if failed < 2 {
		return 0
	}
	wait := missedEvery / 2
	for range failed - 2 {
		wait = min(2*wait, longestWait)
	}
	return wait
}

// accepted reports whether an error is the library's error for an answer 202, which is a success.
func accepted(err error) bool {
	_, is := err.(*github.AcceptedError) //nolint:errorlint // the library returns it as it is
	return is
}

// missedEvery is how often GitHub is asked about missed announcements.
const missedEvery = 10 * time.Minute

// Run asks at once, because the server may have been unreachable, and then every ten minutes until
// ctx ends.
func (m *Missed) Run(ctx context.Context) {
	tick := time.NewTicker(missedEvery)
	defer tick.Stop()
	for {
		if _, err := m.Ask(ctx); err != nil && ctx.Err() == nil {
			m.Logger.Warn("GitHub was not asked for missed announcements", "error", schema.MessageOf(err), "cause", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
