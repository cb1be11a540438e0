package service

import (
	"context"
	"os/exec"
	"time"

	"github.com/grader/grader/configs"
)

// cachesDelay is how long after its start a server has its machine's caches for Java and Go made: not while
// pushes that waited for it are served.
const cachesDelay = time.Minute

// startCaches lets Java and Go start faster in runners that are processes of this machine: what is missing for
// it is made once, in the background, by grader image caches. Without it everything works, more slowly.
func (s *Service) startCaches(ctx context.Context, _ *DataDir) error {
	if !s.hasLocalPool() {
		return nil
	}
	self, err := s.grader()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-ctx.Done():
			return
		case <-time.After(cachesDelay):
		}
		said, err := exec.CommandContext(ctx, self, "image", "caches").CombinedOutput()
		if err != nil && ctx.Err() == nil {
			s.Logger.Warn("Java and Go start more slowly than they could: grader image caches failed", "said", string(said), "error", err)
		}
	}()
	s.onStop(func(context.Context) error {
		cancel()
		<-ended
		return nil
	})
	return nil
}

// hasLocalPool reports whether some flavour's runners are processes of this machine.
func (s *Service) hasLocalPool() bool {
	for _, f := range s.Config.Flavours {
		if f.Kind() == configs.PoolLocal {
			return true
		}
	}
	return false
}
