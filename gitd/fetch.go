package gitd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/schema"
)

// These refs are shown to a fetch in addition to main.
const (
	starterRef     = "refs/heads/starter"
	submissionRefs = "refs/submissions/" // and the submission's number: to staff
)

// maxNumbered bounds how many submissions of an owner staff can fetch.
const maxNumbered = 100_000

// fetcher serves clones and fetches.
type fetcher struct {
	*services
	starters *starters
}

// uploadPack serves clone and fetch.
func (s *fetcher) uploadPack(ctx context.Context, sess *session, args []string) int {
	if len(args) > 0 && args[0] == "--strict" {
		args = args[1:]
	}
	if len(args) != 1 {
		return sess.fail(schema.Errorf(schema.CodeInvalid, "use: git-upload-pack 'COURSE/ASSIGNMENT'"))
	}
	t, err := s.find(ctx, sess, args[0], course.ActionFetch)
	if err != nil {
		return s.fatal(sess, err)
	}
	what, err := s.serveFetch(ctx, &t)
	if err != nil {
		return s.fatal(sess, err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.Limits.Fetch, errTooLong)
	defer cancel()
	if err := s.Repos.UploadPack(ctx, what.id, sess.protocol, what.view, untilGone{sess.channel}, sess.channel, sess.err); err != nil {
		if ctx.Err() == nil && !errors.Is(err, io.EOF) {
			s.Logger.Info("git did not serve a fetch", "repository", what.id, "error", err)
		}
		return 1
	}
	return 0
}

// untilGone hides all methods of a channel except Read, so that the copy to git uses no other
// method.
type untilGone struct{ r io.Reader }

// Read implements io.Reader.
func (u untilGone) Read(p []byte) (int, error) { return u.r.Read(p) }

// served is the answer to a fetch.
type served struct {
	id   int64 // of the repository
	view repo.View
}

// serveFetch returns the answer to a fetch.
func (s *fetcher) serveFetch(ctx context.Context, t *target) (served, error) {
	switch t.path.Kind {
	case schema.RepositoryOwn:
		return s.serveOwn(ctx, t)
	case schema.RepositoryOwner:
		return s.serveOwner(ctx, t)
	}
	row, err := s.findRepository(ctx, t)
	return served{id: row.ID}, err
}

func (s *fetcher) findRepository(ctx context.Context, t *target) (schema.Repository, error) {
	row, err := s.Courses.FindRepository(ctx, t.repository())
	if schema.CodeOf(err) == schema.CodeNotFound {
		return row, schema.Errorf(schema.CodeNotFound, "nothing was pushed to %s yet", pathOf(t.path))
	}
	return row, err
}

// serveOwn serves the owner's main and the newest starter under a ref of its own. Until the first
// accepted push, main is the starter.
func (s *fetcher) serveOwn(ctx context.Context, t *target) (served, error) {
	row, err := s.ensure(ctx, t)
	if err != nil {
		return served{}, err
	}
	tip, err := s.Repos.Head(row.ID)
	if err != nil {
		return served{}, fmt.Errorf("read main: %w", err)
	}
	if t.spec.Starter == "" {
		return served{id: row.ID}, nil
	}
	start, err := s.starters.of(ctx, t)
	if err != nil {
		return served{}, err
	}
	if tip == pktline.Zero {
		tip = start.commits[0]
	}
	return served{row.ID, repo.View{Refs: map[string]string{mainRef: tip, starterRef: start.commits[0]}, Objects: []int64{start.repository}}}, nil
}

// serveOwner serves a student's repository to staff: main, and each submission by its number. The
// pins are named after intents, because a commit is pinned before the transaction assigns its
// number.
func (s *fetcher) serveOwner(ctx context.Context, t *target) (served, error) {
	row, err := s.findRepository(ctx, t)
	if err != nil {
		return served{}, err
	}
	tip, err := s.Repos.Head(row.ID)
	if err != nil {
		return served{}, fmt.Errorf("read main: %w", err)
	}
	subs, err := s.Ledger.Submissions(ctx, t.assignment.ID, t.path.Owner, maxNumbered)
	if err != nil {
		return served{}, fmt.Errorf("list submissions: %w", err)
	}
	if tip == pktline.Zero && len(subs) == 0 {
		return served{id: row.ID}, nil
	}
	view := repo.View{Refs: map[string]string{}}
	if tip != pktline.Zero {
		view.Refs[mainRef] = tip
	}
	for _, sub := range subs {
		view.Refs[fmt.Sprintf("%s%d", submissionRefs, sub.Name.Number)] = sub.Commit
		if sub.Repository != row.ID && !slices.Contains(view.Objects, sub.Repository) {
			view.Objects = append(view.Objects, sub.Repository) // an instructor handed the submission in
		}
	}
	return served{row.ID, view}, nil
}

func pathOf(p schema.RepositoryPath) string {
	switch p.Kind {
	case schema.RepositoryTests:
		return p.Course + "/" + p.Assignment + "/tests"
	case schema.RepositoryOwner:
		return p.Course + "/" + p.Assignment + "/students/" + p.Owner
	case schema.RepositoryCourse:
		return p.Course + "/course"
	}
	return p.Course + "/" + p.Assignment
}
