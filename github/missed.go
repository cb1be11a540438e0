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
	// missedFor is how long GitHub can deliver an announcement again.
	missedFor = 3 * 24 * time.Hour
	// longestWait bounds the wait between two requests for the same announcement. A server that
	// was unreachable for a night still gets what was announced.
	longestWait = 4 * time.Hour
	// maxPages bounds the pages of 100 deliveries that are read.
	maxPages = 100
)

// Received says which announcements were received.
type Received interface {
	ReceivedGitHub(ctx context.Context, deliveries []string) (map[string]bool, error)
}

// Missed asks GitHub for announcements that did not reach this server: GitHub does not repeat
// them on its own. It needs an App.
type Missed struct {
	App      *App
	Received Received
	Clock    func() time.Time
	Logger   *slog.Logger
}

// Ask asks once for what was missed within the last three days, and returns how many
// announcements that were.
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
			failed = errors.Join(failed, c.failure(err, m.Clock(), 0)) // the others are asked for
			continue
		}
		m.Logger.Info("asked GitHub to deliver a missed push again", "delivery", guid)
		asked++
	}
	return asked, failed
}

// list returns the pushes that never reached us, by their ids: of each its newest delivery.
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
			case d.GetEvent() != "push" || m.Clock().Sub(d.GetDeliveredAt().Time) > missedFor:
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

// waitAfter returns how long after the last of so many failed deliveries the next is asked for:
// at once after the first, which GitHub made, and then less and less often.
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

// accepted reports whether the library calls an answer 202 an error.
func accepted(err error) bool {
	_, is := err.(*github.AcceptedError) //nolint:errorlint // the library returns it as it is
	return is
}

// missedEvery is how often GitHub is asked for missed announcements.
const missedEvery = 10 * time.Minute

// Run asks at once, because the server may have been away, and then every ten minutes until ctx
// ends.
func (m *Missed) Run(ctx context.Context) {
	tick := time.NewTicker(missedEvery)
	defer tick.Stop()
	for {
		if _, err := m.Ask(ctx); err != nil && ctx.Err() == nil {
			m.Logger.Warn("GitHub was not asked for missed pushes", "error", schema.MessageOf(err), "cause", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
