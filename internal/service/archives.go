package service

import (
	"context"
	"os/exec"
	"time"

	"github.com/grader/grader/configs"
)

// archivesDelay is how long after its start a server has its machine's Java archives made: not while
// pushes that waited for it are served.
const archivesDelay = time.Minute

// startArchives lets Java start faster in runners that are processes of this machine: what is missing for it
// is made once, in the background, by grader image archives. Without it everything works, more slowly.
func (s *Service) startArchives(ctx context.Context, _ *DataDir) error {
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
		case <-time.After(archivesDelay):
		}
		said, err := exec.CommandContext(ctx, self, "image", "archives").CombinedOutput()
		if err != nil && ctx.Err() == nil {
			s.Logger.Warn("Java starts more slowly than it could: grader image archives failed", "said", string(said), "error", err)
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
