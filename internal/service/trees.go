package service

import (
	"context"

	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/repo"
)

// siteTrees lists the files of commits for the site.
type siteTrees struct{ repos *repo.Store }

// Files implements web.Trees.
func (t siteTrees) Files(ctx context.Context, repository int64, commit string, most int) ([]course.TreeEntry, error) {
	entries, err := t.repos.Entries(ctx, repository, repo.Quarantine{}, commit, most)
	if err != nil {
		return nil, err
	}
	files := make([]course.TreeEntry, 0, len(entries))
	for _, e := range entries {
		files = append(files, course.TreeEntry{Mode: e.Mode, Size: e.Size, Path: e.Path})
	}
	return files, nil
}
