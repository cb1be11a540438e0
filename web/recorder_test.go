package web_test

import (
	"context"

	actions "github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web"
)

// handedIn implements the files that comments refer to with those that the site reads.
type handedIn struct {
	actions.Trees // its other methods are not called
	web.Handouts
}

// ReadFile implements classroom.Trees.
func (h handedIn) ReadFile(ctx context.Context, repository int64, commit, path string, most int64) ([]byte, error) {
	return h.Handouts.ReadFile(ctx, repository, commit, path, most)
}

// recorder records pushes.
type recorder struct{ pushed *[]schema.Upload }

// Upload implements web.Uploads.
func (r recorder) Upload(_ context.Context, _ schema.Actor, u schema.Upload) (schema.Uploaded, error) {
	*r.pushed = append(*r.pushed, u)
	return schema.Uploaded{}, nil
}
