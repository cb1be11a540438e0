package backup

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// comparison compares a restored database with the restored repositories.
type comparison struct {
	store  *store.Store
	repos  repo.Archive
	report Report
	known  map[int64]map[string]store.PinnedPush // by repository and pin
	late   map[string]schema.RecordedPush        // by pin
}

// pageSize is the number of pushes that are read at once.
const pageSize = 1000

func (c *comparison) run(ctx context.Context, late []schema.RecordedPush) error {
	c.known, c.late = make(map[int64]map[string]store.PinnedPush), make(map[string]schema.RecordedPush)
	for _, p := range late {
		c.late[p.Intent] = p
	}
	for after := ""; ; {
		page, err := c.store.PinnedPushes(ctx, after, pageSize)
		if err != nil {
			return fmt.Errorf("restore: %w", err)
		}
		if len(page) == 0 {
			break
		}
		for _, p := range page {
			if c.known[p.Repository] == nil {
				c.known[p.Repository] = make(map[string]store.PinnedPush)
			}
			c.known[p.Repository][p.Intent] = p
			after = p.Intent
		}
	}
	if err := c.repositories(ctx); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	for id := range c.known {
		for _, p := range c.known[id] { // the repository does not have these pins
			if p.State == schema.IntentRecorded {
				c.report.Missing = append(c.report.Missing, c.push(ctx, p.Repository, p.Intent, p.Commit))
			}
		}
	}
	for _, pushes := range [][]schema.RecordedPush{c.report.Open, c.report.Found, c.report.Missing} {
		slices.SortFunc(pushes, func(a, b schema.RecordedPush) int { return strings.Compare(a.Name+a.Intent, b.Name+b.Intent) })
	}
	return nil
}

func (c *comparison) repositories(ctx context.Context) error {
	ids, err := c.repos.Repositories()
	if err != nil {
		return err
	}
	c.report.Repositories = len(ids)
	for _, id := range ids {
		if err := c.repos.Check(id); err != nil {
			return err
		}
		if err := c.repository(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// repository classifies the pins of a repository, and removes the pins that it finds from known.
func (c *comparison) repository(ctx context.Context, id int64) error {
	pins, main, err := c.repos.Pins(id)
	if err != nil {
		return err
	}
	known := c.known[id]
	for pin, commit := range pins {
		p, is := known[pin]
		switch {
		case is && p.State == schema.IntentRecorded && p.Commit == commit && c.repos.HasCommit(id, commit):
			c.report.Pushes++
			delete(known, pin)
		case is && p.State == schema.IntentRecorded: // keep it in known, so that it is reported as missing
		case is && main == p.Commit: // the server records an open push if main is at its commit
			c.report.Open = append(c.report.Open, c.push(ctx, id, pin, commit))
		default:
			c.report.Found = append(c.report.Found, c.push(ctx, id, pin, commit))
		}
	}
	return nil
}

// push returns the facts about a push: all of them if it was recorded before the backup ended, otherwise only the
// repository and commit.
func (c *comparison) push(ctx context.Context, id int64, pin, commit string) schema.RecordedPush {
	if p, ok := c.late[pin]; ok {
		return p
	}
	path, err := c.store.RepositoryPath(ctx, id)
	if err != nil {
		path = fmt.Sprintf("repository %d", id)
	}
	return schema.RecordedPush{Intent: pin, Repository: id, Name: path, Commit: commit}
}
