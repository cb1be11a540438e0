package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Classroom are the actions that a push at GitHub needs; *classroom.GitHub has them.
type Classroom interface {
	// Target returns whose push it is, and to what. The error is fit to be read by a person.
	Target(ctx context.Context, host, repository string, p schema.GitHubPush, names course.GitHubNames) (classroom.GitHubTarget, error)
	// Follow has the status of a commit follow what becomes of it.
	Follow(ctx context.Context, c schema.GitHubCommit, t classroom.GitHubTarget) error
	// Became returns what a pushed commit has become by a push since then. CodeNotFound: nothing yet.
	Became(ctx context.Context, c schema.GitHubCommit, t classroom.GitHubTarget, since time.Time) (schema.GitHubStatus, error)
	// Status returns what a commit's status says now.
	Status(ctx context.Context, s schema.GitHubStatus) (schema.CommitStatus, error)
}

// Receiver makes a fetched commit a push to this server.
type Receiver interface {
	// PushFetched fetches a commit and pushes it. CodeRefused says what the push was told.
	PushFetched(ctx context.Context, by schema.Actor, f schema.FetchedPush) error
}

// Statuses stores statuses until they are delivered.
type Statuses interface {
	EnqueueGitHubStatus(ctx context.Context, s schema.GitHubStatus) error
}

// Order knows which pushes to a repository were accepted.
type Order interface {
	// LaterGitHubPush reports whether a later push to the repository was accepted already.
	LaterGitHubPush(ctx context.Context, p schema.GitHubPush) (bool, error)
	// AcceptGitHubPush records that a push was accepted.
	AcceptGitHubPush(ctx context.Context, p schema.GitHubPush) error
}

// Pushes fetches the pushes that were announced and makes them pushes to this server. It is the
// sender of the outbox's kind schema.OutgoingGitHubPush.
type Pushes struct {
	Host          string // address of the GitHub
	Organisations []Organisation
	Credentials   Credentials
	Classroom     Classroom
	Receiver      Receiver
	Statuses      Statuses
	Order         Order
	// SignIn is the path of the page at which people sign in with GitHub, "" if they cannot.
	SignIn func() string
	Logger *slog.Logger
}

// Send implements outbox.Sender. What is refused becomes a status at the commit; what fails for
// the moment is tried again with the same time of receipt.
func (s *Pushes) Send(ctx context.Context, e schema.OutboxEntry) error {
	var p schema.GitHubPush
	if err := json.Unmarshal(e.Body, &p); err != nil {
		return schema.Wrapf(schema.CodeInvalid, err, "the entry cannot be read: %s", err)
	}
	err := s.push(ctx, p)
	if !isRefusal(err) {
		return err
	}
	unknown := new(earlyRefusal)
	words, page := s.remedy(err)
	s.Logger.Info("push at GitHub refused", "repository", p.Repository, "commit", p.Commit, "sender", p.Sender, "why", words)
	return s.Statuses.EnqueueGitHubStatus(ctx, schema.GitHubStatus{GitHubCommit: p.GitHubCommit, Refused: words, Page: page, Openly: errors.As(err, &unknown)})
}

// earlyRefusal is a refusal before the work was looked at: of the repository, or of who pushed. It
// tells nothing of a grade.
type earlyRefusal struct{ error }

// Unwrap returns the refusal.
func (r *earlyRefusal) Unwrap() error { return r.error }

// isRefusal reports whether an error will be the same the next time.
func isRefusal(err error) bool {
	switch schema.CodeOf(err) {
	case schema.CodeRefused, schema.CodeInvalid, schema.CodeNotFound, schema.CodeForbidden, schema.CodeConflict:
		return true
	}
	return false
}

// remedy adds to the words of a refusal what to do about it. page is the page to do it on, "" for
// none: GitHub links it as the status's details, and an address would not fit into the line.
func (s *Pushes) remedy(err error) (words, page string) {
	words = schema.MessageOf(err)
	if !strings.Contains(words, "is not linked to an account here") {
		return strings.ReplaceAll(words, "say so with -o late", "write "+lateMark+" in the message of the last commit"), ""
	}
	if page = s.SignIn(); page != "" {
		return words + ". Sign in with GitHub (Details), then push a new commit", page
	}
	return words + ". Ask the course staff to link it, then push a new commit", ""
}

