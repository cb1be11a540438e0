package scheduler

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"sync"

	"github.com/grader/grader/schema"
)

// enclose returns the trees of an order that are small, so that the runner need not fetch them. It
// makes no cached file, because that may take long. A tree that cannot be read is left out: the runner fetches it and gets the error.
func (s *runnerAPI) enclose(ctx context.Context, m *member, order schema.Order) schema.Enclosed {
	var is schema.Enclosed
	var exporting sync.WaitGroup
	if order.Submission.Commit != "" {
		exporting.Go(func() { is.Submission = s.smallSubmission(ctx, order.Submission) })
	}
	is.Tests, _ = s.smallFile(s.trees, testsKey(order.Tests))
	var err error
	is.Prepared, err = s.smallFile(s.prepared, preparedKey(order, m))
	is.Unprepared = errors.Is(err, os.ErrNotExist)
	exporting.Wait()
	return is
}

// smallSubmission returns a student's tree as a tar archive, nil if it is not small.
func (s *runnerAPI) smallSubmission(ctx context.Context, tree schema.Tree) []byte {
	var into schema.SmallTree
	if err := s.Trees.ExportTar(ctx, tree.Repository, tree.Commit, &into); err != nil {
		return nil
	}
	return into.Bytes()
}

// smallFile returns a file of a cache, nil if it is not small. os.ErrNotExist: it is not in the cache.
func (s *runnerAPI) smallFile(c *cache, key string) ([]byte, error) {
	f, err := c.open(key, s.Clock())
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() > schema.MaxEnclosed {
		return nil, err
	}
	return io.ReadAll(f)
}

// testsKey returns the cache key of a tests tree.
func testsKey(tests schema.Tree) string {
	return digest(strconv.FormatInt(tests.Repository, 10), tests.Commit)
}
