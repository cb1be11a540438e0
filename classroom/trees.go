package classroom

import (
	"context"
	"io"
)

// Trees reads the repositories of submissions.
type Trees interface {
	// ReadFile returns a regular file of a commit. CodeNotFound: there is no such file.
	// CodeLimit: the file is larger than max bytes.
	ReadFile(ctx context.Context, repository int64, commit, path string, max int64) ([]byte, error)
	// ExportTar writes the files of a commit as a tar.
	ExportTar(ctx context.Context, repository int64, commit string, w io.Writer) error
	// Keep pins a commit of a repository under a name, durably, and returns its tree.
	// CodeNotFound: the repository does not have the commit.
	Keep(ctx context.Context, repository int64, name, commit string) (tree string, err error)
}