func (s *Pushes) push(ctx context.Context, p schema.GitHubPush) error {
	o, name, ok := organisationOf(s.Organisations, p.Repository)
	if !ok {
		return &earlyRefusal{schema.Errorf(schema.CodeRefused, "the organisation of %s is not in the configuration any more", p.Repository)}
	}
	target, err := s.Classroom.Target(ctx, s.Host, name, p, o.names())
	if err != nil {
		return &earlyRefusal{err}
	}
	if done, err := s.recorded(ctx, p, target); done || err != nil {
		return err
	}
	if done, err := s.overtaken(ctx, p, target); done || err != nil {
		return err
	}
	if err := s.Classroom.Follow(ctx, p.GitHubCommit, target); err != nil {
		return err
	}
	if err := s.fetch(ctx, o, p, target); err != nil {
		return err
	}
	if err := s.Order.AcceptGitHubPush(ctx, p); err != nil {
		return err
	}
	if target.Assignment == 0 { // these were its first tests
		if target, err = s.Classroom.Target(ctx, s.Host, name, p, o.names()); err != nil {
			return err
		}
		if err := s.Classroom.Follow(ctx, p.GitHubCommit, target); err != nil {
			return err
		}
	}
	status, err := s.Classroom.Became(ctx, p.GitHubCommit, target, time.Time{})
	if schema.CodeOf(err) == schema.CodeNotFound { // it is recorded soon, and its status follows its result
		return nil
	}
	if err != nil {
		return err
	}
	return s.Statuses.EnqueueGitHubStatus(ctx, status)
}

// overtaken reports whether a later push was accepted before and this commit with it. The
// error refuses the push otherwise: it would bring back work or tests that were replaced.
func (s *Pushes) overtaken(ctx context.Context, p schema.GitHubPush, t classroom.GitHubTarget) (bool, error) {
	later, err := s.Order.LaterGitHubPush(ctx, p)
	if err != nil || !later {
		return false, err
	}
	status, err := s.Classroom.Became(ctx, p.GitHubCommit, t, time.Time{})
	if schema.CodeOf(err) == schema.CodeNotFound {
		return false, &earlyRefusal{schema.Errorf(schema.CodeRefused, "GitHub announced a later push to this repository first. If this work is to count, push it in a new commit")}
	}
	if err != nil {
		return false, err
	}
	return true, s.Statuses.EnqueueGitHubStatus(ctx, status)
}

// recorded reports whether an earlier attempt, which was interrupted, has pushed already. The
// attempts of the entry do not say so: a retry by an operator counts them from the beginning.
func (s *Pushes) recorded(ctx context.Context, p schema.GitHubPush, t classroom.GitHubTarget) (bool, error) {
	if t.Assignment == 0 {
		return false, nil
	}
	status, err := s.Classroom.Became(ctx, p.GitHubCommit, t, p.ReceivedAt)
	if schema.CodeOf(err) == schema.CodeNotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := s.Order.AcceptGitHubPush(ctx, p); err != nil {
		return false, err
	}
	return true, s.Statuses.EnqueueGitHubStatus(ctx, status)
}

// fetch has the commit fetched and pushed. Failures to read the repository are GitHub's or the
// operator's, and no refusal of the student's push.
func (s *Pushes) fetch(ctx context.Context, o Organisation, p schema.GitHubPush, t classroom.GitHubTarget) error {
	token, err := s.Credentials.Token(ctx, o.Name, p.Installation)
	if err != nil {
		return fmt.Errorf("get a token: %w", temporary(err))
	}
	err = s.Receiver.PushFetched(ctx, t.Actor, schema.FetchedPush{
		Path: t.Path, Commit: p.Commit, Late: p.Late, Received: p.ReceivedAt,
		URL: s.Host + "/" + p.Repository + ".git", Header: basicHeader(token),
	})
	if schema.CodeOf(err) != schema.CodeUnauthenticated {
		return err
	}
	if app, ok := s.Credentials.(*App); ok {
		app.forget(o.Name, p.Installation)
	}
	return schema.Wrapf(schema.CodeUnavailable, err, "%s", schema.MessageOf(err))
}

// temporary gives a failure that an operator can mend a code that has it tried again.
func temporary(err error) error {
	if !isRefusal(err) {
		return err
	}
	return schema.Wrapf(schema.CodeUnavailable, err, "%s", schema.MessageOf(err))
}
