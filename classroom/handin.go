package classroom

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// HandInStore is the part of the store that handing in for others uses.
type HandInStore interface {
	// PushedCommits returns the commits with a prefix that were pushed to an assignment,
	// including tries, latest first.
	PushedCommits(ctx context.Context, assignment int64, prefix string) ([]schema.PushedCommit, error)
	// SubmitFor creates a submission from a commit that staff hand in for an owner. The
	// commit must be pinned already.
	SubmitFor(ctx context.Context, by schema.Actor, h schema.HandIn) (schema.GradedSubmission, error)
}

// HandIns implements the actions with which staff hand in work for a student or a team.
type HandIns struct {
	store  HandInStore
	grades *Grades
	trees  Trees
	live   Live
	clock  func() time.Time
}

// NewHandIn describes a commit to hand in for an owner. The commit must have been pushed:
// by the owner as a submission or a try, or by staff as a try-out.
type NewHandIn struct {
	Course, Assignment, Owner string
	Commit                    string // hex, at least 7 digits
	Received                  string // local time; "" is now
	Reason                    string // the owner reads it
}

var commitPattern = regexp.MustCompile(`^[0-9a-f]{7,40}$`)

// Submit hands in a commit for an owner as their next submission. The submission is graded,
// or kept if it was received after the end.
func (h *HandIns) Submit(ctx context.Context, by schema.Actor, n NewHandIn) (schema.GradedSubmission, error) {
	m, a, _, err := h.grades.assignment(ctx, by, n.Course, n.Assignment)
	if err == nil {
		err = course.MaySubmitFor(m.Viewer(), n.Course)
	}
	if err == nil {
		err = h.checkOwner(ctx, a, n.Owner)
	}
	if err != nil {
		return schema.GradedSubmission{}, err
	}
	in := schema.HandIn{Assignment: a, Owner: n.Owner, Reason: n.Reason}
	if in.Received, err = h.received(n, m.Course.Location()); err != nil {
		return schema.GradedSubmission{}, err
	}
	if in.Source, err = h.source(ctx, m, a, n); err != nil {
		return schema.GradedSubmission{}, err
	}
	if h.trees == nil {
		return schema.GradedSubmission{}, schema.Errorf(schema.CodeUnavailable, "the repositories cannot be reached from here")
	}
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	in.Intent = hex.EncodeToString(id[:])
	if in.Tree, err = h.trees.Keep(ctx, in.Source.Repository, in.Intent, in.Source.Commit); err != nil {
		return schema.GradedSubmission{}, fmt.Errorf("pin commit %s: %w", in.Source.Commit, err)
	}
	sub, err := h.store.SubmitFor(ctx, by, in)
	if err == nil {
		h.live.Wake()
	}
	return sub, err
}

// checkOwner returns an error if the owner cannot have work of their own for the assignment.
func (h *HandIns) checkOwner(ctx context.Context, a schema.Assignment, owner string) error {
	team, err := h.grades.team(ctx, a, owner)
	switch {
	case err != nil:
		return err
	case team != "" && team != owner:
		return schema.Errorf(schema.CodeRefused, "%s works in team %s for %s; hand in for %s", owner, team, a.Path(), team)
	}
	return h.grades.owner(ctx, a, owner)
}

// received returns the time of receipt to record, and checks the reason.
func (h *HandIns) received(n NewHandIn, zone *time.Location) (time.Time, error) {
	now := h.clock()
	switch {
	case n.Reason == "":
		return now, schema.Errorf(schema.CodeInvalid, "handing in for somebody needs a reason, which they read, such as \"mailed before the due time\"")
	case len([]rune(n.Reason)) > maxReason:
		return now, schema.Errorf(schema.CodeInvalid, "a reason has at most %d characters", maxReason)
	case n.Received == "":
		return now, nil
	}
	at, err := course.ParseMinute("received", n.Received, zone)
	if err == nil && at.After(now) {
		err = schema.Errorf(schema.CodeInvalid, "received %s is in the future", n.Received)
	}
	return at, err
}

// source finds the commit among the pushes of the owner and the staff.
func (h *HandIns) source(ctx context.Context, m Member, a schema.Assignment, n NewHandIn) (schema.PushedCommit, error) {
	if !commitPattern.MatchString(n.Commit) {
		return schema.PushedCommit{}, schema.Errorf(schema.CodeInvalid, "%q is not a commit; write at least 7 digits of its name, as git log --oneline shows it", schema.Sanitize(n.Commit))
	}
	all, err := h.store.PushedCommits(ctx, a.ID, n.Commit)
	if err != nil {
		return schema.PushedCommit{}, fmt.Errorf("find commit: %w", err)
	}
	own, err := h.grades.work.Access(ctx, m.Viewer(), a.ID, n.Owner)
	if err != nil {
		return schema.PushedCommit{}, err
	}
	found := slices.DeleteFunc(all, func(p schema.PushedCommit) bool {
		return p.Owner != n.Owner && !p.TryOut && !slices.Contains(own.Owner.Logins, p.Owner)
	})
	switch {
	case len(found) == 0:
		return schema.PushedCommit{}, schema.Errorf(schema.CodeNotFound, "neither %s nor the staff pushed a commit %s to %s; push it to %s first: what staff push is a try-out, and can be handed in then", n.Owner, n.Commit, a.Path(), a.Path())
	case slices.ContainsFunc(found, func(p schema.PushedCommit) bool { return p.Commit != found[0].Commit }):
		return schema.PushedCommit{}, schema.Errorf(schema.CodeInvalid, "%s is the beginning of several commits; write more of it", n.Commit)
	}
	if i := slices.IndexFunc(found, func(p schema.PushedCommit) bool { return p.Owner == n.Owner }); i >= 0 {
		return found[i], nil
	}
	return found[0], nil
}
