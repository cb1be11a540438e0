package scheduler

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

var (
	// ErrLowSpace is the error of an autograder that Docker's nearly full disk has kept from running. Its job is queued
	// again and the attempt does not count.
	ErrLowSpace = schema.Errorf(schema.CodeUnavailable, "Docker's file system is nearly full; make room, or remove images: grader admin images")
	// ErrFillsDisk is the error of an autograder that filled Docker's disk alone although it stayed within its limit. The
	// attempt counts, because another one would end in the same way.
	ErrFillsDisk = schema.Errorf(schema.CodeUnavailable, "an autograder filled Docker's file system within its limit; make room, or lower disk in the tests' limits")
)

// The words for a student whose job was queued again.
const (
	lowSpaceWords  = "the disk of the graders is nearly full"
	fillsDiskWords = "its autograder needs more disk than the server has"
)

// spacePause is how long no job of a flavour starts after one was queued again for a full disk. It is short, because jobs
// that need no container wait too.
const spacePause = 30 * time.Second

// shortages holds until when the flavours pause for a full disk.
type shortages struct {
	mu    sync.Mutex
	until map[string]time.Time // by flavour
}

func (s *shortages) pause(flavour string, until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.until == nil {
		s.until = make(map[string]time.Time)
	}
	s.until[flavour] = until
}

// paused reports whether no job of the flavour may start.
func (s *shortages) paused(flavour string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return now.Before(s.until[flavour])
}

// shortOfSpace ends the attempt of a runner whose autograder lacked disk. The runner reads that its attempt is stale.
func (s *runnerAPI) shortOfSpace(ctx context.Context, m *member, err error) error {
	job, attempt, held := m.held()
	if !held || !m.markOver(s.Clock()) {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	s.failures.record(m.flavour, schema.MessageOf(err), false, s.Clock())
	if errors.Is(err, ErrFillsDisk) {
		s.releaseJob(ctx, job, attempt, fillsDiskWords)
	} else {
		s.pauseForSpace(m.flavour)
		s.returnJob(ctx, job, attempt, lowSpaceWords)
	}
	s.retire(m)
	return schema.Wrapf(schema.CodeStale, err, "job %d is queued again: %s", job, schema.MessageOf(err))
}

// pauseForSpace starts no job of the flavour for spacePause.
func (s *runnerAPI) pauseForSpace(flavour string) {
	s.shortages.pause(flavour, s.Clock().Add(spacePause))
	s.spawn(func(ctx context.Context) {
		timer := time.NewTimer(spacePause)
		defer timer.Stop()
		select {
		case <-timer.C:
			s.lines.ring(flavour)
			s.keep(flavour)
		case <-ctx.Done():
		}
	})
}
