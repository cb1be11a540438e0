package service

import (
	"strings"
	"testing"

	"github.com/grader/grader/configs"
	"github.com/grader/grader/schema"
)

// TestSwitchedOffChannelsGiveUp checks that entries for a channel that was removed from the
// configuration are given up.
func TestSwitchedOffChannelsGiveUp(t *testing.T) {
	t.Parallel()
	s := &Service{Config: configs.Config{Webhooks: configs.Webhooks{Off: true}}}
	for kind, says := range map[string]string{schema.OutgoingMail: "smtp in the configuration file", schema.OutgoingWebhook: "webhooks in the configuration file"} {
		sender, found := s.senders()[kind]
		if !found {
			t.Fatalf("%s has no sender", kind)
		}
		err := sender.Send(t.Context(), schema.OutboxEntry{})
		if schema.CodeOf(err) != schema.CodeRefused || !strings.Contains(schema.MessageOf(err), says) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
