package github_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/github"
	"github.com/grader/grader/schema"
)

// intake is a server that receives announced pushes. A test sets its answers.
type intake struct {
	target  classroom.GitHubTarget
	refuses error // error of Target
	became  func(since time.Time) (schema.GitHubStatus, error)
	told    error // error of PushFetched
	later   bool  // a later push was accepted
	signIn  string

	pushed   []schema.FetchedPush
	queued   []schema.GitHubStatus
	accepted []string // ids of deliveries
}

func (i *intake) Target(context.Context, string, string, schema.GitHubPush, course.GitHubNames) (classroom.GitHubTarget, error) {
	return i.target, i.refuses
}

func (*intake) Follow(context.Context, schema.GitHubCommit, classroom.GitHubTarget) error { return nil }

func (i *intake) OpenStatus(ctx context.Context, s schema.GitHubStatus) (schema.CommitStatus, error) {
	return i.Status(ctx, s)
}

func (i *intake) Became(_ context.Context, c schema.GitHubCommit, _ classroom.GitHubTarget, since time.Time) (schema.GitHubStatus, error) {
	if i.became == nil {
		return schema.GitHubStatus{GitHubCommit: c}, schema.Errorf(schema.CodeNotFound, "the commit was not pushed since then")
	}
	return i.became(since)
}

func (*intake) Status(context.Context, schema.GitHubStatus) (schema.CommitStatus, error) {
	return schema.CommitStatus{}, nil
}

func (i *intake) PushFetched(_ context.Context, _ schema.Actor, f schema.FetchedPush) error {
	i.pushed = append(i.pushed, f)
	return i.told
}

func (i *intake) EnqueueGitHubStatus(_ context.Context, s schema.GitHubStatus) error {
	i.queued = append(i.queued, s)
	return nil
}

func (i *intake) LaterGitHubPush(context.Context, schema.GitHubPush) (bool, error) {
	return i.later, nil
}

func (i *intake) AcceptGitHubPush(_ context.Context, p schema.GitHubPush) error {
	i.accepted = append(i.accepted, p.Delivery)
	return nil
}

// send delivers an announced push for the nth time.
func (i *intake) send(t *testing.T, p schema.GitHubPush, attempt int) error {
	t.Helper()
	body, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	s := &github.Pushes{
		Host: "https://github.com", Organisations: []github.Organisation{{Name: "comp2402-f26", Course: "comp2402"}}, Credentials: github.Token("t"),
		Classroom: i, Receiver: i, Statuses: i, Order: i, SignIn: func() string { return i.signIn }, Logger: slog.New(slog.DiscardHandler),
	}
	return s.Send(t.Context(), schema.OutboxEntry{Outgoing: schema.Outgoing{Body: body}, Attempts: attempt})
}

var announced = schema.GitHubPush{
	GitHubCommit: schema.GitHubCommit{Repository: "comp2402-f26/a1-ada", RepositoryID: 99, Commit: commitNo(0), Public: true}, Delivery: delivery, SenderID: 1, ReceivedAt: hookTime,
}

