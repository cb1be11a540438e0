package github

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"
	"golang.org/x/time/rate"

	"github.com/grader/grader/outbox"
	"github.com/grader/grader/schema"
)

const (
	// contextName is the name of the status at GitHub.
	contextName = "grader"
	// maxAnnotations is how many annotations GitHub accepts in one request.
	maxAnnotations = 50
	// maxWrites in any minute stays below GitHub's secondary limit of 80 requests that create
	// content. It is the sum of a burst and what the rate adds within a minute.
	maxWrites       = 60
	burst           = 10
	writesPerMinute = maxWrites - burst
)

// Told records the last status that a commit was given.
type Told interface {
	ToldGitHub(ctx context.Context, c schema.GitHubCommit) (string, error)
	TellGitHub(ctx context.Context, c schema.GitHubCommit, told string) error
}

// StatusSender writes the statuses of commits, and check runs if the credentials are an App's. It
// is the sender of the outbox's kind schema.OutgoingGitHubStatus.
type StatusSender struct {
	Host        string
	Credentials Credentials
	Classroom   Classroom
	Told        Told
	Site        func() string // root of the site, "" for none
	Clock       func() time.Time
	Transport   http.RoundTripper // nil: http.DefaultTransport

	pace         *rate.Limiter
	visibilities *visibilities
}

// NewStatusSender returns a sender that stays below GitHub's limits.
func NewStatusSender(s StatusSender) *StatusSender {
	s.pace = rate.NewLimiter(rate.Limit(writesPerMinute)/60, burst)
	s.visibilities = &visibilities{}
	return &s
}

// Send implements outbox.Sender. It writes the commit's present status, even if the entry is older,
// and writes nothing if the commit already has that status.
func (s *StatusSender) Send(ctx context.Context, e schema.OutboxEntry) error {
	var about schema.GitHubStatus
	if err := json.Unmarshal(e.Body, &about); err != nil {
		return schema.Wrapf(schema.CodeInvalid, err, "the entry cannot be read: %s", err)
	}
	is, err := s.Classroom.Status(ctx, about)
	if err != nil {
		return err
	}
	told, err := s.Told.ToldGitHub(ctx, about.GitHubCommit)
	if err != nil || told == fingerprint(is) {
		return err
	}
	if err := s.wait(s.writes(is)); err != nil {
		return err
	}
	t, err := s.target(ctx, e, about.GitHubCommit)
	if err != nil {
		return err
	}
	if is, err = s.permitted(ctx, t, about, is); err != nil || told == fingerprint(is) {
		return err
	}
	if err := s.write(ctx, e, t, is); err != nil {
		return err
	}
	return s.Told.TellGitHub(ctx, about.GitHubCommit, fingerprint(is))
}

// fingerprint identifies the content of a status.
func fingerprint(s schema.CommitStatus) string {
	text, _ := json.Marshal(s) // strings and numbers only
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// writes returns how many requests a status needs: one for itself, and those for the check run with
// its annotations.
func (s *StatusSender) writes(is schema.CommitStatus) int {
	if !s.writesCheck(is) {
		return 1
	}
	return 1 + max(1, (len(is.Annotations)+maxAnnotations-1)/maxAnnotations)
}

// writesCheck reports whether a status has a check run.
func (s *StatusSender) writesCheck(is schema.CommitStatus) bool {
	return s.Credentials.IsApp() && is.State != schema.StatusPending
}

// wait reserves all requests of an entry before the first, so that no entry is half written. If too
// many were made within the last minute, it returns an error that makes the outbox wait.
func (s *StatusSender) wait(writes int) error {
	now := s.Clock()
	r := s.pace.ReserveN(now, writes)
	if !r.OK() {
		return fmt.Errorf("a status needs %d requests, and at most %d are made at once", writes, burst)
	}
	delay := r.DelayFrom(now)
	if delay == 0 {
		return nil
	}
	r.CancelAt(now)
	return &outbox.Later{Until: now.Add(max(delay, time.Second)), Reason: "we keep below the limit of requests"}
}

// target is a commit in the terms of the API, with the client for it.
type target struct {
	api               *Client
	owner, repository string
	commit            string
	failed            func(error) error
	wrote             bool // a request of this attempt has changed something
}

func (s *StatusSender) target(ctx context.Context, e schema.OutboxEntry, c schema.GitHubCommit) (*target, error) {
	owner, name, _ := strings.Cut(c.Repository, "/")
	token, err := s.Credentials.Token(ctx, owner, c.Installation)
	if err != nil {
		return nil, fmt.Errorf("get a token: %w", temporary(err)) // an operator can repair it
	}
	client, err := New(s.Host, token, s.Transport) // a new client, because the library tracks limits with its own clock
	if err != nil {
		return nil, err
	}
	t := &target{api: client, owner: owner, repository: name, commit: c.Commit}
	t.failed = func(err error) error {
		err = client.failure(err, s.Clock(), e.Failures)
		if app, ok := s.Credentials.(*App); ok && schema.CodeOf(err) == schema.CodeForbidden {
			app.forget(owner, c.Installation)
		}
		if later := new(outbox.Later); errors.As(err, &later) {
			later.Reached = t.wrote
		}
		return err
	}
	return t, nil
}

// write writes a status, and its check run if it has one.
func (s *StatusSender) write(ctx context.Context, e schema.OutboxEntry, t *target, is schema.CommitStatus) error {
	if err := s.writeStatus(ctx, e, t, is); err != nil {
		return err
	}
	if !s.writesCheck(is) {
		return nil
	}
	return s.writeCheck(ctx, e, t, is)
}

// page returns the address of a status's page, nil if it has none.
func (s *StatusSender) page(is schema.CommitStatus) *string {
	if site := s.Site(); site != "" && is.Page != "" {
		return github.String(site + "/" + is.Page)
	}
	return nil
}

// writeStatus writes a commit's status, unless an interrupted attempt has already written it.
func (s *StatusSender) writeStatus(ctx context.Context, e schema.OutboxEntry, t *target, is schema.CommitStatus) error {
	status := &github.RepoStatus{State: github.String(string(is.State)), Description: github.String(is.Description), TargetURL: s.page(is), Context: github.String(contextName)}
	if e.Attempts > 1 {
		all, _, err := t.api.api.Repositories.ListStatuses(ctx, t.owner, t.repository, t.commit, &github.ListOptions{PerPage: 100})
		if err != nil {
			return t.failed(err)
		}
		for _, last := range all { // newest first
			if last.GetContext() != contextName {
				continue
			}
			if last.GetState() == status.GetState() && last.GetDescription() == status.GetDescription() {
				return nil
			}
			break
		}
	}
	if _, _, err := t.api.api.Repositories.CreateStatus(ctx, t.owner, t.repository, t.commit, status); err != nil {
		return t.failed(err)
	}
	t.wrote = true
	return nil
}
