package gitd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/schema"
)

// seeds lets one session at a time make starter repositories.
type seeds struct{ mu sync.Mutex }

// uploadPack serves clone and fetch.
func (s *Server) uploadPack(ctx context.Context, sess *session, args []string) int {
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
	id, err := s.served(ctx, &t)
	if err != nil {
		return s.fatal(sess, err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.Limits.Fetch, errTooLong)
	defer cancel()
	all := t.path.Kind == schema.RepositoryOwner
	if err := s.Repos.UploadPack(ctx, id, sess.protocol, all, untilGone{sess.channel}, sess.channel, sess.err); err != nil {
		if ctx.Err() == nil && !errors.Is(err, io.EOF) {
			s.Logger.Info("git did not serve a fetch", "repository", id, "error", err)
		}
		return 1
	}
	return 0
}

// untilGone hides that a channel can do more than be read: the copy to git must
// not try to be clever.
type untilGone struct{ r io.Reader }

// Read implements io.Reader.
func (u untilGone) Read(p []byte) (int, error) { return u.r.Read(p) }

// served says which repository answers a fetch: until the owner's first accepted
// push it is the starter of the active version.
func (s *Server) served(ctx context.Context, t *target) (int64, error) {
	if t.path.Kind != schema.RepositoryOwn {
		row, err := s.Courses.FindRepository(ctx, t.repository())
		if schema.CodeOf(err) == schema.CodeNotFound {
			return 0, schema.Errorf(schema.CodeNotFound, "nothing was pushed to %s yet", pathOf(t.path))
		}
		return row.ID, err
	}
	row, err := s.ensure(ctx, t)
	if err != nil {
		return 0, err
	}
	tip, err := s.Repos.Head(row.ID)
	if err != nil {
		return 0, fmt.Errorf("read main: %w", err)
	}
	if tip != pktline.Zero || t.spec.Starter == "" {
		return row.ID, nil
	}
	return s.starter(ctx, t)
}

// starter returns the repository of the active version's starter, made once.
func (s *Server) starter(ctx context.Context, t *target) (int64, error) {
	v := t.assignment.Active
	row, err := s.Courses.EnsureRepository(ctx, schema.Repository{
		Kind: schema.RepositoryStarter, CourseID: t.course.ID, AssignmentID: t.assignment.ID, Owner: seedOwner(v.ID),
	})
	if err != nil {
		return 0, fmt.Errorf("make starter repository: %w", err)
	}
	s.seeds.mu.Lock()
	defer s.seeds.mu.Unlock()
	tip, err := s.Repos.Head(row.ID)
	if err != nil {
		return 0, fmt.Errorf("read starter: %w", err)
	}
	if tip != pktline.Zero {
		return row.ID, nil
	}
	if err := s.Repos.SeedStarter(ctx, row.ID, v.RepositoryID, v.Commit, t.spec.Starter, v.ReceivedAt); err != nil {
		return 0, fmt.Errorf("make starter: %w", err)
	}
	return row.ID, nil
}

func pathOf(p schema.RepositoryPath) string {
	switch p.Kind {
	case schema.RepositoryTests:
		return p.Course + "/" + p.Assignment + "/tests"
	case schema.RepositoryOwner:
		return p.Course + "/" + p.Assignment + "/students/" + p.Owner
	}
	return p.Course + "/" + p.Assignment
}
