package service

import (
	"context"
	"os/exec"
	"time"

	"github.com/grader/grader/configs"
)

// cachesDelay is the time from the start of a server until it creates the machine's caches for Java and Go. The pushes
// that waited for the start are graded first.
const cachesDelay = time.Minute

// startCaches creates the caches with which Java and Go start faster in local runners. It runs grader image caches once
// in the background, which creates missing caches. Without the caches everything works, but more slowly.
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

// hasLocalPool reports whether the runners of some flavour are processes of this machine.
func (s *Service) hasLocalPool() bool {
	for _, f := range s.Config.Flavours {
		if f.Kind() == configs.PoolLocal {
			return true
		}
	}
	return false
}
