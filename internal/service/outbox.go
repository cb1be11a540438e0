package service

import (
	"context"

	"github.com/grader/grader/outbox"
	"github.com/grader/grader/schema"
)

// startOutbox delivers what other systems are told, and fetches what they announced. It stops
// before what its senders use; what is enqueued then waits in the store.
func (s *Service) startOutbox(ctx context.Context, _ *DataDir) error {
	worker := &outbox.Worker{Store: s.store.OutboxTables, Senders: s.senders(), Clock: s.Clock, Logger: s.Logger,
		InOrder: map[string]bool{schema.OutgoingGitHubPush: true}}
	worker.Start(ctx)
	s.store.WhenOutgoing(worker.Wake)
	s.onStop(worker.Stop)
	return nil
}

// senders returns who delivers the entries of each kind.
func (s *Service) senders() map[string]outbox.Sender {
	senders := map[string]outbox.Sender{}
	s.gitHubSenders(senders)
	s.noticeSenders(senders)
	return senders
}
