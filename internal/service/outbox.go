package service

import (
	"context"

	"github.com/grader/grader/outbox"
	"github.com/grader/grader/schema"
)

// startOutbox starts to deliver messages to other systems, and to fetch announced pushes. The outbox stops before the
// parts that its senders use. Entries enqueued after that wait in the store.
func (s *Service) startOutbox(ctx context.Context, _ *DataDir) error {
	worker := &outbox.Worker{Store: s.store.OutboxTables, Senders: s.senders(), Clock: s.Clock, Logger: s.Logger,
		InOrder: map[string]bool{schema.OutgoingGitHubPush: true}}
	worker.Start(ctx)
	s.store.WhenOutgoing(worker.Wake)
	s.onStop(worker.Stop)
	return nil
}

// senders returns the sender of each kind of entry.
func (s *Service) senders() map[string]outbox.Sender {
	senders := map[string]outbox.Sender{}
	s.gitHubSenders(senders)
	s.noticeSenders(senders)
	return senders
}
