package gitd_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/schema"
)

// TestTokenCommands makes, lists and revokes tokens with words as OpenSSH sends them.
func TestTokenCommands(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	made := b.ssh("alice", "token create laptop")
	made.says(t, "grader_", "it acts as you (scope read) until", "not shown again", "token revoke laptop")
	secret := strings.TrimSpace(strings.SplitN(made.out, "\n", 2)[0])
	by, token, err := b.room.Tokens.Authenticate(t.Context(), secret)
	check(t, err)
	if by.User.Login != "alice" || token.Scope != schema.ScopeRead {
		t.Errorf("it acts as %s with scope %s", by.User.Login, token.Scope)
	}
	var write tables.Token
	check(t, json.Unmarshal([]byte(b.ssh("alice", "token create ci --scope write --expires 12h --json").out), &write))
	if write.Scope != schema.ScopeWrite || write.Token == "" || write.Expires.Sub(write.MadeAt).Hours() != 12 {
		t.Errorf("made %+v", write)
	}
	listed := b.ssh("alice", "token list")
	listed.says(t, "laptop", "read", "used 20", "ci", "write", "never used")
	if strings.Contains(listed.out, "grader_") {
		t.Errorf("a list shows secrets: %s", listed.out)
	}
	b.ssh("bob", "token list").says(t, "no token")
	b.ssh("bob", "token revoke laptop").says(t, `bob has no token "laptop"; token list shows those there are`)
	b.ssh("alice", "token revoke laptop").says(t, "token laptop is revoked")
	if _, _, err := b.room.Tokens.Authenticate(t.Context(), secret); schema.CodeOf(err) != schema.CodeUnauthenticated {
		t.Errorf("the revoked token: %v", err)
	}
	b.ssh("alice", "token create x --scope root").says(t, `scope "root": use read, write or admin`)
	b.ssh("alice", "token create x --scope admin").says(t, "only an administrator may make a token of scope admin")
	b.ssh("alice", "token create x --expires 9y").says(t, "write days such as 90d")
	b.ssh("alice", "token create").says(t, "use: token create NAME")
	b.ssh("alice", "token steal").says(t, "use: token create NAME, token list or token revoke NAME")
	b.ssh("alice", "help").says(t, "token create NAME")
}

// TestRemovedKeyEndsTokens checks that removing a stolen key ends the token that it made, but not
// the token that the owner's other key made.
func TestRemovedKeyEndsTokens(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	stolen := b.secondKey("alice", "stolen")
	secrets := map[string]string{}
	for _, key := range []string{"alice", "stolen"} {
		secrets[key] = strings.TrimSpace(strings.SplitN(b.ssh(key, "token create of-"+key).out, "\n", 2)[0])
	}
	b.ssh("alice", "keys", "remove", stolen.Fingerprint).says(t, "0 codes and 1 API token")
	if _, _, err := b.room.Tokens.Authenticate(t.Context(), secrets["stolen"]); schema.CodeOf(err) != schema.CodeUnauthenticated {
		t.Errorf("the token of the removed key: %v", err)
	}
	_, _, err := b.room.Tokens.Authenticate(t.Context(), secrets["alice"])
	check(t, err)
}
