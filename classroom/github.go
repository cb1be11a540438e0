package classroom

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// GitHubStore is the part of the store that the actions on repositories at GitHub use.
type GitHubStore interface {
	memberStore
	// LinkGitHub links an account at GitHub to an account here.
	LinkGitHub(ctx context.Context, by schema.Actor, user schema.User, is schema.GitHubAccount) error
	// UserByLogin returns an account by its login.
	UserByLogin(ctx context.Context, login string) (schema.User, error)
	// GitHubUser returns the account that is linked to an account at GitHub. CodeNotFound: none
	// is linked.
	GitHubUser(ctx context.Context, host string, id int64) (schema.User, error)
	// GitHubLogins returns the GitHub logins of the accounts with the given logins.
	GitHubLogins(ctx context.Context, host string, logins []string) ([]string, error)
	// Assignments returns a course's assignments with their active versions, by name.
	Assignments(ctx context.Context, course int64) ([]schema.Assignment, error)
	// Assignment returns one assignment with its active version.
	Assignment(ctx context.Context, course, name string) (schema.Assignment, error)
	// Owner returns the owner of work for an assignment.
	Owner(ctx context.Context, assignment int64, owner string) (course.Owner, error)
	// AddGitHubCommit records the assignment and the owner of a commit; owner "" means tests.
	AddGitHubCommit(ctx context.Context, c schema.GitHubCommit, assignment int64, owner string) error
	// PublicAtGitHub reports whether everybody may read a repository now. It returns true for an
	// unknown repository.
	PublicAtGitHub(ctx context.Context, repository int64) (bool, error)
	// SubmissionByCommit returns the owner's latest submission of a commit.
	SubmissionByCommit(ctx context.Context, assignment int64, owner, commit string) (schema.GradedSubmission, error)
	// Grade returns an owner's grade for an assignment. Its Number is 0 if no submission
	// counts.
	Grade(ctx context.Context, assignment int64, owner string) (schema.Grade, error)
	// VersionByCommit returns the newest version of tests of a commit.
	VersionByCommit(ctx context.Context, assignment int64, commit string) (schema.Version, error)
}

// GitHub implements the actions on pushes to repositories at GitHub.
type GitHub struct {
	store GitHubStore
	work  *Work
}

// GitHubTarget describes the push here that a push at GitHub becomes.
type GitHubTarget struct {
	Actor schema.Actor
	Path  string // path of the repository here
	// Assignment is 0 for the first tests of an assignment.
	Assignment int64
	Owner      string // "" for tests
}

// Link links an account at GitHub to an account here. Only administrators may call it; people
// link their own account by signing in with GitHub.
func (g *GitHub) Link(ctx context.Context, by schema.Actor, login string, is schema.GitHubAccount) error {
	if err := course.MayAdminister(by.User); err != nil {
		return err
	}
	user, err := g.store.UserByLogin(ctx, login)
	if err != nil {
		return err
	}
	return g.store.LinkGitHub(ctx, by, user, is)
}

// Target returns the actor and the target of a push at GitHub. names has no Known assignments
// yet; repository is the name without the organisation. If the push is not accepted, the error
// is CodeRefused or another code with a message for people.
func (g *GitHub) Target(ctx context.Context, host, repository string, p schema.GitHubPush, names course.GitHubNames) (GitHubTarget, error) {
	user, err := g.store.GitHubUser(ctx, host, p.SenderID)
	if schema.CodeOf(err) == schema.CodeNotFound {
		return GitHubTarget{}, schema.Wrapf(schema.CodeRefused, err, "GitHub account %s is not linked", schema.Excerpt(p.Sender, 40))
	}
	if err != nil {
		return GitHubTarget{}, fmt.Errorf("find account: %w", err)
	}
	t := GitHubTarget{Actor: schema.Actor{User: user, Channel: schema.ChannelGitHub}}
	m, err := g.work.Member(ctx, t.Actor, names.Course)
	if err != nil {
		return t, err
	}
	all, err := g.store.Assignments(ctx, m.Course.ID)
	if err != nil {
		return t, fmt.Errorf("list assignments: %w", err)
	}
	for _, a := range all {
		names.Known = append(names.Known, a.Name)
	}
	is, err := names.Repository(repository, m.Viewer())
	if err != nil {
		return t, err
	}
	t.Path = names.Course + "/" + is.Assignment
	if is.Tests {
		t.Path += "/tests"
	}
	for _, a := range all {
		if a.Name == is.Assignment {
			t.Assignment = a.ID
		}
	}
	if is.Tests {
		return t, nil
	}
	if t.Assignment == 0 {
		return t, schema.Errorf(schema.CodeRefused, "there is no assignment %s", t.Path)
	}
	if t.Owner, err = g.work.OwnerOf(ctx, m, t.Assignment); err != nil {
		return t, err
	}
	owners, err := g.owners(ctx, host, t, p.Sender)
	if err != nil {
		return t, err
	}
	return t, owners.MayPushAs(m.Viewer(), is)
}

