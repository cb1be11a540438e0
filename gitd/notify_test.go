package gitd_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/schema"
)

// code returns the code that confirms the newest address for notices.
func (b *bundle) code() string {
	b.t.Helper()
	all, err := b.store.Outbox(b.t.Context(), 100)
	check(b.t, err)
	var n schema.Notice
	for _, e := range all {
		var is schema.Notice
		check(b.t, json.Unmarshal(e.Body, &is))
		if is.Topic == schema.NoticeConfirm && is.Destination > n.Destination {
			n = is
		}
	}
	return n.Code
}

// TestNotifyCommands adds, confirms, changes and removes addresses with words as OpenSSH sends
// them.
func TestNotifyCommands(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	b.ssh("alice", "notify list").says(t, "no address for notices")
	b.ssh("alice", "notify add email alice@example.org --topic verdict --topic regraded").says(t, "A code is being sent to alice@example.org", "notify confirm CODE")
	b.ssh("alice", "notify list").says(t, "alice@example.org", "not confirmed", "verdict, regraded")
	b.ssh("bob", "notify list").says(t, "no address for notices")
	b.ssh("alice", "notify confirm", b.code()).says(t, "alice@example.org gets notices about: verdict, regraded")
	b.ssh("alice", "notify confirm", b.code()).says(t, "that code is unknown, was used or has expired; add the address again to get another one")

	added := b.ssh("alice", "notify add webhook https://example.org/hook --json")
	var hook tables.Destination
	check(t, json.Unmarshal([]byte(added.out), &hook))
	if !strings.HasPrefix(hook.Secret, "whsec_") || !hook.ConfirmedAt.IsZero() || len(hook.Topics) != len(schema.NoticeTopics()) {
		t.Errorf("%+v", hook)
	}
	if listed := b.ssh("alice", "notify list --json"); strings.Contains(listed.out, "whsec_") {
		t.Errorf("a list shows secrets: %s", listed.out)
	}
	b.ssh("alice", "notify topics 1 --topic extension").says(t, "alice@example.org gets notices about: extension")
	b.ssh("bob", "notify remove 1").says(t, "bob has no address 1 for notices; notify list shows them")
	b.ssh("alice", "notify remove 1").says(t, "alice@example.org gets no more notices")
	for words, says := range map[string]string{
		"notify":                              "notify add email ADDRESS",
		"notify steal":                        "use: notify add email ADDRESS",
		"notify add fax 1234":                 `there is no channel "fax"; use email or webhook`,
		"notify add email nobody":             `"nobody" is not an e-mail address; write one such as alice@example.org`,
		"notify add webhook http://127.0.0.1": "write one such as https://example.org/grader",
		"notify topics 2 --topic gossip":      `there is no topic "gossip"; use verdict, regraded, extension, tests, pool`,
		"notify remove two":                   `"two" is not the number of an address; notify list shows them`,
		"help":                                "notify add email ADDRESS",
	} {
		b.ssh("alice", words).says(t, says)
	}
}
