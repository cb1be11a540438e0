package service

import (
	"context"
	"maps"
	"slices"

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

// Changed implements web.Trees.
func (t siteTrees) Changed(ctx context.Context, repository int64, from, to string, most int) ([]string, error) {
	before, err := t.repos.Entries(ctx, repository, repo.Quarantine{}, from, most)
	if err != nil {
		return nil, err
	}
	after, err := t.repos.Entries(ctx, repository, repo.Quarantine{}, to, most)
	if err != nil {
		return nil, err
	}
	same := make(map[repo.Entry]bool, len(before))
	for _, e := range before {
		same[e] = true
	}
	changed := make(map[string]bool)
	for _, e := range after {
		if same[e] {
			delete(same, e)
		} else {
			changed[e.Path] = true
		}
	}
	for e := range same {
		changed[e.Path] = true
	}
	return slices.Sorted(maps.Keys(changed)), nil
}