// owners returns the names with which a repository can belong to the owner of a push.
func (g *GitHub) owners(ctx context.Context, host string, t GitHubTarget, sender string) (course.GitHubOwners, error) {
	of, err := g.store.Owner(ctx, t.Assignment, t.Owner)
	if err != nil {
		return nil, fmt.Errorf("find owner: %w", err)
	}
	names := append(course.GitHubOwners{t.Owner, sender}, of.Logins...)
	logins, err := g.store.GitHubLogins(ctx, host, of.Logins)
	return append(names, logins...), err
}

// Follow records a commit, so that GitHub gets statuses for it.
func (g *GitHub) Follow(ctx context.Context, c schema.GitHubCommit, t GitHubTarget) error {
	return g.store.AddGitHubCommit(ctx, c, t.Assignment, t.Owner)
}

// Became returns the submission or the version of tests that a push of the commit created
// since the given time. CodeNotFound: there is none.
func (g *GitHub) Became(ctx context.Context, c schema.GitHubCommit, t GitHubTarget, since time.Time) (schema.GitHubStatus, error) {
	status := schema.GitHubStatus{GitHubCommit: c}
	var received time.Time
	if t.Owner == "" {
		v, err := g.store.VersionByCommit(ctx, t.Assignment, c.Commit)
		if err != nil {
			return status, err
		}
		status.Tests, received = strings.TrimSuffix(t.Path, "/tests"), v.ReceivedAt
	} else {
		sub, err := g.store.SubmissionByCommit(ctx, t.Assignment, t.Owner, c.Commit)
		if err != nil {
			return status, err
		}
		status.Submission, received = sub.Name, sub.ReceivedAt
	}
	if received.Before(since.Truncate(time.Microsecond)) { // the store keeps microseconds
		return status, schema.Errorf(schema.CodeNotFound, "the commit was not pushed since then")
	}
	return status, nil
}

// Status returns the current status of a commit. It shows no more than the owner of the work
// may see, even for work of the staff. The repository may have become public since s was made.
func (g *GitHub) Status(ctx context.Context, s schema.GitHubStatus) (schema.CommitStatus, error) {
	public, err := g.store.PublicAtGitHub(ctx, s.RepositoryID)
	if err != nil {
		return schema.CommitStatus{}, err
	}
	return g.statusFor(ctx, s, public)
}

// OpenStatus returns the current status of a commit that everybody may read. It shows no grade.
func (g *GitHub) OpenStatus(ctx context.Context, s schema.GitHubStatus) (schema.CommitStatus, error) {
	return g.statusFor(ctx, s, true)
}

// statusFor returns the current status of a commit in a public or a private repository.
func (g *GitHub) statusFor(ctx context.Context, s schema.GitHubStatus, public bool) (schema.CommitStatus, error) {
	s.Public = public
	switch {
	case s.Refused != "":
		return course.RefusedStatus(s), nil
	case s.Tests != "":
		return g.testsStatus(ctx, s)
	}
	sub, err := g.work.store.Submission(ctx, s.Submission)
	if err != nil {
		return schema.CommitStatus{}, err
	}
	c, err := g.store.Course(ctx, s.Submission.Course)
	if err != nil {
		return schema.CommitStatus{}, err
	}
	m := Member{Course: c, Role: schema.RoleStudent}
	report, err := g.work.report(ctx, m, sub)
	if err != nil {
		return schema.CommitStatus{}, err
	}
	access, err := g.work.Access(ctx, m.Viewer(), sub.Assignment, sub.Name.Owner)
	if err != nil {
		return schema.CommitStatus{}, err
	}
	grade, err := g.store.Grade(ctx, sub.Assignment, sub.Name.Owner)
	return course.CommitStatus(report, course.RedactGrade(grade, access), s.Public), err
}

func (g *GitHub) testsStatus(ctx context.Context, s schema.GitHubStatus) (schema.CommitStatus, error) {
	name, err := schema.ParseSubmissionName(s.Tests)
	if err != nil {
		return schema.CommitStatus{}, err
	}
	a, err := g.store.Assignment(ctx, name.Course, name.Assignment)
	if err != nil {
		return schema.CommitStatus{}, err
	}
	v, err := g.store.VersionByCommit(ctx, a.ID, s.Commit)
	return course.TestsStatus(v, s.Tests), err
}
