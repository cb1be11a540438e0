package runner_test

import (
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/grader/grader/runner"
	"github.com/grader/grader/schema"
)

// TestAgentAuthenticatesByIdentityOverTLS runs an agent with an identity instead of a token. It trusts only the server
// whose certificate it was given.
func TestAgentAuthenticatesByIdentityOverTLS(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	server := httptest.NewTLSServer(f)
	t.Cleanup(server.Close)
	f.once("register", func(w http.ResponseWriter, r *http.Request) {
		var said schema.Register
		check(t, json.NewDecoder(r.Body).Decode(&said))
		if said.Identity != "signed" || said.Token != "" || said.Flavour != "standard" {
			t.Errorf("registered with %+v", said)
		}
		answer(w, 409, schema.ErrorReply{Code: schema.CodeStale, Message: "nothing to do"})
	})
	run := func(ca string) error {
		text, err := json.Marshal(schema.Credential{URL: server.URL, CA: ca, Flavour: "standard", Identity: "signed"})
		check(t, err)
		a := &runner.Agent{Dir: t.TempDir(), Open: paperWall}
		return a.Run(t.Context(), strings.NewReader(string(text)))
	}
	if err := run(""); schema.CodeOf(err) != schema.CodeRefused || len(f.seen) != 0 {
		t.Errorf("a stranger's certificate: %v after %v", err, f.seen)
	}
	check(t, run(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))))
}