// TestAcceptedPushes checks that a push counts as accepted once it was pushed here, even by an
// interrupted attempt, but not if it was refused or failed.
func TestAcceptedPushes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*intake)
		want   []string
	}{
		"pushed": {func(*intake) {}, []string{delivery}},
		"pushed by an earlier attempt": {func(i *intake) {
			i.became = func(time.Time) (schema.GitHubStatus, error) { return schema.GitHubStatus{}, nil }
		}, []string{delivery}},
		"refused by the rules": {func(i *intake) { i.told = schema.Errorf(schema.CodeRefused, "refused: 2 of 2 submissions are used") }, nil},
		"refused early":        {func(i *intake) { i.refuses = schema.Errorf(schema.CodeRefused, "this repository is named after bob") }, nil},
		"failed":               {func(i *intake) { i.told = schema.Errorf(schema.CodeUnavailable, "no answer") }, nil},
	} {
		i := &intake{target: classroom.GitHubTarget{Path: "comp2402/a1", Assignment: 1, Owner: "ada"}}
		c.change(i)
		_ = i.send(t, announced, 1) // in the case "failed" it returns an error
		if diff := cmp.Diff(c.want, i.accepted); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestRefusalsInPublicRepositories checks that everybody may read a refusal of the account or the
// repository, but not a refusal by the rules of a push, which may reveal what counts so far.
func TestRefusalsInPublicRepositories(t *testing.T) {
	t.Parallel()
	a1 := classroom.GitHubTarget{Path: "comp2402/a1", Assignment: 1, Owner: "ada"}
	for name, c := range map[string]struct {
		change func(*intake, *schema.GitHubPush)
		want   string
		openly bool
	}{
		"somebody else's repository": {func(i *intake, _ *schema.GitHubPush) {
			i.refuses = schema.Errorf(schema.CodeRefused, "this repository is named after bob")
		}, "this repository is named after bob", true},
		"not in the course": {func(i *intake, _ *schema.GitHubPush) {
			i.refuses = schema.Errorf(schema.CodeNotFound, "you are not in comp2402")
		}, "you are not in comp2402", true},
		"another organisation": {func(_ *intake, p *schema.GitHubPush) { p.Repository = "evil/a1-ada" },
			"the organisation of evil/a1-ada is not in the configuration any more", true},
		"overtaken": {func(i *intake, _ *schema.GitHubPush) { i.later = true },
			"GitHub announced a later push to this repository first. If this work is to count, push it in a new commit", true},
		"late without consent": {func(i *intake, _ *schema.GitHubPush) {
			i.told = schema.Errorf(schema.CodeRefused, "refused: submission 1 counts so far, with 17 of 20 points")
		}, "refused: submission 1 counts so far, with 17 of 20 points", false},
		"a limit": {func(i *intake, _ *schema.GitHubPush) {
			i.told = schema.Errorf(schema.CodeRefused, "refused: 2 of 2 submissions are used")
		}, "refused: 2 of 2 submissions are used", false},
	} {
		i, p := &intake{target: a1}, announced
		c.change(i, &p)
		if err := i.send(t, p, 1); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		want := []schema.GitHubStatus{{GitHubCommit: p.GitHubCommit, Refused: c.want, SenderID: p.SenderID, Openly: c.openly}}
		if diff := cmp.Diff(want, i.queued); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestInterruptedPush checks that a push that an interrupted attempt recorded is not pushed again,
// even if an operator's retry has reset the number of attempts.
func TestInterruptedPush(t *testing.T) {
	t.Parallel()
	done := schema.GitHubStatus{GitHubCommit: announced.GitHubCommit, Submission: schema.SubmissionName{Course: "comp2402", Assignment: "a1", Owner: "ada", Number: 3}}
	for attempt := range 3 {
		i := &intake{target: classroom.GitHubTarget{Path: "comp2402/a1", Assignment: 1, Owner: "ada"}, became: func(since time.Time) (schema.GitHubStatus, error) {
			if !since.Equal(hookTime) {
				t.Errorf("asked for pushes since %v", since)
			}
			return done, nil
		}}
		if err := i.send(t, announced, attempt+1); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]schema.GitHubStatus{done}, i.queued); diff != "" || len(i.pushed) > 0 {
			t.Errorf("attempt %d pushed %d times; %s", attempt+1, len(i.pushed), diff)
		}
	}
}

// TestOvertakenPushThatWasHandedIn repeats an announcement under another id after a later push. The
// status of the work that was handed in does not change.
func TestOvertakenPushThatWasHandedIn(t *testing.T) {
	t.Parallel()
	done := schema.GitHubStatus{GitHubCommit: announced.GitHubCommit, Submission: schema.SubmissionName{Course: "comp2402", Assignment: "a1", Owner: "ada", Number: 3}}
	i := &intake{later: true, target: classroom.GitHubTarget{Path: "comp2402/a1", Assignment: 1, Owner: "ada"}, became: func(since time.Time) (schema.GitHubStatus, error) {
		if since.IsZero() {
			return done, nil
		}
		return done, schema.Errorf(schema.CodeNotFound, "the commit was not pushed since then")
	}}
	if err := i.send(t, announced, 1); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]schema.GitHubStatus{done}, i.queued); diff != "" || len(i.pushed) > 0 {
		t.Errorf("pushed %d times; %s", len(i.pushed), diff)
	}
}

// TestRemedies checks that the message of a refusal says what to do and where, and fits into the
// line of a status.
func TestRemedies(t *testing.T) {
	t.Parallel()
	const longest = "ada-lovelace-of-the-analytical-engine-1" // GitHub allows 39 characters
	unlinked := schema.Errorf(schema.CodeRefused, "GitHub account %s is not linked", longest)
	for name, c := range map[string]struct {
		signIn        string
		refuses, told error
		want          string
	}{
		"not linked":                        {"", unlinked, nil, "GitHub account " + longest + " is not linked. Ask the course staff to link it, then push a new commit"},
		"not linked, with a way to sign in": {"-/login", unlinked, nil, "GitHub account " + longest + " is not linked. Sign in with GitHub (Details), then push a new commit"},
		"late":                              {"", nil, schema.Errorf(schema.CodeRefused, "a push now is 1 day late; say so with -o late"), "a push now is 1 day late; write [late] in the message of the last commit"},
	} {
		i := &intake{signIn: c.signIn, target: classroom.GitHubTarget{Path: "comp2402/a1", Assignment: 1, Owner: "ada"}, refuses: c.refuses, told: c.told}
		if err := i.send(t, announced, 1); err != nil || len(i.queued) != 1 || i.queued[0].Refused != c.want || i.queued[0].Page != c.signIn || i.queued[0].SenderID != announced.SenderID {
			t.Errorf("%s: %+v, %v", name, i.queued, err)
			continue
		}
		if is := course.RefusedStatus(i.queued[0]); c.refuses != nil && (is.Page != c.signIn || is.Description != "not handed in: "+c.want) {
			t.Errorf("%s: the status says %+v", name, is)
		}
	}
}
