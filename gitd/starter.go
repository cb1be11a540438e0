package gitd

import (
	"context"
	"fmt"
	"sync"

	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// starterOwner is the owner of an assignment's starter repository.
const starterOwner = "starter"

// starters makes the starters of assignments. It makes each at the first request after a version of
// the tests has become active.
type starters struct {
	*services
	mu           sync.Mutex // held while starters are made
	byAssignment map[int64]starter
}

// starter is the starter of an assignment's active version.
type starter struct {
	version    int64
	repository int64
	commits    []string // of this starter and earlier ones, newest first
}

// of returns the starter of a target. The target's active version must have one.
func (a *starters) of(ctx context.Context, t *target) (starter, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	v := t.assignment.Active
	if known, ok := a.byAssignment[t.assignment.ID]; ok && known.version == v.ID {
		return known, nil
	}
	row, err := a.Courses.EnsureRepository(ctx, schema.Repository{
		Kind: schema.RepositoryStarter, CourseID: t.assignment.Course.ID, AssignmentID: t.assignment.ID, Owner: starterOwner,
	})
	if err != nil {
		return starter{}, fmt.Errorf("make starter repository: %w", err)
	}
	commits, err := a.Repos.AdvanceStarter(ctx, row.ID, v.RepositoryID, v.Commit, t.spec.Starter, v.ReceivedAt)
	if err != nil {
		return starter{}, fmt.Errorf("make starter: %w", err)
	}
	if len(commits) == 0 {
		return starter{}, fmt.Errorf("make starter: repository %d has none", row.ID)
	}
	if a.byAssignment == nil {
		a.byAssignment = map[int64]starter{}
	}
	made := starter{version: v.ID, repository: row.ID, commits: commits}
	a.byAssignment[t.assignment.ID] = made
	return made, nil
}

// newerStarter returns the command that merges the newest starter into a student's work. It returns
// "" if the work is based on the newest starter or on none.
func (s *follower) newerStarter(ctx context.Context, t *target) string {
	if t.spec == nil || t.spec.Starter == "" {
		return ""
	}
	start, err := s.starters.of(ctx, t)
	if err != nil {
		s.logInternal("make starter", err)
		return ""
	}
	if len(start.commits) < 2 {
		return "" // the starter was never corrected
	}
	row, err := s.Courses.FindRepository(ctx, t.repository())
	if err != nil {
		if schema.CodeOf(err) != schema.CodeNotFound {
			s.logInternal("find repository", err)
		}
		return ""
	}
	behind, err := s.Repos.BehindStarter(ctx, row.ID, start.repository, start.commits[0])
	if err != nil {
		s.logInternal("look for a newer starter", err)
	}
	if !behind {
		return ""
	}
	return "git pull --no-rebase --no-edit " + s.remote(t.path) + " starter"
}

// starterLines returns lines that tell the owner of a submission about a newer starter.
func (s *follower) starterLines(ctx context.Context, sub *schema.Submission, t *target) []string {
	if sub.Name.Owner != t.owner || t.path.Kind != schema.RepositoryOwn {
		return nil
	}
	return transcript.NewerStarter(s.newerStarter(ctx, t))
}
