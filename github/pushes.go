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

// Classroom groups the actions that a push at GitHub needs. *classroom.GitHub implements it.
type Classroom interface {
	// Target returns the account that pushed and the target of the push. The error may be shown to
	// a person.
	Target(ctx context.Context, host, repository string, p schema.GitHubPush, names course.GitHubNames) (classroom.GitHubTarget, error)
	// Follow keeps the status of a commit up to date with its grading.
	Follow(ctx context.Context, c schema.GitHubCommit, t classroom.GitHubTarget) error
	// Became returns what a push since then has recorded for a commit. CodeNotFound: nothing yet.
	Became(ctx context.Context, c schema.GitHubCommit, t classroom.GitHubTarget, since time.Time) (schema.GitHubStatus, error)
	// Status returns the present status of a commit.
	Status(ctx context.Context, s schema.GitHubStatus) (schema.CommitStatus, error)
	// OpenStatus returns the present status of a commit for everybody, which shows no grade.
	OpenStatus(ctx context.Context, s schema.GitHubStatus) (schema.CommitStatus, error)
}

// Receiver pushes a fetched commit to this server.
type Receiver interface {
	// PushFetched fetches a commit and pushes it. The error is CodeRefused, with the message of the
	// push, if the push was refused.
	PushFetched(ctx context.Context, by schema.Actor, f schema.FetchedPush) error
}

// Statuses stores statuses until they are delivered.
type Statuses interface {
	EnqueueGitHubStatus(ctx context.Context, s schema.GitHubStatus) error
}

// Order records which pushes to a repository were accepted.
type Order interface {
	// LaterGitHubPush reports whether a later push to the repository was already accepted.
	LaterGitHubPush(ctx context.Context, p schema.GitHubPush) (bool, error)
	// AcceptGitHubPush records that a push was accepted.
	AcceptGitHubPush(ctx context.Context, p schema.GitHubPush) error
}

// Pushes fetches announced pushes and pushes them to this server. It is the sender of the outbox's
// kind schema.OutgoingGitHubPush.
type Pushes struct {
	Host          string // address of the GitHub server
	Organisations []Organisation
	Credentials   Credentials
	Classroom     Classroom
	Receiver      Receiver
	Statuses      Statuses
	Order         Order
	// SignIn returns the path of the page for signing in with GitHub, "" if that is not possible.
	SignIn func() string
	Logger *slog.Logger
}

// Send implements outbox.Sender. A refusal becomes a status at the commit. After a temporary
// failure the entry is tried again with the same time of receipt.
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
	return s.Statuses.EnqueueGitHubStatus(ctx, schema.GitHubStatus{GitHubCommit: p.GitHubCommit, Refused: words, Page: page, SenderID: p.SenderID, Openly: errors.As(err, &unknown)})
}

// earlyRefusal is a refusal of the repository or of the account that pushed, before the work was
// examined. It reveals nothing about a grade.
type earlyRefusal struct{ error }

// Unwrap returns the refusal.
func (r *earlyRefusal) Unwrap() error { return r.error }

// isRefusal reports whether another attempt would return the same error.
func isRefusal(err error) bool {
	switch schema.CodeOf(err) {
	case schema.CodeRefused, schema.CodeInvalid, schema.CodeNotFound, schema.CodeForbidden, schema.CodeConflict:
		return true
	}
	return false
}

// remedy adds advice to the message of a refusal. page is the page on which to follow the advice,
// "" for none. GitHub links page as the status's details, because an address would not fit into the
// line. With an account of 39 characters, the longest at GitHub, the line must stay within 140
// characters, so that it does not lose its end.
func (s *Pushes) remedy(err error) (words, page string) {
	words = schema.MessageOf(err)
	if !strings.HasSuffix(words, " is not linked") {
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
	if target.Assignment == 0 { // these were the first tests of the assignment
		if target, err = s.Classroom.Target(ctx, s.Host, name, p, o.names()); err != nil {
			return err
		}
		if err := s.Classroom.Follow(ctx, p.GitHubCommit, target); err != nil {
			return err
		}
	}
	status, err := s.Classroom.Became(ctx, p.GitHubCommit, target, time.Time{})
	if schema.CodeOf(err) == schema.CodeNotFound { // it is recorded soon; its status follows its result
		return nil
	}
	if err != nil {
		return err
	}
	return s.Statuses.EnqueueGitHubStatus(ctx, status)
}

// overtaken reports whether a later push was accepted already and this commit was recorded earlier.
// If the commit was not recorded, the error refuses the push, because it would restore work or
// tests that were replaced.
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

// recorded reports whether an interrupted earlier attempt has already pushed the commit. The
// entry's number of attempts does not show that, because an operator's retry resets it.
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

// fetch fetches the commit and pushes it. A failure to read the repository is the fault of GitHub
// or the operator, so it does not refuse the student's push.
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

// temporary changes the code of a failure that an operator can repair, so that it is tried again.
func temporary(err error) error {
	if !isRefusal(err) {
		return err
	}
	return schema.Wrapf(schema.CodeUnavailable, err, "%s", schema.MessageOf(err))
}
