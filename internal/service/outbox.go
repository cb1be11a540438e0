package service

import (
	"context"

	"github.com/grader/grader/outbox"
)

// startOutbox delivers what other systems are told. It starts before what enqueues and stops
// after it; what is enqueued in between waits in the store.
func (s *Service) startOutbox(ctx context.Context, _ *DataDir) error {
	worker := &outbox.Worker{Store: s.store.OutboxTables, Senders: s.senders(), Clock: s.Clock, Logger: s.Logger}
	worker.Start(ctx)
	s.store.WhenOutgoing(worker.Wake)
	s.onStop(worker.Stop)
	return nil
}

// senders returns who delivers the entries of each kind.
func (s *Service) senders() map[string]outbox.Sender {
	return map[string]outbox.Sender{}
}
