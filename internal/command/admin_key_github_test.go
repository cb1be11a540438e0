package command

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// githubServer imitates a GitHub Enterprise Server that requires a token.
func githubServer(t *testing.T) string {
	t.Helper()
	key := strings.TrimSuffix(strings.TrimSpace(laptopKey), " alice@laptop")
	answers := map[string]string{
		"/api/v3/users/ada-ng":      `{"id": 1234567, "login": "ada-ng", "name": "Ada\u001b[31m Ng"}`,
		"/api/v3/users/ada-ng/keys": `[{"id": 1, "key": "` + key + `"}, {"id": 2, "key": "ssh-dss AAAA"}]`,
		"/api/v3/users/empty":       `{"id": 2, "login": "empty"}`,
		"/api/v3/users/empty/keys":  `[]`,
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := answers[r.URL.Path]
		if !ok || r.Header.Get("Authorization") != "Bearer ghs_1_long" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestKeysOfGitHub(t *testing.T) {
	t.Parallel()
	o := operating{t, filepath.Join(t.TempDir(), "data")}
	token := filepath.Join(t.TempDir(), "token")
	must(t, os.WriteFile(token, []byte("ghs_1_long\n"), 0o600))
	o.admin("user", "add", "alice", "--name", "Alice")
	from := func(words ...string) []string {
		return append([]string{"key", "github", "--url", githubServer(t), "--token-file", token}, words...)
	}
	if said := o.admin(from("--dry-run", "alice", "ada-ng")...); !strings.HasPrefix(said, "ada-ng (Ada�[31m Ng, account 1234567) at http://127.0.0.1:") || !strings.HasSuffix(said, " has 2 keys\n") {
		t.Errorf("a dry run says %q", said)
	}
	if listed := read[[]publicKey](o, "key", "list", "alice"); len(listed) != 0 {
		t.Errorf("a dry run added %+v", listed)
	}
	done := read[githubImport](o, from("alice", "ada-ng")...)
	if done.ID != 1234567 || len(done.Added) != 1 || !done.Added[0].Active || done.Added[0].Comment != "github:ada-ng" || len(done.Failed) != 1 || !strings.HasPrefix(done.Failed[0].Key, "ssh-dss") {
		t.Errorf("%+v", done)
	}
	if listed := read[[]publicKey](o, "key", "list", "alice"); len(listed) != 1 || listed[0].Fingerprint != done.Added[0].Fingerprint {
		t.Errorf("listed %+v", listed)
	}
	o.admin("user", "add", "bob", "--name", "Bob")
	o.refused(1, "none of the keys was added", from("bob", "ada-ng")...) // the key belongs to alice
	o.refused(1, "empty has no keys at GitHub; give alice a code instead: grader admin user code alice", from("alice", "empty")...)
	o.admin("user", "code", "alice")
	o.refused(1, `nobody is called "absent" at http://127.0.0.1:`, from("alice", "absent")...)
	o.refused(1, `no account "carol"`, from("carol", "ada-ng")...)
	o.refused(2, `"a b" is not a login of GitHub`, from("alice", "a b")...)
	o.refused(2, "is not the address of a GitHub", "key", "github", "--url", "http://github.example.edu", "alice", "ada-ng")
	must(t, os.WriteFile(token, []byte("two words"), 0o600))
	o.refused(2, "must hold one token and nothing else", from("alice", "ada-ng")...)
	o.refused(2, "token: open /absent", "key", "github", "--token-file", "/absent", "alice", "ada-ng")
}
