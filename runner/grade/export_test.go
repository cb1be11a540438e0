package grade

import (
	"context"
	"maps"
	"path/filepath"
	"time"
)

// ArchivesIn creates archives below dir and returns the image with them.
func (i Image) ArchivesIn(ctx context.Context, dir string) (Image, error) {
	made, err := makeArchives(ctx, i, dir)
	i.archives = archives(made)
	return i, err
}

// WithoutArchives returns the image without archives.
func (i Image) WithoutArchives() Image {
	i.archives = ""
	return i
}

// GoCacheIn returns the image with some packages of Go's standard library compiled below dir.
func (i Image) GoCacheIn(ctx context.Context, dir string, packages ...string) (Image, error) {
	cache := filepath.Join(dir, goCacheName(i))
	err := makeGoCache(ctx, i, cache, packages...)
	i.Variables = maps.Clone(i.Variables)
	i.Variables["GOCACHE"], i.goCache = cache, cache
	return i, err
}

// JobLimit is jobLimit.
type JobLimit = jobLimit

// NewJobLimit calls newJobLimit.
func NewJobLimit(ctx context.Context, most time.Duration) (*JobLimit, context.Context, context.CancelFunc) {
	return newJobLimit(ctx, most)
}

// Pause calls pause.
func (l *JobLimit) Pause() (resume func()) { return l.pause() }
